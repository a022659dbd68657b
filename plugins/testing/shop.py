"""Plays a tenant's whole folder: its pipeline, its texts and its words, as a worker would start them."""

from pathlib import Path
from typing import Any

from comptoir.plugins.api import Plugin
from comptoir.plugins.checking import prepare_tenant
from comptoir.plugins.testing.play import Play


def play_folder(folder: Path, **more: Any) -> Play:
    """The tenant of a folder with its `tenant.toml`; `more` as for `Play`. To be stopped by the caller.

    Raises ConfigWrong for what `comptoir check` would name, and RuntimeError for a plugin that would be left out.
    """
    prepared = prepare_tenant(folder)
    left = [one for one in prepared.chosen if not isinstance(one, Plugin)]
    if left:
        raise RuntimeError(f"{left[0].plugin} is left out: {left[0].reason}")
    chosen = (one for one in prepared.chosen if isinstance(one, Plugin))
    settings: dict[str, Any] = {"wording": prepared.config.wording, "limit": prepared.config.plugin_seconds}
    return Play(*prepared.mandatory, *chosen, **(settings | more))
