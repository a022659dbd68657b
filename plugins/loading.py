"""Makes a running pipeline of a tenant's file: reads it, finds the plugins, starts them in their order."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import trio

from comptoir.plugins.api import Plugin, PluginConfig
from comptoir.plugins.builtin.answers import Answers
from comptoir.plugins.builtin.optout import OptOut
from comptoir.plugins.builtin.welcome import Welcome
from comptoir.plugins.config import FILE_NAME, Step, TenantConfig, parse_tenant
from comptoir.plugins.faults import ConfigWrong, Fault

START_LIMIT = 20.0
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
        # A BOM is what some editors on Windows put first.
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigWrong([Fault(file, 1, "il n'y a pas de fichier", FILE_NAME)]) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        fault = Fault(file, line, "un caractère n'est pas en UTF-8", "un fichier enregistré en UTF-8")
        raise ConfigWrong([fault]) from None
    except OSError as error:
        raise ConfigWrong([Fault(file, 1, f"illisible ({error.strerror})", "un fichier lisible")]) from None


async def start_pipeline(config: TenantConfig, plugins: Mapping[str, type[Plugin]] | None = None) -> Pipeline:
    """Start the plugins of `config`; one that raises or takes too long is left out, and named.

    Raises whatever a mandatory plugin raises: no pipeline runs without them.
    """
    known = known_plugins() if plugins is None else plugins
    mandatory = tuple(plugin(PluginConfig()) for plugin in MANDATORY)
    for plugin in mandatory:
        await plugin.start()
    chosen: list[Plugin] = []
    left_out: list[LeftOut] = []
    for step in config.pipeline:
        started = await _start(step, known[step.plugin])
        if isinstance(started, LeftOut):
            left_out.append(started)
        else:
            chosen.append(started)
    return Pipeline(config, mandatory, tuple(chosen), tuple(left_out))


async def _start(step: Step, kind: type[Plugin]) -> Plugin | LeftOut:
    try:
        plugin = kind(step.config)
        with trio.fail_after(START_LIMIT):
            await plugin.start()
    except trio.TooSlowError:
        return LeftOut(step.plugin, f"did not start within {START_LIMIT:.0f} s")
    except Exception as error:
        return LeftOut(step.plugin, f"did not start: {type(error).__name__}: {error}")
    return plugin
