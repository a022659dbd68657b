"""Parameters of a call, checked: each function raises RpcError with what was expected."""

from datetime import datetime
from zoneinfo import ZoneInfo

from comptoir.plugins.numbers import is_e164
from comptoir.sessions.events import Address
from comptoir.sessions.protocol import ErrorCode, Params, RpcError

# As far as the journal counts.
MAX_NUMBER = 2**63 - 1


def invalid(message: str) -> RpcError:
    return RpcError(ErrorCode.INVALID_PARAMS, message)


def text_of(params: Params, name: str) -> str:
    value = params.get(name)
    if not isinstance(value, str):
        raise invalid(f"{name}: a text was expected")
    return value


def number_of(params: Params, name: str, default: int | None = None) -> int:
    value = params.get(name)
    if value is None:
        value = default
    if isinstance(value, bool) or not isinstance(value, int):
        raise invalid(f"{name}: a whole number was expected")
    if not 0 <= value <= MAX_NUMBER:
        raise invalid(f"{name}: between 0 and {MAX_NUMBER} was expected")
    return value


def phone_number_of(text: object) -> str:
    """`+E164`, in full."""
    if not isinstance(text, str) or not is_e164(text):
        raise invalid(f"{str(text)[:40]!r} is no phone number: expected +E164, as +221771234567")
    return text


def local_ms_of(text: object, timezone: str) -> int:
    """A day and time by a shop's clock, or with a zone of its own, in milliseconds."""
    try:
        time = datetime.fromisoformat(str(text))
        time = time if time.utcoffset() is not None else time.replace(tzinfo=ZoneInfo(timezone))
        return round(time.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise invalid(f"{str(text)[:40]!r} is no time: expected YYYY-MM-DD HH:MM, as 2026-12-25 10:00") from None


def address_of(text: object) -> Address:
    try:
        address = Address.parse(str(text))
    except ValueError as error:
        raise invalid(str(error)) from None
    if address.number:
        phone_number_of(address.number)
    return address


def receiver_of(text: object) -> Address:
    address = address_of(text)
    if address.channel or address.status:
        raise invalid(f"{text}: nothing is sent there; expected a number, lid:DIGITS or group:ID")
    return address
