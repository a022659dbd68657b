"""The settings of the plugin `hours`."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from comptoir.plugins.api import PluginConfig
from comptoir.plugins.faults import wrong_value
from comptoir.plugins.phrases import Phrase
from comptoir.plugins.wording import MAX_TEXT, with_fields

ClosedText = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(with_fields("next", "why"))]

QUESTIONS = (
    "horaire", "vous êtes ouvert", "est ouvert", "vous ouvrez", "vous fermez", "est fermé", "vous êtes fermé",
    "heure d'ouverture", "heure de fermeture", "opening hours", "are you open", "do you open", "do you close",
    "are you closed",
)  # fmt: skip
"""How customers ask, in the tenant's language or English; in French also in many other ways."""


class Absence(PluginConfig):
    """Days on which the shop is closed whatever its week says, with a text of their own."""

    first: date
    """The first day, as `2026-08-01`."""
    last: date
    """The last day; the same as `first` for one day."""
    text: ClosedText
    """Said on these days in place of `closed`."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise wrong_value(
                (f"last, le {self.last}, est avant first, le {self.first}", "le premier jour, puis le dernier"),
                (f"last, {self.last}, is before first, {self.first}", "the first day, then the last"),
            )
        return self


class HoursConfig(PluginConfig):
    """When it is open stands in the table `[hours]` of the file."""

    closed: ClosedText | None = None
    """Said to who writes while it is closed, once in a closure: `{why}` becomes `le dimanche`, `aujourd'hui (Noël)` and
    the like, `{next}` when it opens again: `demain à 8 h`. Without it a text of ours."""
    announce: bool = True
    """Whether that is said; without it only those who ask are told."""
    then: Literal["continue", "stop"] = "continue"
    """Whether the plugins after this one may answer while it is closed."""
    questions: Annotated[tuple[Phrase, ...], Field(max_length=100)] = QUESTIONS
    """Words and phrases that ask for the hours; `[]` to leave such questions to other plugins."""
    absences: Annotated[tuple[Absence, ...], Field(max_length=50)] = ()
    """Holidays of the shop and the like: the days, and what is said then."""

    @property
    def away(self) -> dict[date, Absence]:
        """The absence of each day that has one."""
        return {date.fromordinal(day): one for one in self.absences for day in _days(one)}


def _days(absence: Absence) -> range:
    return range(absence.first.toordinal(), absence.last.toordinal() + 1)
