"""What the link tells the rest of the worker: plain, serialisable facts, free of neonize's types.

Times are integer milliseconds UTC. The link makes these on neonize's thread; the journal's writer is
the first to see those that must be kept (`Kept`), the worker's state machine those that need not be.
"""

from dataclasses import dataclass
from typing import Literal

from comptoir.plugins.api import Received

Audience = Literal["person", "group", "status", "channel"]
ReceiptKind = Literal["delivered", "read", "retry", "other"]


@dataclass(frozen=True, slots=True)
class Address:
    """Who a chat is with: a phone number (`+E164`), a LID (digits only), or both once both are known; or else a
    group, a channel, or everybody's status updates.
    """

    number: str | None = None
    lid: str | None = None
    group: str | None = None
    """The group's id, digits and dashes."""
    channel: str | None = None
    """The channel's id, digits."""
    status: bool = False

    def __post_init__(self) -> None:
        if sum(map(bool, (self.number or self.lid, self.group, self.channel, self.status))) != 1:
            raise ValueError("an address is a number, a LID or both; or a group, a channel or status updates")

    @classmethod
    def parse(cls, text: str) -> "Address":
        """As the CLI writes them: `+E164`, `lid:DIGITS`, `group:ID`, `channel:ID`, `status`. Raises ValueError."""
        if text.startswith("+") and text[1:].isascii() and text[1:].isdigit():
            return cls(number=text)
        if text.startswith("lid:") and text[4:].isascii() and text[4:].isdigit():
            return cls(lid=text[4:])
        if text.startswith("group:") and text[6:].isascii() and text[6:].replace("-", "").isdigit():
            return cls(group=text[6:])
        if text.startswith("channel:") and text[8:].isascii() and text[8:].isdigit():
            return cls(channel=text[8:])
        if text == "status":
            return cls(status=True)
        raise ValueError(f"{text!r} is not a chat: expected +E164, lid:DIGITS or group:ID")

    @property
    def is_person(self) -> bool:
        return bool(self.number or self.lid)

    @property
    def aliases(self) -> tuple[str, ...]:
        """The address as keys of the journal's `aliases`, number first."""
        if self.channel or self.status:
            return (f"channel:{self.channel}" if self.channel else "status",)
        number = (self.number,) if self.number else ()
        lid = (f"lid:{self.lid}",) if self.lid else ()
        group = (f"group:{self.group}",) if self.group else ()
        return number + lid + group

    def __str__(self) -> str:
        return self.aliases[0]


@dataclass(frozen=True, slots=True)
class Quoted:
    """The message that another one answers, as its writer's app shows it."""

    whatsapp_id: str
    kind: str
    text: str
    author: Address | None
    """Whose message it is, where the app says so."""


@dataclass(frozen=True, slots=True)
class SealedVote:
    """What somebody chose in a poll: whoever has the poll's secret can open it."""

    payload: bytes
    iv: bytes
    voters: tuple[str, ...]
    """The forms of the voter's JID, one of which it was sealed with."""
    creators: tuple[str, ...]
    """The forms of the poll's writer's JID, likewise."""


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
    quote: Quoted | None = None
    """The message that this one answers."""
    vote: SealedVote | None = None
    """Of a vote: what was chosen."""
    secret: bytes = b""
    """Of a poll: what opens the votes for it."""
    mentions_us: bool = False
    expires_in: int | None = None
    """The chat's disappearing timer in seconds, where the message tells."""
    timer_set_at: int | None = None
    """When that timer was set, where the message tells."""
    automatic: bool = False
    """A pipeline of ours wrote it, of whatever tenant."""
    sender: Address | None = None
    """Who wrote it, in a group or as a status update; elsewhere the chat says it."""


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
    whatsapp_id: str = ""


@dataclass(frozen=True, slots=True)
class CallReceived:
    """Somebody calls, or a call is over: `taken` on the phone, or `missed`."""

    call_id: str
    chat: Address
    """Who calls; the group where it is a call of a group."""
    time: int
    phase: Literal["ringing", "taken", "missed"]
    video: bool = False
    by_lid: bool = False
    """The caller is named by LID, and must be so in what is said to the server about the call."""


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
