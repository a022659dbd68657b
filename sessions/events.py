"""What the link tells the rest of the worker: plain, serialisable facts, free of neonize's types.

Times are integer milliseconds UTC. The link makes these on neonize's thread; the journal's writer is
the first to see those that must be kept (`Kept`), the worker's state machine those that need not be.
"""

from dataclasses import dataclass
from typing import Literal

from comptoir.plugins.content import Received

Audience = Literal["person", "group", "status", "channel"]
ReceiptKind = Literal["delivered", "read", "retry", "other"]


@dataclass(frozen=True, slots=True)
class Address:
    """Who a chat is with: a phone number (`+E164`), a LID (digits only), or both once both are known; or a group."""

    number: str | None = None
    lid: str | None = None
    group: str | None = None
    """The group's id, digits and dashes; a group has neither number nor LID."""

    def __post_init__(self) -> None:
        if bool(self.group) == bool(self.number or self.lid):
            raise ValueError("an address is a number, a LID or both, or else a group")

    @classmethod
    def parse(cls, text: str) -> "Address":
        """`+E164`, `lid:DIGITS` or `group:ID`, as the CLI writes them; raises ValueError for anything else."""
        if text.startswith("+") and text[1:].isascii() and text[1:].isdigit():
            return cls(number=text)
        if text.startswith("lid:") and text[4:].isascii() and text[4:].isdigit():
            return cls(lid=text[4:])
        if text.startswith("group:") and text[6:].isascii() and text[6:].replace("-", "").isdigit():
            return cls(group=text[6:])
        raise ValueError(f"{text!r} is not a chat: expected +E164 or lid:DIGITS")

    @property
    def aliases(self) -> tuple[str, ...]:
        """The address as keys of the journal's `aliases`, number first."""
        number = (self.number,) if self.number else ()
        lid = (f"lid:{self.lid}",) if self.lid else ()
        group = (f"group:{self.group}",) if self.group else ()
        return number + lid + group

    def __str__(self) -> str:
        return self.aliases[0]


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """A message in a chat: the customer's, or (`from_me`) what the owner typed on the phone."""

    whatsapp_id: str
    chat: Address
    from_me: bool
    audience: Audience
    kind: str
    """`text`, `image`, …; `unknown` for what has no name here; `empty` for what no person wrote (keys, settings)."""
    text: str
    time: int
    push_name: str
    raw: bytes
    """The event's protobuf, kept until the message is done and seven days more."""
    content: Received | None = None
    """What it holds beside its text; a message that this refers to is in `target`, not yet by the journal's id."""
    target: str | None = None
    """WhatsApp id of the message that a reaction, vote, edit or deletion is about."""
    quoted: str | None = None
    """WhatsApp id of the message that this one answers."""
    mentions_us: bool = False
    expires_in: int | None = None
    """The chat's disappearing timer in seconds, where the message tells."""
    sender: Address | None = None
    """Who wrote it, in a group; elsewhere the chat says it."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A message that could not be decrypted; it may still arrive by a retry under the same id."""

    whatsapp_id: str
    chat: Address
    audience: Audience
    time: int
    view_once: bool = False
    """It may be seen once and on the phone only: no retry will bring it."""


@dataclass(frozen=True, slots=True)
class TimerSet:
    """Somebody switched the chat's disappearing timer: seconds, 0 for off."""

    chat: Address
    expires_in: int
    time: int


@dataclass(frozen=True, slots=True)
class CallReceived:
    """Somebody calls; `missed` once it is over without having been taken."""

    call_id: str
    chat: Address
    time: int
    video: bool = False
    missed: bool = False


@dataclass(frozen=True, slots=True)
class ReceiptReceived:
    """Somebody's receipt for messages of ours; `chat` is who gave it."""

    whatsapp_ids: tuple[str, ...]
    chat: Address
    kind: ReceiptKind
    time: int


@dataclass(frozen=True, slots=True)
class HistoryReceived:
    """Ids of old conversations: never shown to the pipeline, and never to be taken for lost mail."""

    whatsapp_ids: tuple[str, ...]


Kept = MessageReceived | Unreadable | TimerSet | CallReceived | ReceiptReceived | HistoryReceived


@dataclass(frozen=True, slots=True)
class QrOffered:
    """A code to scan, good for `expires_in` seconds."""

    code: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class PairingCodeOffered:
    """A code to type into the phone it was asked for, good for `expires_in` seconds."""

    code: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Paired:
    """The phone accepted the code; the connection closes once and comes back logged in."""

    number: str


@dataclass(frozen=True, slots=True)
class PairingFailed:
    reason: str


@dataclass(frozen=True, slots=True)
class Connected:
    """Logged in. `number`, `lid` and `name` are the tenant's own."""

    number: str
    lid: str | None
    name: str


@dataclass(frozen=True, slots=True)
class BacklogBegun:
    """The server announces what waited for us: what comes next is old mail."""

    messages: int


@dataclass(frozen=True, slots=True)
class BacklogRead:
    """Everything that waited for us at the server has been handed over."""

    messages: int


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection is gone; neonize tries again by itself."""

    reason: str


ParkReason = Literal["logged_out", "replaced", "banned", "outdated", "connect_failure"]


@dataclass(frozen=True, slots=True)
class Ended:
    """The session will not come back by itself: a person must act."""

    reason: ParkReason
    detail: str


Changed = (
    QrOffered
    | PairingCodeOffered
    | Paired
    | PairingFailed
    | Connected
    | BacklogBegun
    | BacklogRead
    | Disconnected
    | Ended
)
