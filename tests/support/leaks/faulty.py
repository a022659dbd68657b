"""A worker with one more plugin, which raises with words of its own when it is asked to."""

import socket
from typing import ClassVar

from comptoir.plugins import loading
from comptoir.plugins.api import Context, Message, Plugin, Verdict
from comptoir.sessions.output import Printed
from comptoir.sessions.spec import WorkerSpec
from comptoir.sessions.start import run_worker

ASKED = "fais une erreur"
"""What a message must hold for the plugin to raise with all of its text, backwards."""


class Faulty(Plugin):
    """Raises with what only it and the customer know."""

    name: ClassVar[str] = "faulty"

    async def message(self, context: Context, message: Message) -> Verdict:
        if ASKED in message.text:
            raise ValueError(told(message.text))
        return Verdict.CONTINUE


def told(text: str) -> str:
    """What the error says of a text: nothing that stands in it."""
    return "".join(chr(ord("a") + (ord(letter) + 7) % 26) for letter in text)


def add_faulty() -> None:
    """From here on a tenant's file may name it."""
    loading.BUILT_IN = {**loading.BUILT_IN, Faulty.name: Faulty}


def run_with_faulty(spec: WorkerSpec, connection: socket.socket, printed: Printed) -> None:
    add_faulty()
    run_worker(spec, connection, printed)
