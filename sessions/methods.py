"""What the daemon may ask of a worker: one method each, parameters checked before anything happens."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from comptoir.plugins.builtin.desk import pausing
from comptoir.plugins.faults import ConfigWrong
from comptoir.plugins.walking.state import TENANT, Slot
from comptoir.sessions import chat_methods, message_methods, order_methods
from comptoir.sessions.file_methods import give_file
from comptoir.sessions.imagined import KINDS
from comptoir.sessions.journal import conversations, history, waiting
from comptoir.sessions.journal import state as plugin_state
from comptoir.sessions.journal.flooding import flooded_chats
from comptoir.sessions.journal.journal import JournalUnavailable
from comptoir.sessions.journal.why_waiting import Longest, longest_waiting
from comptoir.sessions.parameters import address_of, invalid, local_ms_of, number_of, phone_number_of, text_of
from comptoir.sessions.protocol import ErrorCode, Params, RpcError
from comptoir.sessions.runner import Runner
from comptoir.sessions.times import now_ms, rfc3339
from comptoir.sessions.worker import Worker

# Who writes in `try` where nobody is named: a LID that no account has.
NOBODY = "lid:0"
DESK = "desk"
# Milliseconds that lost and failed messages are counted for in `status`.
COUNTED_FOR = 7 * 24 * 3_600_000


class Methods:
    """The worker's side of the channel. Raises RpcError for whatever cannot be done."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._methods: dict[str, Callable[[Params], Awaitable[Any]]] = {
            "ping": self._ping,
            "status": self._status,
            "link": self._link,
            "unlink": self._unlink,
            "pause": lambda _: self._pause(paused=True),
            "resume": lambda _: self._pause(paused=False),
            "send": partial(message_methods.send, worker),
            "message": partial(message_methods.message, worker),
            "wait": partial(message_methods.wait, worker),
            "messages": partial(message_methods.messages, worker),
            "media": lambda params: give_file(self._worker, number_of(params, "id"), params.get("out")),
            "chats": partial(chat_methods.chats, worker),
            "chat.assign": partial(chat_methods.assign, worker),
            "chat.pause": partial(chat_methods.pause, worker),
            "chat.resume": partial(chat_methods.resume, worker),
            "chat.close": partial(chat_methods.close, worker),
            "orders": partial(order_methods.orders, worker),
            "order": partial(order_methods.order, worker),
            "order.set": partial(order_methods.move, worker),
            "catalogue.changes": partial(order_methods.changes, worker),
            "transcribe": lambda _: self._worker.transcriber.serve(),
            "reload": self._reload,
            "try": self._try,
            "stop": self._stop,
        }

    async def handle(self, method: str, params: Params) -> Any:
        known = self._methods.get(method)
        if known is None:
            raise RpcError(ErrorCode.METHOD_NOT_FOUND, f"a worker has no method {method!r}")
        try:
            return await known(params)
        except JournalUnavailable as error:
            raise RpcError(ErrorCode.FAILED, f"the journal cannot be written: {error}") from error

    async def _ping(self, _params: Params) -> Params:
        return {}

    async def _status(self, _params: Params) -> Params:
        worker = self._worker
        standing, config = worker.session.standing, worker.config
        now = now_ms()
        counters = await worker.journal.read(partial(history.counters, since=now - COUNTED_FOR))
        held = await worker.journal.read(partial(waiting.strangers_held_until, now=now))
        return {
            "state": standing.shown,
            "reason": worker.journal.trouble or standing.reason or worker.config_trouble,
            "number": standing.number,
            "name": standing.name,
            "inbox": counters.inbox,
            "outbox": counters.outbox,
            "uncertain": counters.uncertain,
            "lost": counters.lost,
            "failed": counters.failed,
            "new_chats_held_until": _time(held) if held > now else None,
            "inbox_held": worker.runner.held_up if worker.runner else None,
            "pending": await worker.journal.read(conversations.pending),
            "owner_paused": await self._owner_paused(),
            "flooded": await worker.journal.read(partial(flooded_chats, now=now)),
            "longest_waiting": _waits(await worker.journal.read(partial(longest_waiting, now=now))),
            "journal": worker.journal.trouble,
            "media": await worker.media.status(),
            "last_in": _time(counters.last_in),
            "last_out": _time(counters.last_out),
            "pipeline": await worker.runner.status() if worker.runner else [],
            "memory_pss_kb": pss_kb(),
            "country": config.country if config else None,
            "lang": config.lang if config else None,
            "timezone": config.timezone if config else None,
            "owner": config.owner if config else None,
        }

    async def _owner_paused(self) -> str | None:
        """Since when customers get no answer because the owner told the desk so."""
        runner = self._worker.runner
        if runner is None or DESK not in runner.pipelines.current.names:
            return None
        slot = Slot(DESK, TENANT, pausing.KEY)
        since = (await self._worker.journal.read(partial(plugin_state.get, slot=slot))).value
        return _time(round(datetime.fromisoformat(since).timestamp() * 1000)) if isinstance(since, str) else None

    # --- the session

    async def _link(self, params: Params) -> Params:
        session, code = self._worker.session, params.get("code")
        code_for = None if code is None else phone_number_of(code)
        if session.link is not None:
            raise RpcError(ErrorCode.FAILED, f"already linked: run `comptoir unlink {self._worker.spec.tenant}` first")
        await session.link_device(code_for)
        return {"config_wrong": self._worker.config_trouble}

    async def _unlink(self, _params: Params) -> Params:
        return {"told": await self._worker.session.unlink()}

    async def _pause(self, *, paused: bool) -> Params:
        await self._worker.session.pause(paused=paused)
        if not paused and self._worker.runner is not None:
            # A person has looked, and wants all plugins back.
            await self._worker.runner.lift_suspensions()
        return {}

    async def _stop(self, _params: Params) -> Params:
        await self._worker.finish()
        return {}

    # --- the pipeline

    async def _reload(self, params: Params) -> Params:
        try:
            await self._worker.reload(saved=params.get("saved") is True)
        except ConfigWrong as error:
            raise config_error(error) from None
        return {"pipeline": await self._runner.status()}

    async def _try(self, params: Params) -> Any:
        text = text_of(params, "text")
        address = address_of(params.get("from") or NOBODY)
        kind = params.get("kind") or "text"
        if kind not in KINDS:
            raise invalid(f"kind: one of {', '.join(KINDS)} was expected")
        at = params.get("at")
        now = None if at is None else local_ms_of(at, self._runner.pipelines.current.config.timezone)
        return (await self._runner.imagine(text, address, kind, now)).as_json()

    @property
    def _runner(self) -> Runner:
        if self._worker.runner is None:
            raise RpcError(ErrorCode.CONFIG_WRONG, self._worker.config_trouble)
        return self._worker.runner


def config_error(error: ConfigWrong) -> RpcError:
    """The faults as the CLI prints them, one a line."""
    faults = [fault.as_json() for fault in error.faults]
    return RpcError(ErrorCode.CONFIG_WRONG, "\n".join(map(str, error.faults)), {"faults": faults})


def pss_kb() -> int | None:
    """This process's proportional share of memory; only the process itself may read it once undumpable."""
    try:
        lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), None)


def _waits(longest: Longest | None) -> Params | None:
    if longest is None:
        return None
    return {"message": longest.message, "since": rfc3339(longest.since), "why": longest.why}


def _time(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else rfc3339(milliseconds)
