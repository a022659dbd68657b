"""A country's public holidays, as far as their days are certain."""

from contextlib import suppress
from datetime import date
from typing import Any, Literal


class PublicHolidays:
    """The public holidays of a country; a country that nobody wrote down has none.

    Days that follow the moon are only estimated until somebody has announced them. They are left out: a shop that says
    on the eve of Tabaski that it is closed loses the best day of its year, and everybody knows when Tabaski is.
    """

    def __init__(self, country: str, language: Literal["fr", "en"]) -> None:
        # Late: all the countries of the world take a tenth of a second and 16 MB.
        from holidays.utils import country_holidays

        self._kind: Any = None
        with suppress(NotImplementedError):
            self._kind = type(country_holidays(country))
        self._language = language
        self._years: dict[int, dict[date, str]] = {}

    def on(self, day: date) -> str | None:
        """The day's name, empty where it has none in the language; None where it is no public holiday."""
        if self._kind is None:
            return None
        if day.year not in self._years:
            self._years[day.year] = _certain(self._kind, self._language, day.year)
        return self._years[day.year].get(day)


def _certain(kind: Any, language: str, year: int) -> dict[date, str]:
    from holidays.constants import HOLIDAY_NAME_DELIMITER
    from holidays.groups.islamic import IslamicHolidays

    spoken, named = _language(kind, language)
    # Some countries show their estimates as if they were certain, unless one asks.
    asked = {"islamic_show_estimated": True} if issubclass(kind, IslamicHolidays) else {}
    found = kind(years=year, language=spoken, **asked)
    estimated = [found.tr(label).strip("%s ()") for label in _labels(kind)]
    days = {}
    for day, names in found.items():
        sure = [name for name in names.split(HOLIDAY_NAME_DELIMITER) if not any(label in name for label in estimated)]
        if sure:
            days[day] = sure[0] if named else ""
    return days


def _language(kind: Any, language: str) -> tuple[str | None, bool]:
    """Which of the country's languages to ask for, and whether it is the tenant's."""
    default = getattr(kind, "default_language", None)
    # Where nothing was translated, all is in English.
    known = (default, *getattr(kind, "supported_languages", ())) if default else ()
    spoken = next((one for one in known if one.startswith(language)), None)
    return spoken or default, spoken is not None or (not known and language == "en")


def _labels(kind: Any) -> list[str]:
    """What stands beside the names of days that are only estimated."""
    names = ("estimated_label", "observed_estimated_label")
    return [label for name in names if (label := getattr(kind, name, ""))]
