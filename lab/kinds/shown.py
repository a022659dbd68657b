"""What a person sees of a message that arrived, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from comptoir.lab.kinds.contents import Card, FileKind, LiveLocation, Location, Poll


@dataclass(frozen=True, slots=True)
class ShownFile:
    """What a message says of a file: all that is needed to fetch, check and open it. Bytes as hex."""

    kind: FileKind
    mime: str
    name: str
    size: int
    """Length of the plaintext in bytes."""
    seconds: int
    sha256: str
    encrypted_sha256: str
    media_key: str
    direct_path: str
    url: str
    thumbnail: int = 0
    """Length of the small JPEG that came along."""
    gif: bool = False


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a message answers."""

    id: str
    sender: str
    """As in `Heard`."""
    kind: str
    text: str
    file: ShownFile | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A message by its kind; what its kind has not is empty."""

    kind: str
    """text, image, video, audio, voice, document, sticker, location, live_location, card, cards, poll, vote, reaction,
    edit, deletion, timer, album (which announces files), or unknown."""
    text: str = ""
    """What there is to read: a text, a caption, an emoji."""
    file: ShownFile | None = None
    location: Location | LiveLocation | None = None
    cards: tuple[Card, ...] = ()
    poll: Poll | None = None
    options: tuple[str, ...] | None = None
    """Of a vote: what was chosen; None where the poll or its secret is not known here."""
    target: str = ""
    """The message that is voted in, reacted to, edited or deleted."""
    quote: Quoted | None = None
    mentions: tuple[str, ...] = ()
    """Who is named, as in `Heard`."""
    expires_in: int = 0
    """Seconds after which it is to disappear; of a timer, what it was set to."""
    expires_since: int = 0
    """When that was decided, in seconds."""
    view_once: bool = False
