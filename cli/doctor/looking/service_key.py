"""The master key of the service under systemd: given to it while it runs, encrypted on the disk always."""

import os
from dataclasses import replace
from pathlib import Path

from comptoir.gateway.paths import Paths

SYSTEM_CONFIG = Path("/etc/comptoir")
# As systemd/comptoir.service has them.
GIVEN = Path("/run/credentials/comptoir.service")
SEALED = Path("/etc/credstore.encrypted/comptoir.master.key")


def with_service_key(paths: Paths) -> Paths:
    """The same folders, with the service's credentials where it runs and we may read them."""
    if paths.credentials is None and _is_service(paths) and os.access(GIVEN / "master.key", os.R_OK):
        return replace(paths, credentials=GIVEN)
    return paths


def sealed_key(paths: Paths) -> Path | None:
    """The credential on the disk, which only systemd opens; None where there is none, or we cannot see it."""
    return SEALED if _is_service(paths) and os.path.exists(SEALED) else None  # noqa: PTH110 (False also where closed)


def _is_service(paths: Paths) -> bool:
    return paths.config == SYSTEM_CONFIG
