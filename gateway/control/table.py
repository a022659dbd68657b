"""The methods' table, made from the signatures of their handlers: what is called what, and takes what."""

import inspect
import keyword
import types
import typing
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from comptoir.gateway.shown import cut
from comptoir.sessions.descriptors import Descriptor
from comptoir.sessions.protocol import ErrorCode, Params, RpcError

Handler = TypeVar("Handler", bound=Callable[..., Any])
Tell = Callable[[Params], Awaitable[None]]
"""Sends a notification of the method's stream."""

_KINDS = {
    str: "a string", int: "a whole number", float: "a number", bool: "true or false", dict: "an object",
    Descriptor: "an open file",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    kinds: tuple[type, ...]
    required: bool

    def check(self, value: Any) -> None:
        """Raises RpcError INVALID_PARAMS."""
        # JSON has one kind of number, and Python takes true for 1: neither may pass for the other.
        kinds = (*self.kinds, int) if float in self.kinds else self.kinds
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in self.kinds):
            expected = " or ".join(_KINDS[kind] for kind in self.kinds if kind in _KINDS)
            raise RpcError(ErrorCode.INVALID_PARAMS, f"{self.name}: expected {expected}")


@dataclass(frozen=True, slots=True)
class Method:
    name: str
    handler: Callable[..., Awaitable[Any]]
    parameters: dict[str, Parameter]
    notification: str | None
    """What it streams before its answer."""

    async def call(self, params: Params, tell: Tell) -> Any:
        """The handler's result. Raises its RpcError, or INVALID_PARAMS before it is asked."""
        self._check(params)
        arguments = {f"{name}_" if keyword.iskeyword(name) else name: value for name, value in params.items()}
        return await self.handler(*((tell,) if self.notification else ()), **arguments)

    def _check(self, params: Params) -> None:
        for name, value in params.items():
            if name not in self.parameters:
                known = ", ".join(self.parameters) or "none"
                raise RpcError(ErrorCode.INVALID_PARAMS, f"{self.name} has no parameter {cut(name)}: expected {known}")
            self.parameters[name].check(value)
        for parameter in self.parameters.values():
            if parameter.required and parameter.name not in params:
                raise RpcError(ErrorCode.INVALID_PARAMS, f"{self.name}: {parameter.name} is missing")


def method(name: str, notification: str | None = None) -> Callable[[Handler], Handler]:
    """Marks a handler as the method `name`; its keyword-only parameters are the method's.

    One with a `notification` gets a function `tell` as its first argument.
    """

    def mark(handler: Handler) -> Handler:
        vars(handler)["control_method"] = (name, notification)
        return handler

    return mark


def table_of(handlers: object) -> dict[str, Method]:
    """All marked methods of an object, by name."""
    table = {}
    for _, handler in inspect.getmembers(handlers, inspect.iscoroutinefunction):
        if marked := getattr(handler, "control_method", None):
            name, notification = marked
            table[name] = Method(name, handler, _parameters(handler), notification)
    return table


def _parameters(handler: Handler) -> dict[str, Parameter]:
    hints = typing.get_type_hints(handler)
    signature = inspect.signature(handler).parameters.values()
    named = [parameter for parameter in signature if parameter.kind is inspect.Parameter.KEYWORD_ONLY]
    return {
        # Python's own words take an underscore behind: `from_` is `from` on the wire.
        parameter.name.rstrip("_"): Parameter(
            parameter.name.rstrip("_"), _kinds(hints[parameter.name]), parameter.default is parameter.empty
        )
        for parameter in named
    }


def _kinds(hint: Any) -> tuple[type, ...]:
    kinds = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    return tuple(typing.get_origin(kind) or kind for kind in kinds)
