"""Why a send failed, told from the text of whatsmeow's error, the only form in which it reaches Python; and what to
do about it, in people's words.
"""

from collections.abc import Callable
from dataclasses import dataclass

from comptoir.sessions.journal.waiting import STRANGERS_REFUSED
from comptoir.sessions.outbox.port import NotConnected, SendRefused, SendUnknown

_TOO_MANY_REQUESTS = 429
_NOT_THERE = 404
_TOO_LARGE = 413
# Reported for a chat that the account itself had blocked (whatsmeow, issue 379); what it means elsewhere is unknown.
_BLOCKED = 403

_WORDS = {
    STRANGERS_REFUSED: "WhatsApp lets this number begin no new chats for now: too many strangers were written to",
    _NOT_THERE: "this number is not on WhatsApp: check it, or ask them for the right one",
    _BLOCKED: "WhatsApp delivers nothing from us in this chat: it is probably blocked on the shop's own phone; "
    "unblock it there, then send again",
    _TOO_LARGE: "too large for WhatsApp: shorten it, or send it in parts",
    _TOO_MANY_REQUESTS: "WhatsApp asks for fewer messages at a time",
}
# A group cannot be blocked, and has no number.
_GROUP_WORDS = _WORDS | {
    _NOT_THERE: "there is no such group on WhatsApp: check its address",
    _BLOCKED: "WhatsApp takes nothing from us in this group: the shop is no longer in it, or may not write there; "
    "have it added by an admin, then send again",
}


@dataclass(frozen=True, slots=True)
class _Refusal:
    """How an error text of whatsmeow (send.go, errors.go) is to be understood."""

    marker: str
    error: Callable[[str], Exception]


def _of_server(text: str) -> SendRefused:
    """`server returned error CODE`: the answer to the message itself."""
    code = _code(text)
    passing = code in (STRANGERS_REFUSED, _TOO_MANY_REQUESTS) or code >= 500
    return _refused(code, text, permanent=not passing)


def _refused(code: int, text: str, *, permanent: bool) -> SendRefused:
    unknown = f"WhatsApp refused it ({text})" if permanent else f"WhatsApp could not take it now ({text})"
    return SendRefused(code, _WORDS.get(code, unknown), permanent=permanent)


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
    # whatsmeow's ErrGroupNotFound and ErrNotInGroup, with what it was about in front.
    _Refusal("that group does not exist", lambda text: _refused(_NOT_THERE, text, permanent=True)),
    _Refusal("not participating in that group", lambda text: _refused(_BLOCKED, text, permanent=True)),
    _Refusal("no LID found for", lambda text: _refused(_NOT_THERE, text, permanent=True)),
    _Refusal("server returned error", _of_server),
    # The library's own limit of 16 MiB for a frame (whatsmeow, framesocket.go): it never left, and never will.
    _Refusal("frame too large", lambda text: _refused(_TOO_LARGE, text, permanent=True)),
    _Refusal("failed to send message node", NotConnected),
    *(_Refusal(marker, _in_preparing) for marker in _PREPARING),
    _Refusal("the store doesn't contain a device JID", NotConnected),
)


def understand(error: str, *, group: bool = False) -> Exception:
    """The exception an error text of a send means. What is not known to have stayed here is SendUnknown."""
    found = next((refusal.error(error) for refusal in _REFUSALS if refusal.marker in error), SendUnknown(error))
    if group and isinstance(found, SendRefused):
        return SendRefused(found.code, _GROUP_WORDS.get(found.code, found.text), permanent=found.permanent)
    return found


def understand_upload(error: str) -> Exception:
    """The exception an error text of an upload means (whatsmeow, upload.go): the file is not there in any case."""
    if "websocket not connected" in error or "websocket disconnected" in error:
        return NotConnected(error)
    if "failed with status code" not in error:
        return SendRefused(0, error, permanent=False)
    code = _code(error)
    words = _WORDS[code] if code == _TOO_LARGE else f"WhatsApp's media host does not take the file ({code})"
    return SendRefused(code, words, permanent=code == _TOO_LARGE)


def _code(text: str) -> int:
    digits = text.rsplit(" ", 1)[-1]
    return int(digits) if digits.isdigit() else 0
