"""A tenant's session: brings the link up, follows what it reports, and says how the session stands."""

import logging
from collections.abc import Callable
from dataclasses import replace

import trio

from comptoir.plugins.config import TenantConfig
from comptoir.sessions import recovering
from comptoir.sessions.backlog import Backlog
from comptoir.sessions.dropping import DroppedMail
from comptoir.sessions.events import (
    Address,
    BacklogBegun,
    BacklogRead,
    Changed,
    Connected,
    Disconnected,
    Ended,
    Paired,
)
from comptoir.sessions.intake import Intake
from comptoir.sessions.journal import linkings
from comptoir.sessions.journal.journal import Journal
from comptoir.sessions.journal.recording import Recorded
from comptoir.sessions.link import Link
from comptoir.sessions.link_attempt import LinkAttempt
from comptoir.sessions.spec import WorkerSpec
from comptoir.sessions.standing import Standing, after, parked
from comptoir.sessions.telling import Telling
from comptoir.sessions.times import now_ms
from comptoir.sessions.watching import watch_journal, watch_link

logger = logging.getLogger("session")


class Session:
    """Follows one link, if there is one. `on_standing` and `on_recorded` are called in trio, and must not block.

    `run` is started once and ends by cancellation. Everything may be called while there is no link.
    """

    def __init__(
        self,
        spec: WorkerSpec,
        journal: Journal,
        telling: Telling,
        *,
        on_standing: Callable[[Standing], None],
        on_recorded: Callable[[Recorded], None],
        on_recycle: Callable[[], None],
        config: Callable[[], TenantConfig | None],
    ) -> None:
        self.standing = _first_standing(spec)
        self.link: Link | None = None
        self._spec = spec
        self._journal = journal
        self._telling = telling
        self._on_standing = on_standing
        self._on_recorded = on_recorded
        self._on_recycle = on_recycle
        self._attempt = LinkAttempt(telling)
        self._backlog = Backlog()
        self._changes_in, self._changes = trio.open_memory_channel[Changed](256)
        self._dropped = DroppedMail(journal, lambda: on_recorded(Recorded(lost=True)))
        self._intake = Intake(
            journal,
            lab=spec.lab is not None,
            config=config,
            on_recorded=self._recorded,
            on_change=self._changes_in.send_nowait,
            on_dropped=self._dropped.note,
        )

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            await self._telling.standing(self.standing)
            task_status.started()
            nursery.start_soon(self._dropped.run)
            nursery.start_soon(watch_link, self._is_deaf, self._give_up_connection)
            nursery.start_soon(self._watch_journal)
            await self._end_stale_session()
            async for change in self._changes:
                await self._follow(change)

    # --- what may be asked of it

    async def resume(self, *, resend: bool) -> None:
        """Connect with the stored session, once what a crash left has been judged; park where there is none."""
        trouble = await recovering.recover(
            self._journal, self._spec.session_path, lab=self._spec.lab is not None, resend=resend
        )
        if trouble:
            await self._stand(parked(self.standing, trouble))
        else:
            await self._connect()

    async def link_device(self, code_for: str | None = None) -> None:
        """Offer QR codes, or a pairing code for the number `code_for`, until a phone takes one or time is over.

        The daemon hears how it goes.
        """
        self._attempt.begin()
        await self._stand(replace(self.standing, state="linking", reason="", detail=""))
        self._forget_credentials()
        await self._connect(code_for)

    async def unlink(self) -> bool:
        """Log out at the server and forget the session; False where the server could not be told."""
        told = self.standing.connected and self.link is not None and await self.link.logout()
        await self._journal.write(lambda db: linkings.end_session(db, "unlinked", now_ms()))
        self._forget_credentials()
        return told

    async def pause(self, *, paused: bool) -> None:
        """Hold or release the pipeline; the link goes on."""
        await self._stand(replace(self.standing, paused=paused))

    def heard_at(self, chat: Address) -> int | None:
        """When the customer last wrote, journaled or not yet, in milliseconds; None where that is long ago."""
        return self._intake.heard_at(chat)

    async def disconnect(self) -> None:
        """Close the connection and journal what neonize still holds. The link is not used again."""
        if self.link is not None:
            await self.link.disconnect()
            await self._intake.quiet()

    def cut(self) -> None:
        """As `disconnect`, at once and from another thread, in a process that is about to end; blocks for a moment."""
        if self.link is not None:
            self.link.cut()
        self._intake.drain()

    # --- what the link reports

    def _recorded(self, recorded: Recorded) -> None:
        self._backlog.note_sign()
        self._on_recorded(recorded)

    async def _follow(self, change: Changed) -> None:
        await self._attempt.follow(change)
        match change:
            case Paired():
                self._nursery.start_soon(self._login_limit)
            case BacklogBegun():
                self._backlog.announced = True
            case BacklogRead():
                self._backlog.announced = False
            case Connected():
                self._backlog.note_sign()
                self._nursery.start_soon(self._backlog_limit)
            case Ended("logged_out"):
                await self._journal.write(lambda db: linkings.end_session(db, "logged_out", now_ms()))
            case _:
                pass
        await self._stand(after(self.standing, change))

    async def _stand(self, standing: Standing) -> None:
        before, self.standing = self.standing, standing
        self._on_standing(standing)
        if _told_of(before) != _told_of(standing):
            await self._telling.standing(standing)

    async def _connect(self, code_for: str | None = None) -> None:
        self.link = Link(self._spec.session_path, self._intake, self._spec.lab, code_for)
        await trio.to_thread.run_sync(self.link.start)

    async def _is_deaf(self) -> bool:
        return self.link is not None and self.standing.connected and not await self.link.alive()

    def _give_up_connection(self) -> None:
        change = Disconnected("the library gave up its connection")
        self._intake.note(change)
        self._changes_in.send_nowait(change)

    async def _watch_journal(self) -> None:
        await watch_journal(self._journal, self._hold_link)
        if self.link is not None:
            self._on_recycle()

    async def _hold_link(self, trouble: str) -> None:
        """Leave the mail at the server while it could not be kept here."""
        if self.link is not None:
            await self.link.disconnect()
            await self._stand(replace(self.standing, state="offline", reason=trouble, backlog_read=False, held=True))

    async def _end_stale_session(self) -> None:
        """A session whose credentials are gone is not linked any more, whatever the journal remembers."""
        if not self._spec.linked and not self._spec.parked:
            await self._journal.write(lambda db: linkings.end_session(db, "no credentials", now_ms()))

    async def _login_limit(self) -> None:
        if failed := await self._attempt.login_failed():
            await self._changes_in.send(failed)

    async def _backlog_limit(self) -> None:
        if await self._backlog.is_overdue(lambda: self.standing.connected and not self.standing.backlog_read):
            logger.warning("no end of the backlog within %.0f s: answering", self._backlog.limit)
            self._intake.note(BacklogRead(0))
            await self._changes_in.send(BacklogRead(0))

    def _forget_credentials(self) -> None:
        for file in self._spec.session_dir.glob("session.db*"):
            file.unlink(missing_ok=True)


def _told_of(standing: Standing) -> tuple[str, str, str, str | None]:
    return standing.shown, standing.reason, standing.link, standing.number


def _first_standing(spec: WorkerSpec) -> Standing:
    if spec.parked:
        return Standing("parked", spec.parked, paused=spec.paused)
    return Standing("connecting" if spec.linked else "new", paused=spec.paused)
