"""Makes a running pipeline of a tenant's file: reads it, finds the plugins, starts them in their order."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import trio

from comptoir.plugins.api import API_VERSION, Plugin, Tenant
from comptoir.plugins.builtin.answers import Answers
from comptoir.plugins.builtin.calls import Calls
from comptoir.plugins.builtin.optout import OptOut
from comptoir.plugins.builtin.welcome import Welcome
from comptoir.plugins.config import FILE_NAME, Step, TenantConfig, parse_tenant
from comptoir.plugins.faults import ConfigWrong, Fault
from comptoir.plugins.toml_file import MAX_SIZE

START_LIMIT = 20.0
"""Seconds. Plugins start side by side, so this is for all of them: the daemon waits only a little longer."""
STOP_LIMIT = 2.0

_log = logging.getLogger(__name__)

MANDATORY: tuple[type[Plugin], ...] = (OptOut,)
"""First in every pipeline and named in no file: they see every message, also those that are then skipped."""


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

    async def stop(self) -> None:
        """Stop the plugins, the last first. What they raise is theirs alone, and nobody waits for it."""
        for plugin in reversed(self.plugins):
            try:
                with trio.move_on_after(STOP_LIMIT):
                    await plugin.stop()
            except Exception as error:
                _log.warning("plugin %s did not stop: %s", plugin.name, type(error).__name__)


def known_plugins() -> Mapping[str, type[Plugin]]:
    """The plugins that a tenant's file may name."""
    return {plugin.name: plugin for plugin in (Welcome, Answers)}


def load_tenant(folder: Path) -> TenantConfig:
    """The decisions in the folder's `tenant.toml`. Raises ConfigWrong."""
    return parse_text(read_text(folder), folder)


def parse_text(text: str, folder: Path) -> TenantConfig:
    """The decisions in what was read from the folder's `tenant.toml`, now or earlier. Raises ConfigWrong."""
    return parse_tenant(text, folder / FILE_NAME, known_plugins())


def read_text(folder: Path) -> str:
    """The folder's `tenant.toml` as it is. Raises ConfigWrong where there is no text to be had."""
    file = folder / FILE_NAME
    try:
        if file.exists() and not file.is_file():
            # A pipe would be waited for without end, a device never ends.
            raise ConfigWrong([Fault(file, 1, "ce n'est pas un fichier ordinaire", "un fichier de texte")])
        with file.open("rb") as opened:
            # Enough to see that it is too large; a link to something endless must not fill the memory.
            data = opened.read(4 * MAX_SIZE + 1)
        # A BOM is what some editors on Windows put first.
        return data.decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigWrong([Fault(file, 1, "il n'y a pas de fichier", FILE_NAME)]) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        fault = Fault(file, line, "un caractère n'est pas en UTF-8", "un fichier enregistré en UTF-8")
        raise ConfigWrong([fault]) from None
    except OSError as error:
        raise ConfigWrong([Fault(file, 1, f"illisible ({error.strerror})", "un fichier lisible")]) from None


async def start_pipeline(
    config: TenantConfig, files: Mapping[str, bytes], plugins: Mapping[str, type[Plugin]] | None = None
) -> Pipeline:
    """Start the plugins of `config`; one that raises or takes too long is left out, and named.

    Raises whatever a mandatory plugin raises: no pipeline runs without them.
    """
    known = known_plugins() if plugins is None else plugins
    tenant = config.tenant(files)
    mandatory = tuple(kind(kind.Config(), tenant) for kind in MANDATORY)
    started: dict[int, Plugin | LeftOut] = {}

    async def start(place: int, step: Step) -> None:
        started[place] = await _start(step, known[step.plugin], tenant)

    # Side by side: one that takes its whole time must not take that of the others.
    with trio.fail_after(START_LIMIT + 1):
        async with trio.open_nursery() as nursery:
            for place, step in enumerate(config.pipeline):
                nursery.start_soon(start, place, step)
            for plugin in mandatory:
                nursery.start_soon(plugin.start)
    in_order = [started[place] for place in range(len(config.pipeline))]
    # Before all that know of texts only.
    calls = (Calls(config.calls, tenant),) if config.calls.answer else ()
    chosen = calls + tuple(plugin for plugin in in_order if isinstance(plugin, Plugin))
    left_out = tuple(left for left in in_order if isinstance(left, LeftOut))
    return Pipeline(config, tenant, mandatory, chosen, left_out)


async def _start(step: Step, kind: type[Plugin], tenant: Tenant) -> Plugin | LeftOut:
    if kind.api_version != API_VERSION:
        wanted = f"needs version {kind.api_version} of the plugin API, this is version {API_VERSION}"
        return LeftOut(step.plugin, wanted)
    try:
        plugin = kind(step.config, tenant)
        with trio.fail_after(START_LIMIT):
            await plugin.start()
    except trio.TooSlowError:
        return LeftOut(step.plugin, f"did not start within {START_LIMIT:.0f} s")
    except (Exception, SystemExit) as error:
        return LeftOut(step.plugin, f"did not start: {type(error).__name__}: {error}")
    return plugin
