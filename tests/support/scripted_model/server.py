"""The server: takes each question, keeps it, and does the script's next step."""

import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import h11
import trio

from scripted_model import forms
from scripted_model.script import Cut, Hang, Raw, Say, Slow, Status, Step

Script = Callable[[dict[str, Any]], Step]


@dataclass
class ScriptedModel:
    """`script` is asked what comes next, with what the model was asked."""

    port: int
    script: Script
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Of the endpoint in OpenAI's form; Anthropic's is `root`."""
        return f"{self.root}/v1"

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def following(steps: Iterable[Step]) -> Script:
    """One step after the other; then the model says nothing."""
    left = iter(steps)
    return lambda _asked: next(left, Say())


@asynccontextmanager
async def serving(script: Script | Iterable[Step]) -> AsyncIterator[ScriptedModel]:
    async with trio.open_nursery() as nursery:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        told = script if callable(script) else following(script)
        model = ScriptedModel(listeners[0].socket.getsockname()[1], told)
        nursery.start_soon(partial(trio.serve_listeners, partial(_serve, model), listeners))
        yield model
        nursery.cancel_scope.cancel()


async def _serve(model: ScriptedModel, stream: trio.SocketStream) -> None:
    """Question after question on one connection, until a step or the other side ends it."""
    connection = h11.Connection(h11.SERVER)
    try:
        while (asked := await _asked(model, connection, stream)) is not None:
            step = model.script(asked[1])
            await _do(step, *asked, _Answer(connection, stream))
            if isinstance(step, Cut) or connection.our_state is h11.MUST_CLOSE:
                return
            connection.start_next_cycle()
    except (trio.BrokenResourceError, trio.ClosedResourceError, h11.ProtocolError):
        # Whoever had enough goes away.
        return
    finally:
        await trio.aclose_forcefully(stream)


async def _asked(
    model: ScriptedModel, connection: h11.Connection, stream: trio.SocketStream
) -> tuple[str, dict[str, Any]] | None:
    path, body = "", b""
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await stream.receive_some())
        elif isinstance(event, h11.Request):
            path = event.target.decode()
            model.headers.append({name.decode(): value.decode() for name, value in event.headers})
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage):
            model.asked.append(json.loads(body))
            return path, model.asked[-1]
        else:
            return None


@dataclass(frozen=True)
class _Answer:
    connection: h11.Connection
    stream: trio.SocketStream

    async def begins(self, status: int, mime: str, *more: tuple[str, str]) -> None:
        """In chunks: nothing is said of its length."""
        headers = [("Content-Type", mime), ("Transfer-Encoding", "chunked"), *more]
        await self._send(h11.Response(status_code=status, headers=headers))

    async def goes_on(self, part: bytes) -> None:
        await self._send(h11.Data(data=part))

    async def ends(self) -> None:
        await self._send(h11.EndOfMessage())

    async def _send(self, event: h11.Event) -> None:
        await self.stream.send_all(self.connection.send(event) or b"")


async def _do(step: Step, path: str, asked: dict[str, Any], answer: _Answer) -> None:
    match step:
        case Hang():
            await trio.sleep_forever()
        case Status(code):
            await answer.begins(code, "application/json")
            await answer.goes_on(json.dumps({"error": {"message": f"refused: {asked}"}}).encode())
        case Raw(body, mime, encoding):
            await answer.begins(200, mime, *([("Content-Encoding", encoding)] if encoding else []))
            await answer.goes_on(body)
        case Slow(every):
            await answer.begins(200, "application/json")
            for byte in forms.whole(path, Say("Bonjour")):
                await answer.goes_on(bytes([byte]))
                await trio.sleep(every)
        case Cut(text):
            await answer.begins(200, "application/json")
            await answer.goes_on(forms.whole(path, Say(text))[:60])
            return
        case Say() if asked.get("stream"):
            await answer.begins(200, "text/event-stream")
            for piece in forms.pieces(path, step):
                await answer.goes_on(piece)
        case Say():
            await answer.begins(200, "application/json")
            await answer.goes_on(forms.whole(path, step))
    await answer.ends()
