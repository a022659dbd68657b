"""What `send` sends in place of a text: read from its options, as the control protocol wants it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comptoir.cli.errors import CommandError, ExitCode

# Far more than any card has, its picture included.
MAX_CARDS_FILE = 1_000_000
_BEGIN, _END = "BEGIN:VCARD", "END:VCARD"


@dataclass(frozen=True, slots=True)
class Given:
    """The options of `send` that say so; at most one of them, and `options` and `choices` with a poll only."""

    location: str | None = None
    contacts: Sequence[Path] = ()
    poll: str | None = None
    options: Sequence[str] = ()
    choices: int | None = None
    react: int | None = None
    edit: int | None = None
    delete: int | None = None

    @property
    def names(self) -> list[str]:
        """As they are written on the command line."""
        values = {
            "--location": self.location, "--contact": self.contacts or None, "--poll": self.poll,
            "--react": self.react, "--edit": self.edit, "--delete": self.delete,
        }  # fmt: skip
        return [name for name, value in values.items() if value is not None]


def content_of(given: Given, text: str | None) -> dict[str, Any] | None:
    """The `content` of the call; None for a plain text. Raises CommandError."""
    if len(given.names) > 1:
        raise _usage(f"{' and '.join(given.names)} cannot go in one message: send them one by one")
    if given.poll is None and (given.options or given.choices is not None):
        raise _usage("--option and --choices belong to a poll: write its question as --poll")
    if not given.names:
        return None
    (name,) = given.names
    if text is not None and name not in ("--react", "--edit"):
        raise _usage(f"{name} takes no TEXT: send the text by itself")
    if given.location is not None:
        return {"place": _place(given.location)}
    if given.contacts:
        return {"cards": [card for path in given.contacts for card in _cards(path)]}
    if given.poll is not None:
        choices = 1 if given.choices is None else given.choices
        return {"poll": {"question": given.poll, "options": list(given.options), "choices": choices}}
    if given.react is not None:
        if text is None:
            raise _usage("TEXT is missing: write the emoji, or '' to take a reaction back")
        return {"reaction": {"message": given.react, "emoji": text}}
    return {"edit": {"message": given.edit}} if given.edit is not None else {"deletion": {"message": given.delete}}


def _place(text: str) -> dict[str, Any]:
    latitude, _, rest = text.partition(",")
    longitude, _, name = rest.partition(",")
    try:
        place: dict[str, Any] = {"latitude": float(latitude), "longitude": float(longitude)}
    except ValueError:
        raise _usage(f"{text!r} is no location: LAT,LON or LAT,LON,NAME in degrees was expected") from None
    return place | ({"name": name.strip()} if name.strip() else {})


def _cards(path: Path) -> list[dict[str, str]]:
    """Every vCard in a file, each with the name that it shows."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_CARDS_FILE + 1)
    except OSError as error:
        raise CommandError(ExitCode.FAILED, f"{path} cannot be read: {error.strerror}") from None
    if len(data) > MAX_CARDS_FILE:
        raise CommandError(ExitCode.FAILED, f"{path} is too large for contact cards: at most {MAX_CARDS_FILE} bytes")
    text = data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    cards = [f"{_BEGIN}{part.partition(_END)[0]}{_END}" for part in text.split(_BEGIN)[1:] if _END in part]
    if not cards:
        raise CommandError(ExitCode.FAILED, f"{path} holds no contact card: {_BEGIN} … {_END} was expected")
    return [{"name": _name(card) or path.stem, "vcard": card} for card in cards]


def _name(card: str) -> str:
    """The vCard's FN, which every card has to have."""
    for line in card.splitlines():
        field, _, value = line.partition(":")
        if field.split(";")[0].upper() == "FN":
            return value.strip()
    return ""


def _usage(message: str) -> CommandError:
    return CommandError(ExitCode.USAGE, message)
