"""The plugin API on one page: all that a plugin author imports. It imports nothing of ours but its other two pages,
`shop.model` (catalogue and orders) and `models` (language models).

A plugin looks at one message and decides: it collects *effects* on the context and returns a *verdict*.
Nothing it decides happens before the whole pipeline has spoken; then all effects are committed in one
transaction together with "this message is done". A crash before that replays the message, a crash
after it does not: a plugin must not change anything outside by itself (`Context.call` does that for it).

    class Echo(Plugin):
        name = "echo"

        async def message(self, context: Context, message: Message) -> Verdict:
            context.reply(message.text)
            return Verdict.STOP
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import ClassVar, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from comptoir.plugins.models import NO_FURTHER_LIMITS, Completion, ModelLimits, Said, Tool
from comptoir.plugins.shop.model import Catalogue, CatalogueChange, Figures, Order, ShopEffect, Stock

API_VERSION = 1

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


class Verdict(enum.Enum):
    """What the pipeline does after this plugin."""

    CONTINUE = "continue"
    STOP = "stop"


# --- who and where -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Member:
    """One of the tenant's team, or a group of them that are told together."""

    name: str
    address: str
    """`+E164`, or `group:ID`."""


@dataclass(frozen=True, slots=True)
class Span:
    """Open from `opens` until before `closes`, local time; `closes` at 00:00 or before `opens` is on the next day."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Hours:
    """When the tenant is open, by its own clock."""

    week: tuple[tuple[Span, ...], ...]
    """Seven, Monday first; a day without a span is closed."""
    special: Mapping[date, tuple[Span, ...]]
    """Days that are unlike their weekday; without a span, closed. They count before public holidays."""
    holidays: bool = True
    """Closed on the country's public holidays."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """The business that a plugin serves, as its `tenant.toml` says."""

    name: str
    """As customers know it."""
    language: Literal["fr", "en"]
    country: str
    """ISO 3166, two letters."""
    timezone: str
    """As `Africa/Dakar`."""
    owner: str | None
    """`+E164`."""
    team: tuple[Member, ...]
    hours: Hours | None
    """None where the file says nothing of them."""
    files: Mapping[str, bytes]
    """What lies in the tenant's folder beside `tenant.toml`, as `knowledge/livraison.md`, read when it was loaded.

    Texts and tables, no pictures. Where one of them changes, the plugins are made anew.
    """
    catalogue: Catalogue | None = None
    """As the file says, where there is one; what the owner changed by chat comes with `Context.catalogue`."""


@dataclass(frozen=True, slots=True)
class Contact:
    """The customer as the tenant knows them, or a group in which the shop was named.

    `chat` is `+E164`, or `lid:DIGITS` while the number is hidden. That of a group is `group:ID`, and `name` who wrote.
    """

    id: int
    chat: str
    name: str
    is_new: bool
    """No message of theirs was answered before this one."""
    greeted: bool = False
    """The phone itself has just greeted them, as WhatsApp Business does on its own."""
    role: Literal["customer", "owner", "team"] = "customer"
    """`owner` and `team` by the numbers in `tenant.toml`."""
    member: str = ""
    """The name in the team of one of them."""
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Conversation:
    """A course of messages in a chat, from the first to its closing; the next message begins another.

    `open`: the plugins answer, or the agent who has it; `pending`: a person was asked for and nobody has answered yet.
    """

    number: int
    """Short enough to be typed; 0 where the chat has none yet."""
    state: Literal["open", "pending", "closed"]
    agent: str | None
    """Who has it: `owner`, or a name in the team; None where the plugins do."""
    opened: datetime
    changed: datetime
    """When state or agent became what they are."""
    reason: str = ""
    """Why a person was asked for."""
    handed_over: bool = False
    """A person was asked for, or took it, since it began."""


@dataclass(frozen=True, slots=True)
class Case:
    """Another chat's conversation that waits for a person or has one, as the owner and the team may see it."""

    conversation: Conversation
    chat: str
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """A message of the chat's history."""

    time: datetime
    by: str
    """`customer`, `owner`, `operator`, `agent:NAME` or `plugin:NAME`."""
    kind: str
    text: str


# --- what a message holds ----------------------------------------------------------------------------------
FileKind = Literal["image", "video", "audio", "voice", "document", "sticker"]
FILE_KINDS: tuple[FileKind, ...] = ("image", "video", "audio", "voice", "document", "sticker")

SILENT = frozenset({"empty", "unknown", "unreadable", "reaction", "vote", "edit", "deletion", "call"})
"""Kinds without content, what this version cannot read, and what people do to messages rather than say."""


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

    path: Path = Path()
    kind: FileKind | None = None
    """None: what the file shows itself to be."""
    name: str = ""
    """Of a document, as the receiver sees it; else the path's own."""
    message: int | None = None
    """The picture in this message in place of a path: one with which the owner added a product that is still sold."""


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

# --- what a plugin is told of ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """What the customer wrote. A burst of texts joined into one has several `ids`, the newest last."""

    ids: tuple[int, ...]
    kind: str
    """`text`, `image`, `video`, `audio`, `voice`, `document`, `sticker`, `location`, `contact`, `poll`, `vote`,
    `reaction`, `edit`, `deletion`, `view_once`, `call`, or `unknown`. New ones may come: ignore what you do not know.
    """
    text: str
    """A text, or the caption of what is sent; a poll's question, what was voted for, an emoji, an edit's new text."""
    time: datetime
    content: Received | None = None
    """What it holds beside its text."""
    quote: Quote | None = None
    """What it answers, where the customer quoted something."""
    sender: str = ""
    """Who wrote, in a group; else the contact did."""


@dataclass(frozen=True, slots=True)
class Timer:
    """A time that the plugin asked to be woken at, in this chat, has come."""

    name: str
    due: datetime
    data: Json


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message that this plugin wrote in the chat."""

    message: int
    state: Literal["delivered", "read", "failed"]
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """The chat's conversation is no longer as it was.

    `opened`: by its first message; `taken`: somebody wrote by hand from the shop's phone, `text` is what;
    `handed_over`: a person was asked for; `assigned`: to `agent`, who may have answered with `text`; `released`: given
    back to the plugins; `closed`: also by itself, after the time that `tenant.toml` says.
    """

    kind: Literal["opened", "taken", "handed_over", "assigned", "released", "closed"]
    by: str
    """`customer`, `owner`, `agent:NAME`, `operator`, `plugin:NAME`, or `expiry`."""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said in a recording that the plugin had transcribed."""

    message: int
    text: str
    """Empty where it could not be put into words; `why` says so."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered to `Context.fetch`, whole."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def text(self) -> str:
        """The body as UTF-8; what is not becomes a question mark."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in one of the tenant's files, in the tenant's language."""

    what: str
    """What was found."""
    expected: str
    file: str = ""
    """As in `Tenant.files`; empty for `tenant.toml`."""
    line: int = 1
    column: int = 1
    """Both from 1; of `tenant.toml` the `key` tells them."""
    key: tuple[str | int, ...] = ()
    """The way to the value in the plugin's own table, as `("rules", 0, "to")`; empty for the table."""


class OutsideFailed(Exception):
    """Nothing could be read from there: no server, no answer in time, too much, or an address that is not public."""


# --- effects: what a plugin wants done ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer in this chat: a text, or something with `text` as its caption.

    Pictures, videos and documents take a caption; before anything else the text goes as a message of its own. A poll's
    question and a reaction's emoji are in the content. An `Edit` takes the new text. What turns out not to be sendable
    when it is queued, such as a missing file, leaves the text and is noted as `reply_refused`.
    """

    text: str
    content: ToSend | None = None
    quote: bool = False
    """Show the customer's message above it."""
    greeting: bool = False
    """A word of welcome, which answers nothing that they wrote."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to the owner, or to others of the tenant's team."""

    text: str
    to: tuple[str, ...] = ("owner",)
    """`owner`, `team` for all of it, or names in it."""


@dataclass(frozen=True, slots=True)
class Put:
    """The plugin's own state; `value` None forgets the key.

    Where the plugin read the key before, it is committed only if nobody changed it meanwhile; else the last one wins.
    """

    key: str
    value: Json
    shared: bool = False
    """For the whole tenant instead of this contact."""


@dataclass(frozen=True, slots=True)
class Silence:
    """No automatic answer in this chat until then; a time in the past ends a silence."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Tag:
    """A word about the contact, put or taken off."""

    tag: str
    on: bool = True


@dataclass(frozen=True, slots=True)
class Wake:
    """A timer of this plugin in this chat, set or changed; `at` None takes it back. It outlives restarts."""

    name: str
    at: datetime | None
    data: Json = None


@dataclass(frozen=True, slots=True)
class Handover:
    """A person is to go on here: the conversation waits for one, and only plugins that are `always` asked speak in it.

    `{number}` in the notice becomes the conversation's, `{chat}` the customer's.
    """

    reason: str
    notice: str = ""
    """What the people in `to` are told; empty for a plain word of ours."""
    to: tuple[str, ...] = ("owner",)
    unsure: bool = False
    """Nothing here had an answer: it is among the day's unanswered questions."""


@dataclass(frozen=True, slots=True)
class Assign:
    """`agent` has the conversation, or the plugins have it back where None. `number`: another chat's conversation."""

    agent: str | None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Close:
    """The conversation has ended, and a silence with it; `number`: another chat's."""

    number: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the owner, or one of the team, who wrote this message, says in the chat of conversation `number`.

    The conversation is theirs from then on.
    """

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """Something outside is told: `body` is sent as JSON by POST until the server says 2xx, for a day at most.

    Each attempt carries the same header `Idempotency-Key`.
    """

    url: str
    body: Json
    headers: Mapping[str, str]


Effect = Reply | Notice | Put | Silence | Tag | Wake | Handover | Assign | Close | Answer | Call | ShopEffect


# --- the context and the plugin ----------------------------------------------------------------------------


class Context(Protocol):
    """One event's view of the world, for one plugin. Valid until the method that got it returns."""

    @property
    def tenant(self) -> Tenant: ...

    @property
    def contact(self) -> Contact: ...

    @property
    def conversation(self) -> Conversation:
        """As it was when the event came."""
        ...

    @property
    def held(self) -> str:
        """Why the plugins do not speak in this chat: a person has it, or it was silenced; empty where they do.

        Only plugins that are `always` asked see this other than empty.
        """
        ...

    @property
    def held_until(self) -> datetime | None:
        """When the silence ends, where the chat is silent."""
        ...

    @property
    def now(self) -> datetime:
        """Aware, UTC. Plugins ask here, so that tests and replays can set the clock."""
        ...

    @property
    def replied(self) -> bool:
        """An earlier plugin of this walk has already replied."""
        ...

    @property
    def transcribes(self) -> bool:
        """Recordings can be put into words here: see the effect `Transcribe`."""
        ...

    # --- reading

    async def get(self, key: str, *, shared: bool = False) -> Json:
        """The plugin's own state. What was read becomes a precondition of the commit."""
        ...

    async def history(self, limit: int = 10) -> tuple[Line, ...]:
        """The newest messages of this chat, at most 50, oldest first, with the one at hand."""
        ...

    async def load(self) -> bytes:
        """The whole file that this message holds. Raises LookupError where it is not kept."""
        ...

    async def cases(self) -> tuple[Case, ...]:
        """Conversations that wait for a person or have one, the longest waiting first; for the owner and the team.

        Raises PermissionError where a customer wrote.
        """
        ...

    async def fetch(self, url: str, *, headers: Mapping[str, str] | None = None) -> Response:
        """Read `url` by GET: in 10 s, a million bytes and three redirects at most, and from public addresses alone.

        Raises OutsideFailed. It may happen again for the same message: never use it to change anything.
        """
        ...

    # --- the shop

    async def catalogue(self) -> Catalogue | None:
        """What is sold now, with what the owner changed by chat; None where the tenant has no catalogue."""
        ...

    async def stock(self, skus: Sequence[str]) -> Stock:
        """What is left of these now. No precondition by itself: placing an order checks it again."""
        ...

    async def orders(self, number: int | None = None, *, open_only: bool = False) -> tuple[Order, ...]:
        """The chat's orders, the newest first, 20 at most, or the one of this number; for the owner and the team those
        of all chats.
        """
        ...

    async def changes(self) -> tuple[CatalogueChange, ...]:
        """What the owner changed by chat and is in force. Raises PermissionError where a customer wrote."""
        ...

    async def figures(self, begins: datetime, ends: datetime) -> Figures:
        """What this stretch of time has brought. Raises PermissionError where a customer wrote."""
        ...

    async def ask_model(
        self,
        model: str,
        said: Sequence[Said],
        tools: Sequence[Tool] = (),
        *,
        most_tokens: int = 1_000,
        limits: ModelLimits = NO_FURTHER_LIMITS,
    ) -> Completion:
        """What the operator's model of this name says next. Raises ModelFailed, also where a limit is reached.

        It may happen again for the same message, and is paid for each time.
        """
        ...

    # --- words

    def wording(self, key: str, **fields: str) -> str:
        """One of the plugin's `texts` in the tenant's language and words, with `{fields}` filled in.

        `{name}` and `{shop}` are always known. Raises KeyError for a key that `texts` lacks.
        """
        ...

    def explain(self, text: str) -> None:
        """Why the plugin decides as it does, for `comptoir try`: a sentence that a shop owner can read."""
        ...

    # --- effects

    def reply(self, text: str, content: ToSend | None = None, *, quote: bool = False, greeting: bool = False) -> None:
        """Answer with a text, or with something that may have a caption; see `Reply`.

        A file's path is relative to the tenant's folder, which it must lie in. `message` in an `Edit` or `Deletion` is
        one of ours in this chat. Raises ValueError for nothing at all and for what WhatsApp would not take.
        """
        ...

    def put(self, key: str, value: Json, *, shared: bool = False) -> None: ...

    def notify(self, text: str, to: tuple[str, ...] = ("owner",)) -> None:
        """Tell the owner or others; see `Notice`. Whoever has no number is noted as `owner_not_told`."""
        ...

    def silence(self, until: datetime) -> None: ...

    def tag(self, tag: str, *, on: bool = True) -> None: ...

    def wake(self, name: str, at: datetime | None, data: Json = None) -> None:
        """Have `timer` called at this time, or no more; see `Wake`."""
        ...

    def hand_over(
        self, reason: str, notice: str = "", to: tuple[str, ...] = ("owner",), *, unsure: bool = False
    ) -> None:
        """Ask for a person; see `Handover`."""
        ...

    def assign(self, agent: str | None, number: int | None = None) -> None:
        """Give the conversation to somebody, or back to the plugins.

        With a `number`, as with `close` and `answer`: raises PermissionError where a customer wrote.
        """
        ...

    def close(self, number: int | None = None) -> None: ...

    def answer(self, number: int, text: str) -> None: ...

    def call(self, url: str, body: Json, headers: Mapping[str, str] | None = None) -> None:
        """Tell something outside once this is committed; see `Call`. Raises ValueError for what is no public URL."""
        ...

    def do(self, effect: ShopEffect) -> None:
        """Sell, move an order on, change the catalogue: see the effects in `shop.model`.

        Raises PermissionError where a customer wrote and only the owner or the team may; of money, only the owner.
        """
        ...


class PluginConfig(BaseModel):
    """Base of a plugin's configuration: unknown keys are mistakes, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Plugin:
    """Base of all plugins. One instance serves one tenant; its methods run for several contacts at once.

    Each call has 20 seconds unless `tenant.toml` says otherwise, and is then cancelled. Who holds the interpreter for
    a second, without an `await`, ends the whole process: long work belongs into `trio.to_thread.run_sync`.
    """

    name: ClassVar[str]
    api_version: ClassVar[int] = API_VERSION
    """The version it was written for; a package of its own writes the number. One that differs is left out."""
    state_version: ClassVar[int] = 1
    """Of what it puts; see `migrate`."""
    Config: ClassVar[type[PluginConfig]] = PluginConfig
    texts: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """What it says, French and English, by key; a tenant may write its own in `wording/`."""
    always: ClassVar[bool] = False
    """Asked also where a person has the chat or it was silenced, to see `Context.held`."""
    own_chat: ClassVar[bool] = False
    """Asked of what the owner writes in the shop's chat with itself. Nobody else is; without any it is left alone."""

    def __init__(self, config: PluginConfig, tenant: Tenant) -> None:
        self.config = config
        self.tenant = tenant

    def daily(self) -> Mapping[str, time]:
        """Timers of every day, by name, each at a time of the tenant's clock: `timer` is called in the owner's chat,
        also where the owner never wrote, with the name `daily:NAME`. One that was missed comes once, as soon as it can;
        where there is no owner, none does.
        """
        return {}

    def check(self) -> Sequence[Mistake]:
        """What is wrong in the files that it reads; anything keeps the pipeline that runs. No I/O, and no waiting."""
        return ()

    async def start(self) -> None:
        """Before the first message. Raising leaves the plugin out, with the reason in status."""

    async def message(self, context: Context, message: Message) -> Verdict:
        """Decide about one message. Cancelled after its time limit."""
        raise NotImplementedError

    async def unanswered(self, context: Context, message: Message) -> None:
        """Every plugin was asked, none said stop and none replied, or only with a greeting.

        They are asked in their order until one replies. `context.replied` tells whether somebody has greeted.
        """

    async def timer(self, context: Context, timer: Timer) -> None:
        """A timer that `Context.wake` set is due. In a chat that is held no reply goes out."""

    async def receipt(self, context: Context, receipt: Receipt) -> None:
        """A message of this plugin was delivered, read, or could not be sent; each at most once."""

    async def transcribed(self, context: Context, transcript: Transcript) -> None:
        """A recording that it had transcribed has been put into words, or could not be."""

    async def conversation(self, context: Context, change: Change) -> None:
        """The chat's conversation changed; `context.conversation` is what it has become."""

    def migrate(self, version: int, key: str, value: Json) -> Json:
        """`value` of `key`, from an older `version`, as `state_version` has it; None forgets it.

        Called before `start`; raising leaves the plugin out, and its state as it was.
        """
        return value

    async def stop(self) -> None:
        """After the last message."""
