"""Keeps the tenant's configuration in force: loads what was saved, or says what is wrong with it."""

import hashlib
import logging
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import time
from functools import partial
from pathlib import Path
from typing import Any

import trio

from comptoir.plugins.api import Plugin
from comptoir.plugins.config import TenantConfig
from comptoir.plugins.faults import ConfigWrong, Fault, Lang
from comptoir.plugins.folder import TENANT_FILE, TenantFiles
from comptoir.plugins.loading import Pipeline, start_pipeline
from comptoir.sessions import configuration
from comptoir.sessions.config_notice import knows_of_wrong, tell_right, tell_wrong, told_wrong
from comptoir.sessions.configuration import Reading
from comptoir.sessions.journal import daily, event_log
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.journal import Journal, JournalUnavailable
from comptoir.sessions.migrating import migrate
from comptoir.sessions.times import now_ms

logger = logging.getLogger("worker")

TELL_AFTER = 10.0
"""Seconds that an edit may be wrong before the owner is told: who saves in the middle of a change knows."""
HALF_WRITTEN = 0.25
"""Seconds until a file that was saved and is wrong is read once more: its writer may not be through."""
READINGS = 3
ARRIVED = 10.0
"""Seconds after which a catalogue that ends within a line has surely been written as a whole: over a slow line a copy
comes in pieces."""
ARRIVES_WITHIN = 25.0
"""Seconds; whoever writes longer says with the last piece that there is something new."""


class Reloading:
    """`use` puts a started pipeline in the place of the one that runs; `wake_outbox` is called when a notice waits.

    Run `run` in a nursery; all else may be called once it has started.
    """

    def __init__(  # noqa: PLR0913 (what it works on, and whom it tells)
        self,
        journal: Journal,
        folder: Path,
        *,
        use: Callable[[Pipeline], Awaitable[None]],
        wake_outbox: Callable[[], object],
        tell_after: float = TELL_AFTER,
        watch: Callable[[str], AbstractContextManager[None]] = lambda _plugin: nullcontext(),
    ) -> None:
        self.config: TenantConfig | None = None
        """In force."""
        self.trouble = ""
        """What is wrong in the folder; the configuration in force is an earlier one then."""
        self._journal = journal
        self._folder = folder
        self._use = use
        self._wake_outbox = wake_outbox
        self._tell_after = tell_after
        self._watch = watch
        self._content: TenantFiles | None = None
        self._names: list[str] = []
        self._digest = ""
        """Of what is wrong."""
        self._faults: Sequence[Fault] = ()
        self._changed = trio.Event()
        self._one_at_a_time = trio.Lock()

    async def begin(self, without: Mapping[str, str] | None = None) -> None:
        """The first pipeline. Where nothing was ever right none runs: messages wait for the first good edit.

        `without` these plugins, by name and with why: the next loading starts them again.
        """
        try:
            await self._load(saved=False, without=without)
        except ConfigWrong:
            if reading := await configuration.last_right(self._journal, self._folder):
                with suppress(ConfigWrong):
                    await self._start(reading, without)
        else:
            await self._tell_right()

    async def reload(self, *, saved: bool = False) -> None:
        """Take the tenant's folder as it is now. Raises ConfigWrong: all stays as it was.

        `saved` is what nobody ordered: the same again starts nothing, and who is still writing is waited for.
        """
        async with self._one_at_a_time:
            started = await self._load(saved=saved)
            if started or self.trouble:
                self.trouble = ""
                self._set(None)
                await _note(self._journal, "config_loaded", plugins=self._names)
                await self._tell_right()

    async def run(self) -> None:
        """Tell the owner of what stays wrong."""
        while True:
            changed, faults = self._changed, self._faults
            with trio.move_on_after(self._tell_after if faults else math.inf) as patience:
                await changed.wait()
            if patience.cancelled_caught:
                await self._tell_wrong(faults)
                await changed.wait()

    # --- loading

    async def _load(self, *, saved: bool, without: Mapping[str, str] | None = None) -> bool:
        """Whether another pipeline runs now. Raises ConfigWrong, noted."""
        try:
            reading = await self._read(patiently=saved)
            if saved:
                reading = await self._arrived(reading)
            if saved and reading.content == self._content:
                return False
            await self._check_catalogue(reading)
            await self._start(reading, without)
        except ConfigWrong as error:
            await self._note_wrong(error)
            raise
        with suppress(JournalUnavailable):
            await configuration.remember(self._journal, reading.content)
        return True

    async def _read(self, *, patiently: bool) -> Reading:
        """Raises ConfigWrong; of a saved file only where it says the same twice or does not settle."""
        seen = self._digest
        for _ in range(READINGS if patiently else 0):
            try:
                return await configuration.read(self._folder)
            except ConfigWrong as error:
                if digest_of(error.faults) == seen:
                    raise
                seen = digest_of(error.faults)
            await trio.sleep(HALF_WRITTEN)
        return await configuration.read(self._folder)

    async def _arrived(self, reading: Reading) -> Reading:
        """The same, or what it becomes while its catalogue is still being written. Raises ConfigWrong."""
        written, end = None, trio.current_time() + ARRIVES_WITHIN
        while (last := configuration.arriving(self._folder, reading.content, ARRIVED)) is not None:
            if trio.current_time() > end:
                raise ConfigWrong([Fault(self._folder / TENANT_FILE, 1, *_ARRIVING[reading.config.lang])])
            if last != written:
                written, reading = last, await self._read(patiently=True)
            else:
                await trio.sleep(HALF_WRITTEN)
        return reading

    async def _check_catalogue(self, reading: Reading) -> None:
        """Raises ConfigWrong for one that is gone, emptied or broken off: the one before stays in force."""
        if not configuration.is_doubtful(reading):
            return
        if self.config is not None and self._content is not None:
            before: Reading | None = Reading(self._content, self.config)
        else:
            before = await configuration.last_right(self._journal, self._folder)
        if before is not None:
            configuration.check_sells(reading, before.config, self._folder)
            configuration.check_whole(reading, before, self._folder)

    async def _start(self, reading: Reading, without: Mapping[str, str] | None = None) -> None:
        """Raises ConfigWrong where a plugin finds the files wrong, or one that must run does not."""
        try:
            pipeline = await start_pipeline(
                reading.config,
                reading.content.files,
                folder=self._folder,
                migrate=partial(migrate, self._journal),
                without=without,
                watch=self._watch,
            )
        except ConfigWrong:
            raise
        except Exception as error:
            logger.warning("the pipeline did not start", exc_info=True)
            what = f"un plugin indispensable n'a pas démarré ({_cause(error)})"
            fault = Fault(self._folder / TENANT_FILE, 1, what, "des plugins qui démarrent")
            raise ConfigWrong([fault]) from error
        await self._arrange_daily(pipeline)
        self.config, self._content = reading.config, reading.content
        self._names = [plugin.name for plugin in pipeline.plugins]
        await self._use(pipeline)
        for out in pipeline.left_out:
            logger.warning("plugin %s is left out: %s", out.plugin, out.reason)
            await _note(self._journal, "plugin_left_out", plugin=out.plugin, reason=out.reason)

    async def _arrange_daily(self, pipeline: Pipeline) -> None:
        wanted = {plugin.name: named for plugin in pipeline.plugins if (named := _daily(plugin))}
        owner, timezone = pipeline.config.owner, pipeline.config.timezone
        arrange = partial(daily.arrange, wanted=wanted, owner=owner, timezone=timezone, now=now_ms())
        with suppress(JournalUnavailable):
            await self._journal.write(arrange)

    # --- saying how it went

    async def _note_wrong(self, error: ConfigWrong) -> None:
        self.trouble = "\n".join(map(str, error.faults))
        if digest_of(error.faults) == self._digest:
            return
        self._set(error)
        first = error.faults[0]
        where = f"{first.file.name}:{first.line}: {first.what}"
        logger.error("%s (%d faults in all)", where, len(error.faults))
        # Whoever follows the events must not have to ask for the status to learn that nothing is answered.
        await _note(self._journal, "config_wrong", where=where, faults=len(error.faults))

    def _set(self, error: ConfigWrong | None) -> None:
        self._faults = error.faults if error else ()
        self._digest = digest_of(self._faults) if error else ""
        changed, self._changed = self._changed, trio.Event()
        changed.set()

    async def _tell_wrong(self, faults: Sequence[Fault]) -> None:
        config = self.config
        if config is None:
            # Nothing was ever right, so that nobody knows who the owner is.
            return
        text = told_wrong(faults, self._folder, config.lang)
        await self._tell(partial(tell_wrong, owner=config.owner, text=text, digest=digest_of(faults), now=now_ms()))

    async def _tell_right(self) -> None:
        if self.config is not None and await self._journal.read(knows_of_wrong):
            await self._tell(partial(tell_right, owner=self.config.owner, lang=self.config.lang, now=now_ms()))

    async def _tell(self, job: Callable[[Connection], bool]) -> None:
        with suppress(JournalUnavailable):
            if await self._journal.write(job):
                self._wake_outbox()


_ARRIVING: Mapping[Lang, tuple[str, str]] = {
    "fr": ("le catalogue est encore en train d'être écrit", "le fichier copié en entier"),
    "en": ("the catalogue is still being written", "the whole file"),
}


async def _note(journal: Journal, kind: str, **data: Any) -> None:
    # What runs matters more than what is said of it.
    with suppress(JournalUnavailable):
        await journal.write(lambda db: event_log.add(db, kind, now_ms(), **data))


def _daily(plugin: Plugin) -> Mapping[str, time]:
    """Another package's code may raise: then it has no timers of every day."""
    try:
        return plugin.daily()
    except Exception:
        logger.warning("plugin %s did not tell its daily timers", plugin.name, exc_info=True)
        return {}


def digest_of(faults: Sequence[Fault]) -> str:
    """What is wrong, in short: the same mistakes in another wording of the rest are the same."""
    return hashlib.sha256("\n".join(map(str, faults)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _cause(error: Exception) -> str:
    """What plugins that start side by side raised."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return type(error).__name__
