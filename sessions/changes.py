"""What neonize says of a connection, as our facts. Pure, as `translate` is for what is kept."""

from typing import Any

from comptoir.sessions.events import Changed, Disconnected, Ended, Paired, PairingFailed
from comptoir.sessions.times import rfc3339

_PASSKEY = (
    "WhatsApp asks for this account's passkey (fingerprint, face or PIN) before it links a device, and this version "
    "cannot give it: `comptoir link` again would end the same way; take another number, or wait for a version that can"
)
_PAIRING_ENDS = {
    "timeout": "expired",
    "err-client-outdated": "WhatsApp no longer accepts this version: upgrade comptoir",
    "err-scanned-without-multidevice": "the phone's WhatsApp is too old for linked devices: update it and scan again",
    "err-unexpected-state": "WhatsApp closed the link attempt: run `comptoir link` again",
    "passkey-request": _PASSKEY,
    "passkey-confirmation": _PASSKEY,
    "error": "the phone and WhatsApp could not agree. Accounts that ask for a passkey cannot be linked "
    "with this version; otherwise run `comptoir link` again",
}
# neonize cannot express these two failures where it does not know the reason; whatsmeow has stopped by then.
_UNEXPRESSED = {
    "neonize.ConnectFailure.Reason": Ended("connect_failure", "for a reason that this version does not know"),
    "neonize.TemporaryBan.Code": Ended("banned", "code unknown"),
}
# neonize counts the kinds of ban from 1 (goneonize, encoder.go); these are WhatsApp's codes (whatsmeow, TempBanReason).
_BANS = {
    1: "code 101: too many messages to people who do not have this number in their address book",
    2: "code 102: too many people have blocked this number",
    3: "code 103: too many groups were made with people who do not have this number in their address book",
    4: "code 104: the same message to too many people",
    5: "code 106: too many messages to a broadcast list",
}


def pairing_end(status: str) -> PairingFailed | None:
    """How whatsmeow's QR channel ended; None for success, which `pair_status` tells with more."""
    if status == "success":
        return None
    return PairingFailed(_PAIRING_ENDS.get(status, f"WhatsApp refused the link ({status})"))


def pair_status(event: Any) -> Paired | PairingFailed:
    if event.Status == event.SUCCESS:
        return Paired(f"+{event.ID.User}")
    return PairingFailed(event.Error or "WhatsApp refused the link")


def code_refused(text: str) -> PairingFailed:
    """What an error of neonize's PairPhone means; its text is that of whatsmeow's IQError."""
    if "status 429" in text:
        return PairingFailed("too_many_codes")
    return PairingFailed(f"WhatsApp gives no pairing code for this number ({text}): check it, or link by QR code")


def connect_error(text: str) -> Changed:
    """What an error of neonize's `connect` means; later drops reconnect by themselves and raise nothing."""
    return next((end for field, end in _UNEXPRESSED.items() if field in text), Disconnected(f"no connection: {text}"))


def ban(event: Any, now: int) -> Ended:
    """`now` in milliseconds: the server says how many seconds the ban still lasts."""
    why = _BANS[event.Code]
    return Ended("banned", f"{why}; it ends {rfc3339(now + event.Expire * 1000)}" if event.Expire else why)


# neonize counts the reasons too (goneonize, encoder.go): 2 is WhatsApp's 401, 4 its 403, 5 its 406.
_LOGGED_OUT = {2: "", 4: "code 403: the account is locked or has moved to another phone", 5: "code 406: banned"}


def logged_out(event: Any) -> Ended:
    return Ended("logged_out", _LOGGED_OUT.get(event.Reason, "code unknown"))


def connect_failure(event: Any) -> Ended:
    return Ended("connect_failure", f"{event.Reason} {event.Message}".strip())
