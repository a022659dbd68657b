"""Why a send failed, told from the text of whatsmeow's error: the only form in which it reaches Python."""

from collections.abc import Callable
from dataclasses import dataclass

from comptoir.sessions.outbox.port import NotConnected, SendRefused, SendUnknown


@dataclass(frozen=True, slots=True)
class _Refusal:
    """How an error text of whatsmeow (send.go, errors.go) is to be understood."""

    marker: str
    error: Callable[[str], Exception]


_REFUSALS = (
    _Refusal("no LID found for", lambda text: SendRefused(404, "this number is not on WhatsApp", permanent=True)),
    # "server returned error 463": 463 is the limit on writing to strangers; others are as final for this text.
    _Refusal("server returned error", lambda text: SendRefused(_code(text), text, permanent="463" not in text)),
    # With this prefix the stanza never left; the bare errors of a repeated frame leave it open.
    _Refusal("failed to send message node", NotConnected),
    _Refusal("failed to get", NotConnected),
    _Refusal("failed to encrypt", NotConnected),
    _Refusal("failed to fetch", NotConnected),
    _Refusal("the store doesn't contain a device JID", NotConnected),
)


def understand(error: str) -> Exception:
    """The exception an error text of a send means. What is not known to have stayed here is SendUnknown."""
    return next((refusal.error(error) for refusal in _REFUSALS if refusal.marker in error), SendUnknown(error))


def _code(text: str) -> int:
    digits = text.rsplit(" ", 1)[-1]
    return int(digits) if digits.isdigit() else 0
