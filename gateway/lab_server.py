"""`COMPTOIR_LAB`: the description of the stand-in server that every session is sent to."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from comptoir.sessions.spec import LabServer


class LabFileWrong(Exception):
    """The description cannot be used; the text says what was expected."""


def find_lab(environ: Mapping[str, str]) -> LabServer | None:
    """The lab that the environment names, or None. Raises LabFileWrong."""
    name = environ.get("COMPTOIR_LAB")
    if not name:
        return None
    try:
        return parse_lab(Path(name).read_bytes())
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LabFileWrong(
            f"COMPTOIR_LAB={name}: {error}: expected the JSON file that `comptoir lab serve` writes, with "
            "`proxy`, `ca_file` and `root_key` (64 hex digits)"
        ) from None


def parse_lab(text: bytes) -> LabServer:
    """Raises ValueError, KeyError or TypeError."""
    body: dict[str, Any] = json.loads(text)
    root_key = bytes.fromhex(body["root_key"])
    if len(root_key) != 32:
        raise ValueError("root_key has a wrong length")
    return LabServer(str(body["proxy"]), Path(body["ca_file"]), root_key)
