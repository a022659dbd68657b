"""Entries of `tenant.toml` about who works for the tenant, to be told of things and to have conversations."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from comptoir.plugins.api import Member, PluginConfig
from comptoir.plugins.faults import Contradiction, contradicting, wrong_value
from comptoir.plugins.numbers import is_e164

_RESERVED = frozenset({"owner", "team"})


def check_number(value: str) -> str:
    """A number in full."""
    if not is_e164(value):
        raise wrong_value(
            (f"« {value} »", "un numéro complet sans espaces, comme +221771234567"),
            (f'"{value}"', "a full number without spaces, as +221771234567"),
        )
    return value


def _check_name(value: str) -> str:
    if value != value.strip() or not value.isprintable():
        raise wrong_value((f"« {value} »", "un nom sans espace au bord"), (f'"{value}"', "a name without outer spaces"))
    if value.casefold() in _RESERVED:
        raise wrong_value(
            (f"« {value} » veut déjà dire autre chose", "un autre nom"),
            (f'"{value}" means something else', "another name"),
        )
    return value


def _check_group(value: str) -> str:
    digits = value.removeprefix("group:")
    if not (digits.isascii() and digits.replace("-", "").isdigit()):
        raise wrong_value(
            (f"« {value} »", "le groupe comme comptoir le montre : group:120363012345678901"),
            (f'"{value}"', "the group as comptoir shows it: group:120363012345678901"),
        )
    return f"group:{digits}"


class MemberTable(PluginConfig):
    """One of the team, or a group of theirs; a block [[team]] for each."""

    model_config = ConfigDict(strict=True)

    name: Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_check_name)]
    """As plugins and `chats` name them; each once, and neither `owner` nor `team`."""
    number: Annotated[str, AfterValidator(check_number)] | None = None
    """Their own, in full: `+221771234567`."""
    group: Annotated[str, AfterValidator(_check_group)] | None = None
    """In place of a number: a WhatsApp group that the shop's number is in, as `comptoir messages` shows it."""

    def member(self) -> Member:
        """As plugins see them."""
        return Member(self.name, self.number or self.group or "")


def _check_team(team: tuple[MemberTable, ...]) -> tuple[MemberTable, ...]:
    if found := list(_contradictions(team)):
        raise contradicting(found)
    return team


def _contradictions(team: Sequence[MemberTable]) -> Iterator[Contradiction]:
    for index, member in enumerate(team):
        before = team[:index]
        if (member.number is None) == (member.group is None):
            yield (
                (index,),
                (f"« {member.name} » doit avoir un numéro ou un groupe", "number ou group, l'un des deux"),
                (f'"{member.name}" must have a number or a group', "number or group, one of them"),
            )
        if member.name.casefold() in {other.name.casefold() for other in before}:
            yield (
                (index, "name"),
                (f"« {member.name} » est deux fois dans l'équipe", "un autre nom"),
                (f'"{member.name}" is in the team twice', "another name"),
            )
        address = member.number or member.group
        if address and address in {other.number or other.group for other in before}:
            yield (
                (index, "number" if member.number else "group"),
                (f"{address} est déjà celui d'une autre personne", "un numéro pour chacun"),
                (f"{address} is somebody else's already", "one number for each"),
            )


Team = Annotated[tuple[MemberTable, ...], Field(strict=False, max_length=50), AfterValidator(_check_team)]
