"""Runs a lab with its API in a folder until it is told to stop: what `comptoir lab serve` does."""

from __future__ import annotations

import errno
import json
import signal
import sys
from pathlib import Path

import trio

from comptoir.lab.api import serve_api
from comptoir.lab.lab import Lab, open_lab

DESCRIPTION = "lab.json"


class LabRefused(Exception):
    """The system refuses a lab its folder or its port; the text says which."""


def serve(folder: Path, port: int = 0) -> None:
    """Run until SIGTERM or SIGINT. Once clients may come, prints the path of the description file.

    It is JSON: proxy, ca_file and root_key (hex) for clients, api (host:port) for `comptoir.lab.client`.
    Raises LabInUse when another lab runs in the folder, LabRefused where it cannot be used or the port is taken.
    """
    try:
        trio.run(_serve, folder, port)
    except OSError as error:
        raise LabRefused(f"{error.filename or folder}: {error.strerror}: name another folder") from error
    except ExceptionGroup as errors:
        refused, others = errors.split(lambda error: isinstance(error, OSError) and error.errno == errno.EADDRINUSE)
        if refused is None or others is not None:
            raise
        raise LabRefused(f"127.0.0.1:{port}: somebody listens there already: name another port, or none") from errors


async def _serve(folder: Path, port: int) -> None:
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async with open_lab(folder, port) as lab, trio.open_nursery() as nursery:
            api_port = await nursery.start(serve_api, lab)
            description = write_description(lab, api_port)
            sys.stdout.write(f"{description}\n")
            sys.stdout.flush()
            async for _ in signals:
                break
            nursery.cancel_scope.cancel()
            description.unlink(missing_ok=True)


def write_description(lab: Lab, api_port: int) -> Path:
    """Write the lab's description, API included, into its folder; returns the file."""
    path = lab.folder / DESCRIPTION
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(lab.describe() | {"api": f"127.0.0.1:{api_port}"}, indent=2) + "\n")
    draft.replace(path)
    return path
