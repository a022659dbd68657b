"""Which tenant.toml is in force: the one in the tenant's folder, or the last right one while that is wrong."""

import logging
from functools import partial
from pathlib import Path

import trio

from comptoir.plugins.config import TenantConfig
from comptoir.plugins.faults import ConfigWrong
from comptoir.plugins.loading import parse_text, read_text
from comptoir.plugins.walking.state import TENANT, Slot
from comptoir.sessions.journal import state
from comptoir.sessions.journal.journal import Journal

logger = logging.getLogger("worker")

# Beside the plugins' own state; no plugin can have this name.
_LAST_RIGHT = Slot("(worker)", TENANT, "tenant.toml")


async def load(journal: Journal, folder: Path) -> TenantConfig:
    """The tenant's file as it is now, remembered for the next worker. Raises ConfigWrong."""
    text = await trio.to_thread.run_sync(read_text, folder)
    config = parse_text(text, folder)
    if (await journal.read(partial(state.get, slot=_LAST_RIGHT))).value != text:
        await journal.write(lambda db: state.put(db, _LAST_RIGHT, text))
    return config


async def last_right(journal: Journal, folder: Path) -> TenantConfig | None:
    """What was in force before a bad edit: a new worker must not silence the tenant for that. None if nothing was."""
    text = (await journal.read(partial(state.get, slot=_LAST_RIGHT))).value
    try:
        return None if text is None else parse_text(text, folder)
    except ConfigWrong as error:
        logger.warning("the last right configuration no longer is: %s", error.faults[0])
        return None
