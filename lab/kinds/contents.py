"""What a person in the lab can send beside a plain text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

FileKind: TypeAlias = Literal["image", "video", "audio", "voice", "document", "sticker"]
Lie: TypeAlias = Literal["", "sha256", "encrypted_sha256", "mac", "length"]


@dataclass(frozen=True, slots=True)
class File:
    """A file, encrypted and put on the media host before the message goes."""

    kind: FileKind
    data: bytes | Path
    """A path is read as it is sent, and may name a file that is large."""
    mime: str = ""
    """Nothing: what apps usually send of this kind."""
    caption: str = ""
    name: str = ""
    """A document's, as the receiver sees it."""
    seconds: int = 0
    """How long a recording lasts."""
    thumbnail: bytes = b""
    """A small JPEG."""
    waveform: bytes = b""
    """Of a voice note: 64 loudnesses from 0 to 99."""
    gif: bool = False
    """A video that plays as an animation, a sticker that moves."""
    round: bool = False
    """A video note: what apps record at once and show in a circle."""
    broken: Lie = ""
    """What the message says wrongly of the file, or what of the file itself is wrong: its MAC."""


@dataclass(frozen=True, slots=True)
class Location:
    """A place, in degrees."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class LiveLocation:
    """Where somebody is when they begin to share it."""

    latitude: float
    longitude: float
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A contact card."""

    name: str
    vcard: str


@dataclass(frozen=True, slots=True)
class Cards:
    """Several contact cards in one message."""

    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Poll:
    """A question; `choices` of the options may be chosen, 0 means any number."""

    question: str
    options: tuple[str, ...]
    choices: int = 1


@dataclass(frozen=True, slots=True)
class Vote:
    """What one chooses in a poll that was sent or heard before; nothing takes the vote back."""

    poll: str
    """The poll's message id."""
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji on a message that was sent or heard; an empty one takes it back."""

    target: str
    emoji: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A new text, or a new caption, for one's own message."""

    target: str
    text: str


@dataclass(frozen=True, slots=True)
class Deletion:
    """One's own message taken back, for everybody."""

    target: str


@dataclass(frozen=True, slots=True)
class Timer:
    """Messages of this chat disappear after so many seconds from now on; 0 ends that."""

    seconds: int


@dataclass(frozen=True, slots=True)
class ViewOnce:
    """A file to be looked at once.

    While `withheld`, only phones get it and companions learn that there is something, as on the real service;
    else everybody gets the wrapped file.
    """

    file: File
    withheld: bool = True


Sendable: TypeAlias = (
    File | Location | LiveLocation | Card | Cards | Poll | Vote | Reaction | Edit | Deletion | Timer | ViewOnce
)
