"""What the daemon may ask of a worker: one method each, parameters checked before anything happens."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import trio

from comptoir.plugins.faults import ConfigWrong
from comptoir.sessions.content_parameters import content_of
from comptoir.sessions.file_methods import give_file, send_file
from comptoir.sessions.journal import contacts, history, linkings, outbox, states, waiting
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.journal import JournalUnavailable
from comptoir.sessions.journal.optouts import has_opted_out
from comptoir.sessions.journal.why_waiting import Longest, longest_waiting, why_waiting
from comptoir.sessions.page import fit_page
from comptoir.sessions.parameters import address_of, invalid, number_of, phone_number_of, receiver_of, text_of
from comptoir.sessions.protocol import ErrorCode, Params, RpcError
from comptoir.sessions.runner import Runner
from comptoir.sessions.times import now_ms, rfc3339
from comptoir.sessions.worker import Worker

T = TypeVar("T")

# A WhatsApp text may be this long; longer ones are refused by the server.
MAX_TEXT = 65_536
MAX_PAGE = 500
# Who writes in `try` where nobody is named: a LID that no account has.
NOBODY = "lid:0"
MAX_WAIT = 3600.0
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
            "send": self._send,
            "message": self._message,
            "wait": self._wait,
            "messages": self._messages,
            "media": lambda params: give_file(self._worker, number_of(params, "id"), params.get("out")),
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
            "longest_waiting": _waits(await worker.journal.read(partial(longest_waiting, now=now))),
            "journal": worker.journal.trouble,
            "media": await worker.media.status(),
            "last_in": _time(counters.last_in),
            "last_out": _time(counters.last_out),
            "pipeline": worker.runner.status() if worker.runner else [],
            "memory_pss_kb": pss_kb(),
            "country": config.country if config else None,
            "lang": config.lang if config else None,
            "timezone": config.timezone if config else None,
            "owner": config.owner if config else None,
        }

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
        return {}

    async def _stop(self, _params: Params) -> Params:
        await self._worker.finish()
        return {}

    # --- messages

    async def _send(self, params: Params) -> Params:
        address = receiver_of(text_of(params, "to"))
        text = text_of(params, "text")
        with_file = params.get("file") is not None
        if len(text.encode("utf-8", "replace")) > MAX_TEXT:
            raise invalid(f"text: between 1 and {MAX_TEXT} bytes of UTF-8 were expected")
        content = None if with_file else content_of(params, text)
        quote = number_of(params, "quote", 0) or None
        client_key = params.get("client_key")
        author = str(params.get("by", "operator"))

        def enqueue(db: Connection) -> tuple[int, bool]:
            if linkings.current_session(db) is None:
                raise RpcError(ErrorCode.NOT_NOW, f"not linked: run `comptoir link {self._worker.spec.tenant}` first")
            contact = contacts.contact_for(db, address, now_ms())
            new = outbox.Outgoing(contact, text, author, client_key=client_key, content=content, quote=quote)
            return outbox.enqueue(db, new, now_ms()), has_opted_out(db, contact)

        try:
            if with_file:
                id, opted_out = await send_file(self._worker, address, text, params, has_opted_out)
            else:
                id, opted_out = await self._worker.journal.write(enqueue)
        except outbox.ClientKeyReused as error:
            raise invalid(str(error)) from None
        except outbox.TargetUnknown as error:
            raise RpcError(ErrorCode.NOT_FOUND, str(error)) from None
        except UnicodeEncodeError:
            raise invalid("text: valid Unicode was expected") from None
        self._worker.wake_sender()
        return await self._message({"id": id}) | ({"opted_out": True} if opted_out else {})

    async def _message(self, params: Params) -> Params:
        id = number_of(params, "id")
        row = await self._worker.journal.read(partial(history.message, id=id))
        if row is None:
            raise RpcError(ErrorCode.NOT_FOUND, f"no message {id}: `comptoir messages` lists them")
        return row.as_json()

    async def _wait(self, params: Params) -> Params:
        """Until the message has come as far as `state`; states only move forward."""
        wanted = text_of(params, "state")
        if wanted not in ("sent", "delivered", "read"):
            raise invalid("state: sent, delivered or read was expected")
        timeout = params.get("timeout", 60.0)
        if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 0 <= timeout <= MAX_WAIT:
            raise invalid(f"timeout: seconds between 0 and {MAX_WAIT:.0f} were expected")
        with trio.move_on_after(timeout):
            seen = self._worker.journal.commits
            while True:
                row = await self._message(params)
                if row["state"] == "failed":
                    raise RpcError(ErrorCode.FAILED, f"message {row['id']} failed: {row.get('error', 'no reason')}")
                if states.reached(row["state"], wanted):
                    return row
                seen = await self._worker.journal.wait_commit(seen)
        row = await self._message(params)
        why = row.get("error") or self._worker.session.standing.reason
        if not why:
            why = await self._worker.journal.read(partial(why_waiting, message=row["id"], now=now_ms()))
        raise RpcError(ErrorCode.NOT_NOW, f"message {row['id']} is {row['state']} after {timeout:g} s: {why}", row)

    async def _messages(self, params: Params) -> Params:
        limit = number_of(params, "limit", 50)
        before = number_of(params, "before", 0) or None
        if not 1 <= limit <= MAX_PAGE:
            raise invalid(f"limit: between 1 and {MAX_PAGE} was expected")
        chat = params.get("chat")
        alias = address_of(chat).aliases[0] if chat is not None else None

        def read(db: Connection) -> list[history.MessageRow]:
            contact = contacts.find_contact(db, alias) if alias else None
            if alias and contact is None:
                raise RpcError(
                    ErrorCode.NOT_FOUND, f"no chat {alias}: nobody with this address wrote or was written to"
                )
            return history.messages(db, contact, limit, before)

        rows = await self._worker.journal.read(read)
        return fit_page([row.as_json() for row in rows], more=len(rows) == limit)

    # --- the pipeline

    async def _reload(self, _params: Params) -> Params:
        try:
            await self._worker.reload()
        except ConfigWrong as error:
            raise config_error(error) from None
        return {"pipeline": self._runner.status()}

    async def _try(self, params: Params) -> Any:
        text = text_of(params, "text")
        address = address_of(params.get("from") or NOBODY)
        return (await self._runner.imagine(text, address)).as_json()

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
