"""Parameters of a call, checked: each function raises RpcError with what was expected."""

from comptoir.sessions.events import Address
from comptoir.sessions.protocol import ErrorCode, Params, RpcError


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
    return value


def address_of(text: object) -> Address:
    try:
        return Address.parse(str(text))
    except ValueError as error:
        raise invalid(str(error)) from None
