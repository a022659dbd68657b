"""What the worker tells the daemon unasked: how the session stands, how linking goes, what happened."""

import logging
from collections.abc import Callable, Sequence
from functools import partial

import trio

from comptoir.sessions.journal import event_log, message_log
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.journal import Journal
from comptoir.sessions.log_line import LogLine, note
from comptoir.sessions.protocol import Params
from comptoir.sessions.rpc import Channel, ChannelClosed
from comptoir.sessions.standing import Standing
from comptoir.sessions.times import rfc3339

logger = logging.getLogger(message_log.LOGGER)


class Telling:
    """Notifications over the worker's channel. Nobody is told once the daemon is gone; that is no error."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    async def standing(self, standing: Standing) -> None:
        params: Params = {"state": standing.shown, "reason": standing.reason, "detail": standing.detail}
        params["link"] = standing.link
        own: Params = {"number": standing.number, "name": standing.name}
        await self._notify("state", params | own | {"park": standing.state == "parked"})

    async def given_up(self, reason: str) -> None:
        """This worker cannot serve its tenant, and no other one could before a person acts."""
        await self._notify("state", {"state": "parked", "reason": reason, "park": False})

    async def linking(self, event: str, **params: object) -> None:
        """`qr`, `pairing_code`, `linked` or `failed`, with the fields of the CLI's `link --json`."""
        await self._notify("link", {"event": event} | params)

    async def recording(self) -> None:
        """One waits to be put into words."""
        await self._notify("recording", {})

    async def events(
        self,
        journal: Journal,
        heard: Callable[[Sequence[event_log.Event]], object] = lambda _: None,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Pass on, and log, what the journal notes from now on, once it is on disk; until cancelled. `heard` is told
        first.
        """
        seen = journal.commits
        last = await journal.read(event_log.last_id)
        task_status.started()
        while True:
            events, lines = await journal.read(partial(_page, after=last))
            heard(events)
            for line in lines:
                note(logger, line.text, level=line.level, **line.facts)
            for event in events:
                last = event.id
                await self._notify("event", _event_params(event))
            if not events:
                seen = await journal.wait_commit(seen)

    async def _notify(self, method: str, params: Params) -> None:
        try:
            await self._channel.notify(method, params)
        except ChannelClosed:
            return


def _page(db: Connection, after: int) -> tuple[list[event_log.Event], list[LogLine]]:
    events = event_log.page(db, after)
    return events, message_log.lines(db, events)


def _event_params(event: event_log.Event) -> Params:
    when = rfc3339(event.at)
    return {"kind": event.kind, "time": when, "chat": event.chat, "message": event.message} | event.data
