"""A tenant's folder, read as a whole: as it is now, or as it was when it was last right."""

import base64
import logging
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import trio

from comptoir.plugins.checking import parse_files
from comptoir.plugins.config import TenantConfig
from comptoir.plugins.faults import ConfigWrong, Fault, Lang
from comptoir.plugins.folder import TENANT_FILE, TenantFiles, read_folder
from comptoir.plugins.shop.files import catalogue_of, is_open_ended
from comptoir.plugins.walking.state import TENANT, Slot
from comptoir.sessions.journal import state
from comptoir.sessions.journal.journal import Journal

logger = logging.getLogger("worker")

READ_LIMIT = 8.0
"""Seconds for reading, and for importing the packages that the file names. A worker that starts may need it twice, and
its plugins' time besides, before the daemon takes it for dead."""
MAX_KEPT = 8_000_000
"""Bytes in the journal, packed. A folder beyond that is not remembered for the next worker."""

# Beside the plugins' own state; no plugin can have this name.
_LAST_RIGHT = Slot("(worker)", TENANT, "tenant.toml")


@dataclass(frozen=True, slots=True)
class Reading:
    """A tenant's folder that was right when it was read."""

    content: TenantFiles
    config: TenantConfig


async def read(folder: Path) -> Reading:
    """The folder as it is now. Raises ConfigWrong."""
    return await _in_thread(folder, partial(_read, folder))


async def remember(journal: Journal, content: TenantFiles) -> None:
    """Keep what has come into force for the next worker: a bad edit must not silence the tenant for a restart."""
    packed = await trio.to_thread.run_sync(_pack, content)
    if (await journal.read(partial(state.get, slot=_LAST_RIGHT))).value != packed:
        await journal.write(lambda db: state.put(db, _LAST_RIGHT, packed))


async def last_right(journal: Journal, folder: Path) -> Reading | None:
    """What was in force before a bad edit. None if nothing was, or it is wrong for this version."""
    packed = (await journal.read(partial(state.get, slot=_LAST_RIGHT))).value
    if packed is None:
        return None
    try:
        return await _in_thread(folder, lambda: _parse(_unpack(packed), folder))
    except ConfigWrong as error:
        logger.warning("the last right configuration no longer is: %s", error.faults[0])
        return None


async def _in_thread(folder: Path, reading: Callable[[], Reading]) -> Reading:
    """Others' code is imported and asked here: whatever it raises is a fault, and it may not take for ever."""
    try:
        with trio.fail_after(READ_LIMIT):
            return await trio.to_thread.run_sync(reading, abandon_on_cancel=True)
    except ConfigWrong:
        raise
    except trio.TooSlowError:
        wrong = (f"la lecture a duré plus de {READ_LIMIT:g} s", "des fichiers et des plugins qui se chargent vite")
    except Exception as error:
        logger.warning("the tenant's folder cannot be read", exc_info=True)
        wrong = (f"la lecture a échoué ({type(error).__name__})", "des fichiers et des plugins lisibles")
    raise ConfigWrong([Fault(folder / TENANT_FILE, 1, *wrong)])


def _read(folder: Path) -> Reading:
    return _parse(read_folder(folder), folder)


def _parse(content: TenantFiles, folder: Path) -> Reading:
    return Reading(content, parse_files(content, folder))


def arriving(folder: Path, content: TenantFiles, within: float) -> float | None:
    """When a catalogue's text that ends within a line was last written to, where that was less than so many seconds
    ago; else None. The rest of it may still be on its way, and half of a price is a price, too.
    """
    names = (name for name, data in content.files.items() if is_open_ended(name, data))
    return max((last for name in names if 0 <= time.time() - (last := _written(folder / name)) < within), default=None)


def _written(file: Path) -> float:
    """0 for what has gone."""
    try:
        return file.stat().st_mtime
    except OSError:
        return 0


def is_doubtful(reading: Reading) -> bool:
    """Whether its catalogue is to be held against the one before."""
    return _ends_within_a_line(reading) or _sells_nothing(reading.config)


def check_sells(reading: Reading, before: TenantConfig, folder: Path) -> None:
    """Raises ConfigWrong where nothing would be sold any more that was `before`, and the shop's clerk stays there."""
    if _sold(before) and _sells_nothing(reading.config):
        raise _refused(reading, folder, _NOTHING_SOLD)


def check_whole(reading: Reading, before: Reading, folder: Path) -> None:
    """Raises ConfigWrong where the catalogue ends within a line and lacks what was in it: a copy broke off.

    Where the one before ended so, too, as some programs write it, most must be lacking.
    """
    kept, known = _sold(reading.config), _sold(before.config)
    lost = len(known - kept)
    if lost and _ends_within_a_line(reading) and (not _ends_within_a_line(before) or 2 * lost > len(known)):
        raise _refused(reading, folder, _BROKEN_OFF)


def _sells_nothing(config: TenantConfig) -> bool:
    """Though its clerk is there."""
    return not _sold(config) and any(step.plugin == "clerk" for step in config.pipeline)


def _sold(config: TenantConfig) -> frozenset[str]:
    """By their codes, zones among them; none where there is no product."""
    sold = config.catalogue
    if sold is None or not sold.products:
        return frozenset()
    return frozenset(sold.by_sku) | {f"zone {code}" for code in sold.zone_by_code}


def _ends_within_a_line(reading: Reading) -> bool:
    return any(is_open_ended(name, data) for name, data in reading.content.files.items())


def _refused(reading: Reading, folder: Path, said: Mapping[Lang, tuple[str, str]]) -> ConfigWrong:
    lang = reading.config.lang
    return ConfigWrong([Fault(folder / catalogue_of(reading.content.files), 1, *said[lang], lang)])


_NOTHING_SOLD: Mapping[Lang, tuple[str, str]] = {
    "fr": ("il n'y a plus un seul produit", "le catalogue, ou pipeline sans « clerk »"),
    "en": ("there is no product left", "the catalogue, or a pipeline without `clerk`"),
}
_BROKEN_OFF: Mapping[Lang, tuple[str, str]] = {
    "fr": ("le fichier s'arrête dans une ligne, et des produits y manquent", "le fichier entier, et une fin de ligne"),
    "en": ("the file ends within a line, and products are missing", "the whole file, and an end of its last line"),
}


def _pack(content: TenantFiles) -> Any:
    files = {name: base64.b85encode(zlib.compress(data)).decode() for name, data in sorted(content.files.items())}
    if sum(map(len, files.values())) > MAX_KEPT:
        logger.warning("the tenant's files are too large to be remembered for the next worker")
        return None
    packed: dict[str, Any] = {"text": content.text, "files": files}
    return packed if content.pictures is None else packed | {"pictures": sorted(content.pictures)}


def _unpack(packed: Any) -> TenantFiles:
    # A text is what an earlier version kept.
    if isinstance(packed, str):
        return TenantFiles(packed)
    files = {name: zlib.decompress(base64.b85decode(data)) for name, data in packed["files"].items()}
    pictures = packed.get("pictures")
    return TenantFiles(packed["text"], files, pictures=None if pictures is None else frozenset(pictures))
