"""What a plugin author imports. It needs nothing of ours but `content`, and keeps its major version.

A plugin looks at one message and decides: it collects *effects* on the context and returns a *verdict*.
Nothing it decides happens before the whole pipeline has spoken; then all effects are committed in one
transaction together with "this message is done". A crash before that replays the message, a crash
after it does not: a plugin must not change anything outside by itself.

    class Echo(Plugin):
        name = "echo"

        async def message(self, context: Context, message: Message) -> Verdict:
            context.reply(message.text)
            return Verdict.STOP
"""

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from pydantic import BaseModel, ConfigDict

from comptoir.plugins.content import (
    Card,
    Cards,
    Deletion,
    Edit,
    FileToSend,
    Place,
    Poll,
    Quote,
    Reaction,
    Received,
    ReceivedFile,
    ToSend,
    Vote,
)

# A plugin author imports from here alone.
__all__ = [
    "API_VERSION", "Card", "Cards", "Contact", "Context", "Deletion", "Edit", "Effect", "FileToSend", "Json", "Message",
    "Notice", "Place", "Plugin", "PluginConfig", "Poll", "Put", "Quote", "Reaction", "Received", "ReceivedFile",
    "Reply", "Silence", "ToSend", "Verdict", "Vote",
]  # fmt: skip

API_VERSION = 1

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


class Verdict(enum.Enum):
    """What the pipeline does after this plugin."""

    CONTINUE = "continue"
    STOP = "stop"


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


# --- effects: what a plugin wants done -------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to the tenant's owner."""

    text: str


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


Effect = Reply | Notice | Put | Silence


class Context(Protocol):
    """One message's view of the world, for one plugin. Valid until `message` returns."""

    @property
    def contact(self) -> Contact: ...

    @property
    def language(self) -> str:
        """The tenant's language, `fr` or `en`."""
        ...

    @property
    def tenant_name(self) -> str: ...

    @property
    def now(self) -> datetime:
        """Aware, UTC. Plugins ask here, so that tests and replays can set the clock."""
        ...

    @property
    def replied(self) -> bool:
        """An earlier plugin of this walk has already replied."""
        ...

    async def get(self, key: str, *, shared: bool = False) -> Json:
        """The plugin's own state. What was read becomes a precondition of the commit."""
        ...

    def put(self, key: str, value: Json, *, shared: bool = False) -> None: ...

    def reply(self, text: str, content: ToSend | None = None, *, quote: bool = False) -> None:
        """Answer with a text, or with something that may have a caption; see `Reply`.

        A file's path is relative to the tenant's folder, which it must lie in. `message` in an `Edit` or `Deletion` is
        one of ours in this chat. Raises ValueError for nothing at all and for what WhatsApp would not take.
        """
        ...

    async def load(self) -> bytes:
        """The whole file that this message holds. Raises LookupError where it is not kept."""
        ...

    def notify_owner(self, text: str) -> None: ...

    def silence(self, until: datetime) -> None: ...


class PluginConfig(BaseModel):
    """Base of a plugin's configuration: unknown keys are mistakes, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Plugin:
    """Base of all plugins. One instance serves one tenant; `message` runs for several contacts at once."""

    name: ClassVar[str]
    api_version: ClassVar[int] = API_VERSION
    """The version it was written for; a package of its own writes the number. One that differs is left out."""
    Config: ClassVar[type[PluginConfig]] = PluginConfig

    def __init__(self, config: PluginConfig) -> None:
        self.config = config

    async def start(self) -> None:
        """Before the first message. Raising leaves the plugin out, with the reason in status."""

    async def message(self, context: Context, message: Message) -> Verdict:
        """Decide about one message. Cancelled after its time limit."""
        raise NotImplementedError

    async def stop(self) -> None:
        """After the last message."""
