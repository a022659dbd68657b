"""Keeps each vault's generation in the registry, too: an older vault that is put back then shows itself."""

import logging
import sqlite3

import trio

from comptoir.gateway.registry import AsyncRegistry
from comptoir.gateway.vault.client import Vault

logger = logging.getLogger(__name__)

EVERY = 1.0


async def note_generations(vault: Vault, registry: AsyncRegistry) -> None:
    """Those of all tenants together, as long as it runs."""
    while True:
        await trio.sleep(EVERY)
        await note_now(vault, registry)


async def note_now(vault: Vault, registry: AsyncRegistry) -> None:
    """What is not noted for a full disk is noted later."""
    if unwritten := vault.take_unwritten():
        try:
            await registry.note_generations(unwritten)
        except sqlite3.Error:
            logger.exception("the vaults' generations cannot be noted")
            vault.give_back(unwritten)
