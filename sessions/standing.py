"""How a session stands, told from the link's reports. Pure: reports in, the next standing out."""

from dataclasses import dataclass, replace

from comptoir.sessions.events import (
    BacklogBegun,
    BacklogRead,
    Changed,
    Connected,
    Disconnected,
    Ended,
    Paired,
    PairingCodeOffered,
    PairingFailed,
    QrOffered,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """`state` is one of CLI's: new, linking, connecting, online, offline, paused, parked."""

    state: str = "new"
    reason: str = ""
    """Why it is parked (a word the daemon knows) or, in people's words, why it is offline or was not linked."""
    detail: str = ""
    paused: bool = False
    number: str | None = None
    name: str = ""
    backlog_read: bool = False
    held: bool = False
    """The link was closed on purpose and is not to be recycled: the journal cannot be written."""

    @property
    def connected(self) -> bool:
        return self.state == "online"

    @property
    def may_send(self) -> bool:
        """Nothing leaves before the backlog of an absence has been read: the owner may have answered in it."""
        return self.connected and self.backlog_read

    @property
    def may_answer(self) -> bool:
        return self.may_send and not self.paused

    @property
    def link(self) -> str:
        """The state of the link by itself, for whoever watches over it."""
        return "held" if self.held else self.state

    @property
    def shown(self) -> str:
        """The state for people: a held pipeline matters more to them than a lost connection."""
        return "paused" if self.paused and self.state in ("online", "offline", "connecting") else self.state


def after(standing: Standing, change: Changed) -> Standing:
    """The standing once `change` is known. What comes after the end of a session changes nothing."""
    if standing.state == "parked":
        return standing
    match change:
        case QrOffered() | PairingCodeOffered() | Paired():
            return replace(standing, state="linking", reason="")
        case PairingFailed(reason):
            return replace(standing, state="new", reason=reason)
        case Connected(number, _, name):
            return replace(standing, state="online", reason="", number=number, name=name)
        case BacklogBegun():
            return replace(standing, backlog_read=False)
        case BacklogRead():
            return replace(standing, backlog_read=True)
        case Disconnected(reason) if standing.state != "linking":
            return replace(standing, state="offline", reason=reason, backlog_read=False)
        case Disconnected():
            return standing
        case Ended(reason, detail):
            return parked(standing, reason, detail)


def parked(standing: Standing, reason: str, detail: str = "") -> Standing:
    return replace(standing, state="parked", reason=reason, detail=detail, backlog_read=False)
