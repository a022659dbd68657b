"""Why a send failed, told from the text of whatsmeow's error: the only form in which it reaches Python."""

from collections.abc import Callable
from dataclasses import dataclass

from comptoir.sessions.journal.waiting import STRANGERS_REFUSED
from comptoir.sessions.outbox.port import NotConnected, SendRefused, SendUnknown

_TOO_MANY_REQUESTS = 429


@dataclass(frozen=True, slots=True)
class _Refusal:
    """How an error text of whatsmeow (send.go, errors.go) is to be understood."""

    marker: str
    error: Callable[[str], Exception]


def _of_server(text: str) -> SendRefused:
    """`server returned error CODE`: the answer to the message itself."""
    code = _code(text)
    passing = code in (STRANGERS_REFUSED, _TOO_MANY_REQUESTS) or code >= 500
    return SendRefused(code, text, permanent=not passing)


def _in_preparing(text: str) -> Exception:
    """The stanza never left. Only a lost connection mends itself and says nothing about this message."""
    offline = "websocket not connected" in text or "websocket disconnected" in text
    return NotConnected(text) if offline else SendRefused(0, text, permanent=False)


# The bare errors of a repeated frame leave it open whether it left, "failed to write msg" among them: no shorter.
_PREPARING = (
    "failed to get", "failed to fetch", "failed to prefetch", "failed to marshal", "failed to encrypt",
    "failed to process prekey bundle", "failed to clear untrusted identity", "failed to save cached sessions",
    "can't encrypt message", "cipher encryption failed",
)  # fmt: skip
_REFUSALS = (
    _Refusal("no LID found for", lambda text: SendRefused(404, "this number is not on WhatsApp", permanent=True)),
    _Refusal("server returned error", _of_server),
    _Refusal("failed to send message node", NotConnected),
    *(_Refusal(marker, _in_preparing) for marker in _PREPARING),
    _Refusal("the store doesn't contain a device JID", NotConnected),
)


def understand(error: str) -> Exception:
    """The exception an error text of a send means. What is not known to have stayed here is SendUnknown."""
    return next((refusal.error(error) for refusal in _REFUSALS if refusal.marker in error), SendUnknown(error))


def _code(text: str) -> int:
    digits = text.rsplit(" ", 1)[-1]
    return int(digits) if digits.isdigit() else 0
