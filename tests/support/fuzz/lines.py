"""Lines for the control socket from a seed: half are calls with mutated parameters, half are anything else."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from comptoir.gateway.control.chat_methods import ChatMethods
from comptoir.gateway.control.key_methods import KeyMethods
from comptoir.gateway.control.methods import Methods
from comptoir.gateway.control.order_methods import OrderMethods
from comptoir.gateway.control.table import Method, table_of
from comptoir.sessions.protocol import MAX_LINE
from fuzz.values import WEIRD, names, sensible

MEASURED = "chez-awa"
"""The shop that must go on as if nothing were."""
OTHERS = tuple(f"victim-{number}" for number in range(4))
"""Tenants that may be paused, emptied and removed."""
HARMLESS = frozenset(
    {
        "hello",
        "status",
        "tenant.list",
        "tenant.show",
        "try",
        "message",
        "message.wait",
        "messages",
        "chats",
        "orders",
        "order",
        "catalogue.changes",
        "media.get",
        "events",
    }
)
"""What only reads, and may be asked of the measured shop. Every other method changes something."""
ADDS = "tenant.add"
TEXTS = ("GET / HTTP/1.1", "", "null", "[]", "{}", "true", "1", '"', "\0", "\x1b[2J", "NaN", "-Infinity", "help")
NO_METHODS = ("stats", "Status", " status", "status\0", "tenant", "../x", "é" * 300)
# Each of these makes or ends processes: often enough to be met, seldom enough to get through a million lines.
_REAL_CHANGE = 1 / 400
_CLOSING = 1 / 2_000


def control_methods() -> dict[str, Method]:
    """The daemon's table, without a daemon."""
    kinds = (Methods, ChatMethods, OrderMethods, KeyMethods)
    return {name: method for kind in kinds for name, method in table_of(kind.__new__(kind)).items()}


STREAMS = frozenset(method.name for method in control_methods().values() if method.notification)
SLOW = STREAMS | {"status", "tenant.show", "message.wait"}
SLOW_WEIGHT = 0.1
"""These cost a connection, or make the kernel count pages."""


@dataclass(frozen=True, slots=True)
class Line:
    data: bytes
    """Its end included, unless it is cut."""
    answered: bool = True
    """By exactly one line. Else it may open a stream or cost the connection, which is then given up."""
    descriptors: int = 0
    """How many come with it."""
    call: bool = False
    """A JSON-RPC request."""


class Lines:
    """The same lines for the same seed and the same methods."""

    def __init__(self, seed: int, methods: Mapping[str, Method] | None = None) -> None:
        self._random = random.Random(seed)
        self._methods = dict(methods or control_methods())
        self._weights = [SLOW_WEIGHT if name in SLOW else 1.0 for name in self._methods]
        self._id = 0
        self._garbage: tuple[Callable[[], Line], ...] = (
            self._bytes, self._text, self._broken_json, self._other_json, self._deep, self._wrong_envelope,
        )  # fmt: skip

    def next(self) -> Line:
        if self._random.random() < _CLOSING:
            return self._closing()
        return self._call() if self._random.random() < 0.5 else self._random.choice(self._garbage)()

    # --- calls

    def _call(self) -> Line:
        (method,) = self._random.choices(tuple(self._methods.values()), self._weights)
        params = self._params(method)
        for _ in range(self._random.choice((0, 1, 1, 1, 2, 3))):
            self._mutate(method, params)
        self._id += 1
        body = {"jsonrpc": "2.0", "id": self._id, "method": method.name, "params": params}
        text = json.dumps(body, ensure_ascii=self._random.random() < 0.5)
        if self._random.random() < 0.02 and params:
            # The same name twice: the last one counts.
            name = next(iter(params))
            again = self._nobody(method) if name == "tenant" else self._weird()
            text = f"{text[:-2]}, {json.dumps(name)}: {json.dumps(again)}{text[-2:]}"
        data = text.encode("utf-8", "surrogatepass").replace(b"\n", b" ") + b"\n"
        if len(data) > MAX_LINE:
            return self._closing()
        asked = sum(value == {"descriptor": True} for value in params.values())
        given = asked if self._random.random() < 0.8 else self._random.randrange(6)
        return Line(data, method.name not in STREAMS, min(given, 4), call=True)

    def _params(self, method: Method) -> dict[str, Any]:
        params: dict[str, Any] = {}
        if method.name not in HARMLESS and "tenant" not in method.parameters and self._random.random() > _REAL_CHANGE:
            # It would change the whole installation: seldom with no fault at all.
            params["more"] = self._weird()
        for name, parameter in method.parameters.items():
            if name == "tenant":
                params[name] = self._tenant(method)
            elif parameter.required or name == "timeout" or self._random.random() < 0.6:
                params[name] = sensible(self._random, name, parameter.kinds)
        return params

    def _tenant(self, method: Method) -> Any:
        """Of the measured shop only what is harmless is asked."""
        if method.name in HARMLESS:
            return MEASURED if self._random.random() < 0.8 else self._nobody(method)
        return self._random.choice(OTHERS) if self._random.random() < _REAL_CHANGE else self._nobody(method)

    def _nobody(self, method: Method) -> Any:
        """No tenant here; and no name that one could get, where it would then be there."""
        return names(self._random, possible=method.name != ADDS)

    def _mutate(self, method: Method, params: dict[str, Any]) -> None:
        name = self._random.choice((*method.parameters, "another"))
        # What changes something may mean every tenant where none is named; a wait without a limit holds us up.
        guarded = name == "timeout" or (method.name not in HARMLESS and name == "tenant")
        match self._random.randrange(5):
            case 0 if not guarded:
                params.pop(name, None)
            case 1 if name in params:
                params[self._random.choice((name.upper(), f"{name}_", f" {name}", ""))] = params[name]
            case 2 if name in params and name != "tenant":
                params[name] = self._random.choice(([params[name]], {name: params[name]}, str(params[name])))
            case _ if name == "tenant":
                params[name] = self._nobody(method)
            case _:
                params[name] = self._weird()

    def _weird(self) -> Any:
        return self._random.choice(WEIRD)(self._random)

    # --- everything else

    def _bytes(self) -> Line:
        return _line(self._random.randbytes(self._random.randrange(1, 200)))

    def _text(self) -> Line:
        words = (
            "GET / HTTP/1.1",
            "",
            "null",
            "[]",
            "{}",
            "true",
            "1",
            '"',
            "\0",
            "\x1b[2J",
            "NaN",
            "-Infinity",
            "help",
        )
        return _line(self._random.choice(words).encode())

    def _broken_json(self) -> Line:
        data = bytearray(self._call().data.rstrip(b"\n"))
        place = self._random.randrange(len(data))
        match self._random.randrange(3):
            case 0:
                del data[place:]
            case 1:
                data[place:place] = self._random.randbytes(3)
            case _:
                data[:0] = b"\xef\xbb\xbf"
        return Line(_clean(bytes(data)), answered=_is_no_stream(data))

    def _other_json(self) -> Line:
        return _line(json.dumps(self._weird()).encode())

    def _deep(self) -> Line:
        depth = 50_000 if self._random.random() < 0.01 else self._random.choice((10, 100, 1_000))
        opening, closing = self._random.choice((("[", "]"), ('{"a":', "}")))
        return _line((opening * depth + "1" + closing * depth * self._random.randrange(2)).encode())

    def _wrong_envelope(self) -> Line:
        body: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "status", "params": {}}
        match self._random.randrange(5):
            case 0:
                body.pop(self._random.choice(("jsonrpc", "id", "method")))
            case 1:
                body["method"] = self._random.choice(
                    ("stats", "Status", " status", "status\0", "tenant", "../x", "é" * 300)
                )
            case 2:
                body["method"] = self._weird()
            case 3:
                body["params"] = self._random.choice(([], "x", 1, None, [{}], True))
            case _:
                body[self._random.choice(("id", "jsonrpc", "result", "error"))] = self._weird()
        return _line(json.dumps(body).encode())

    def _closing(self) -> Line:
        """Longer than a line may be, or never ended."""
        if self._random.random() < 0.3:
            return Line(b'"' + b"x" * (MAX_LINE + 10) + b'"\n', answered=False)
        data = self._call().data[:MAX_LINE]
        return Line(data[: self._random.randrange(1, len(data))].rstrip(b"\n"), answered=False)


def _line(data: bytes) -> Line:
    return Line(_clean(data))


def _clean(data: bytes) -> bytes:
    return data.replace(b"\n", b" ") + b"\n"


def _is_no_stream(data: bytes | bytearray) -> bool:
    """What is broken may still be a call, where what was broken is a text in it."""
    return not any(f'"{name}"'.encode() in data for name in STREAMS)
