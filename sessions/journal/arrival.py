"""How an event came, and what journaling it has changed."""

from dataclasses import dataclass

from comptoir.plugins.config import TenantConfig
from comptoir.sessions.events import CallReceived


@dataclass(frozen=True, slots=True)
class Arrival:
    """How an event came."""

    session: int
    now: int
    backlog: bool = False
    """It waited at the server while we were away."""
    silence_ms: int = 0
    """How long the bot keeps silent in a chat after the owner wrote there by hand."""
    since: int = 0
    """When this worker began: what was sent since, the library can repeat by itself."""
    config: TenantConfig | None = None
    """What the tenant has decided; None where nothing was ever right: then only persons are heard."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What an event changed. All of it empty for a duplicate or what is ignored."""

    message: int | None = None
    """The message that was journaled, or completed."""
    contact: int | None = None
    inbox: bool = False
    """The pipeline has something to do."""
    by_owner: bool = False
    """The owner answered by hand: the chat is silenced and its waiting answers are withdrawn."""
    advanced: tuple[int, ...] = ()
    """Outbound messages whose state moved on."""
    lost: bool = False
    """It is known by its id only."""
    refuse: CallReceived | None = None
    """A call that is to be refused."""
