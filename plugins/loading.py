"""Makes a running pipeline of a tenant's decisions: finds the plugins, starts them in their order."""

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import trio

from comptoir.plugins.api import API_VERSION, Mistake, Plugin, Tenant
from comptoir.plugins.builtin.answers import Answers
from comptoir.plugins.builtin.calls import Calls
from comptoir.plugins.builtin.clerk import Clerk
from comptoir.plugins.builtin.desk import Desk
from comptoir.plugins.builtin.flow import Flows
from comptoir.plugins.builtin.handover import Handovers
from comptoir.plugins.builtin.hours import OpeningHours
from comptoir.plugins.builtin.knowledge import Knowledge
from comptoir.plugins.builtin.media import Media
from comptoir.plugins.builtin.notify import Notify
from comptoir.plugins.builtin.optout import OptOut
from comptoir.plugins.builtin.takeover import Takeover
from comptoir.plugins.builtin.welcome import Welcome
from comptoir.plugins.config import FILE_NAME, Failed, Step, TenantConfig
from comptoir.plugins.faults import ConfigWrong, Fault
from comptoir.plugins.installed import Found, Unusable, installed
from comptoir.plugins.toml_positions import Positions

START_LIMIT = 20.0
"""Seconds. Plugins start side by side, so this is for all of them: the daemon waits only a little longer."""
STOP_LIMIT = 2.0

_log = logging.getLogger(__name__)

MANDATORY: Mapping[str, type[Plugin]] = {plugin.name: plugin for plugin in (OptOut, Takeover)}
"""First in every pipeline, whatever it names: they see every message, also those that are then skipped."""

BUILT_IN: Mapping[str, type[Plugin]] = {
    plugin.name: plugin
    for plugin in (Desk, Welcome, OpeningHours, Notify, Clerk, Handovers, Flows, Answers, Knowledge, Media)
}

Migrate = Callable[[Plugin], Awaitable[None]]
"""Brings what the plugin remembers to its `state_version`. Raises what the plugin raises."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A plugin that did not start: the rest runs without it."""

    plugin: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Pipeline:
    """A tenant's plugins in their order, started. Two of them are never equal, even from one file."""

    config: TenantConfig
    tenant: Tenant
    mandatory: tuple[Plugin, ...]
    chosen: tuple[Plugin, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def plugins(self) -> tuple[Plugin, ...]:
        return self.mandatory + self.chosen

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(plugin.name for plugin in self.plugins)

    async def stop(self) -> None:
        """Stop the plugins, the last first. What they raise is theirs alone, and nobody waits for it."""
        for plugin in reversed(self.plugins):
            try:
                with trio.move_on_after(STOP_LIMIT):
                    await plugin.stop()
            except (Exception, SystemExit) as error:
                _log.warning("plugin %s did not stop: %s", plugin.name, type(error).__name__)


class Known(Mapping[str, Found]):
    """The plugins that a tenant's file may name, our own before others of that name; only `[]` imports one."""

    def __init__(self, own: Mapping[str, type[Plugin]], others: Mapping[str, Found]) -> None:
        self._own = own
        self._others = others

    def __getitem__(self, name: str) -> Found:
        return self._own[name] if name in self._own else self._others[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._own
        yield from (name for name in self._others if name not in self._own)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return name in self._own or name in self._others


def known_plugins() -> Known:
    """What is here at this moment."""
    return Known(BUILT_IN, installed())


@dataclass(frozen=True, slots=True)
class Prepared:
    """The plugins of a configuration, made and not started."""

    config: TenantConfig
    tenant: Tenant
    mandatory: tuple[Plugin, ...]
    chosen: tuple[Plugin | LeftOut, ...]


def prepare(
    config: TenantConfig,
    files: Mapping[str, bytes],
    plugins: Mapping[str, Found] | None = None,
    *,
    folder: Path = Path(),
    without: Mapping[str, str] | None = None,
) -> Prepared:
    """Make the plugins of `config` and have them look at the tenant's files.

    Raises ConfigWrong with all that they find wrong there, named as in `folder`; and what a mandatory plugin raises: no
    pipeline runs without them. Another one that raises is left out, and named; so are those in `without`, with why.
    """
    known = known_plugins() if plugins is None else plugins
    tenant = config.tenant(files)
    configs = {step.plugin: step.config for step in config.mandatory}
    mandatory = tuple(kind(configs.get(name) or kind.Config(), tenant) for name, kind in MANDATORY.items())
    chosen: list[Plugin | LeftOut] = []
    if config.calls.answer:
        # Before all that know of texts only.
        chosen.append(Calls(config.calls, tenant))
    for step in config.pipeline:
        gone = Unusable(step.plugin, "is no longer installed")
        found = known.get(step.plugin, gone)
        if without is not None and step.plugin in without:
            found = Unusable(step.plugin, without[step.plugin])
        chosen.append(_made(step, found, tenant))
    faults = [fault for plugin in mandatory for fault in _faults(plugin, folder, config)]
    for place, plugin in enumerate(chosen):
        if isinstance(plugin, Plugin):
            try:
                faults += _faults(plugin, folder, config)
            except (Exception, SystemExit) as error:
                chosen[place] = LeftOut(plugin.name, f"did not look at its files: {_told(error)}")
    if faults:
        raise ConfigWrong(faults)
    return Prepared(config, tenant, mandatory, tuple(chosen))


async def start_pipeline(  # noqa: PLR0913 (what is started, from where, and who watches)
    config: TenantConfig,
    files: Mapping[str, bytes],
    plugins: Mapping[str, Found] | None = None,
    *,
    folder: Path = Path(),
    migrate: Migrate | None = None,
    without: Mapping[str, str] | None = None,
    watch: Callable[[str], AbstractContextManager[None]] = lambda _plugin: nullcontext(),
) -> Pipeline:
    """Start the plugins of `config`, each with its state brought to its version; one that raises or takes too long is
    left out, and named. Raises as `prepare` does. `watch` is entered, with the plugin's name, around its start.
    """
    # On a thread: who looks through long texts must not hold up the chats of the pipeline before.
    prepared = await trio.to_thread.run_sync(lambda: prepare(config, files, plugins, folder=folder, without=without))
    started: dict[int, Plugin | LeftOut] = {}

    async def start(place: int, plugin: Plugin) -> None:
        with watch(plugin.name):
            started[place] = await _start(plugin, migrate)

    # Side by side: one that takes its whole time must not take that of the others.
    with trio.fail_after(START_LIMIT + 1):
        async with trio.open_nursery() as nursery:
            for place, made in enumerate(prepared.chosen):
                if isinstance(made, LeftOut):
                    started[place] = made
                else:
                    nursery.start_soon(start, place, made)
            for plugin in prepared.mandatory:
                nursery.start_soon(_bring, plugin, migrate)
    in_order = [started[place] for place in range(len(prepared.chosen))]
    chosen = tuple(plugin for plugin in in_order if isinstance(plugin, Plugin))
    left_out = tuple(left for left in in_order if isinstance(left, LeftOut))
    return Pipeline(config, prepared.tenant, prepared.mandatory, chosen, left_out)


def _made(step: Step, kind: Found, tenant: Tenant) -> Plugin | LeftOut:
    if isinstance(kind, Unusable):
        return LeftOut(step.plugin, kind.reason)
    if isinstance(step.config, Failed):
        return LeftOut(step.plugin, step.config.reason)
    if kind.api_version != API_VERSION:
        wanted = f"needs version {kind.api_version} of the plugin API, this is version {API_VERSION}"
        return LeftOut(step.plugin, wanted)
    try:
        return kind(step.config, tenant)
    except (Exception, SystemExit) as error:
        return LeftOut(step.plugin, f"did not start: {_told(error)}")


def _faults(plugin: Plugin, folder: Path, config: TenantConfig) -> list[Fault]:
    """What the plugin finds wrong, by file and place."""
    return [
        Fault(folder / one.file, one.line, one.what, one.expected, config.lang, one.column)
        if one.file
        else _in_own_table(plugin.name, one, folder, config)
        for one in plugin.check()
    ]


def _in_own_table(name: str, mistake: Mistake, folder: Path, config: TenantConfig) -> Fault:
    """Where the plugin has no table, what it lacks shows where the pipeline names it."""
    positions = Positions(config.text)
    table = ("plugins", name)
    steps = [step.plugin for step in config.pipeline]
    at = ("pipeline", steps.index(name)) if table not in positions.keys and name in steps else (*table, *mistake.key)
    line, column = positions.value(at)
    return Fault(folder / FILE_NAME, line, mistake.what, mistake.expected, config.lang, column)


async def _start(plugin: Plugin, migrate: Migrate | None) -> Plugin | LeftOut:
    try:
        with trio.fail_after(START_LIMIT):
            await _bring(plugin, migrate)
    except trio.TooSlowError:
        return LeftOut(plugin.name, f"did not start within {START_LIMIT:.0f} s")
    except (Exception, SystemExit) as error:
        return LeftOut(plugin.name, f"did not start: {_told(error)}")
    return plugin


async def _bring(plugin: Plugin, migrate: Migrate | None) -> None:
    if migrate is not None:
        await migrate(plugin)
    await plugin.start()


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
