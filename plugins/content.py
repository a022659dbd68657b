"""What a message holds beside its text, received or to be sent. `kind` names it in journal, CLI and tables."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FileKind = Literal["image", "video", "audio", "voice", "document", "sticker"]
FILE_KINDS: tuple[FileKind, ...] = ("image", "video", "audio", "voice", "document", "sticker")


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file that somebody sent. Its bytes come by `Context.load`, where `kept`."""

    mime: str
    size: int
    """In bytes."""
    name: str = ""
    """A document's, as the sender named it: a stranger's words, no path."""
    seconds: int = 0
    """How long a recording lasts, as the sender's app says."""
    kept: bool = False
    """Whether it is here: a file may be too large, gone from the server, or not fetched yet."""


@dataclass(frozen=True, slots=True)
class FileToSend:
    """A file to be sent. `path` is absolute, or relative to the tenant's folder."""

    path: Path
    kind: FileKind | None = None
    """None: what the file shows itself to be."""
    name: str = ""
    """Of a document, as the receiver sees it; else the path's own."""


@dataclass(frozen=True, slots=True)
class Place:
    """A location, in degrees. `live`: where somebody was when they began to share it."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""
    live: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A contact card; `vcard` is its whole text."""

    name: str
    vcard: str


@dataclass(frozen=True, slots=True)
class Cards:
    """One contact card or several."""

    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Poll:
    """A question with answers to choose from: `choices` of them at most, 0 for as many as one likes."""

    question: str
    options: tuple[str, ...]
    choices: int = 1


@dataclass(frozen=True, slots=True)
class Vote:
    """What somebody chooses in a poll now; nothing where they took their vote back."""

    poll: int | None
    """The poll's message; None where the journal does not know it."""
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji on a message; an empty one takes it back."""

    message: int | None
    emoji: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A new text, which is the message's own, for an earlier one of the same writer."""

    message: int | None


@dataclass(frozen=True, slots=True)
class Deletion:
    """An earlier message of the same writer is taken back."""

    message: int | None


@dataclass(frozen=True, slots=True)
class Quote:
    """The message that another one answers."""

    message: int | None
    """None where the journal does not know it."""
    kind: str
    text: str
    ours: bool
    """We wrote it, not the customer."""


Received = ReceivedFile | Place | Cards | Poll | Vote | Reaction | Edit | Deletion
ToSend = FileToSend | Place | Cards | Poll | Reaction | Edit | Deletion
