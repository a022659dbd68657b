"""Seals the files that plugins want to send, after a walk and before its commit."""

from collections.abc import Mapping
from typing import Protocol

from comptoir.plugins.api import FileToSend, Reply
from comptoir.plugins.walking.walk import Walk
from comptoir.sessions.journal.media import FileRefused, TakenFile

Enclosed = Mapping[FileToSend, TakenFile | FileRefused]


class Files(Protocol):
    """A tenant's files."""

    async def take(self, file: FileToSend) -> TakenFile:
        """Seal a file of the tenant's folder, to be sent. Raises FileRefused."""
        ...

    async def load(self, message: int) -> bytes:
        """All that a message's file holds. Raises LookupError where it is not kept."""
        ...


class NoFiles:
    """Of a tenant that has none."""

    async def take(self, file: FileToSend) -> TakenFile:
        raise FileRefused(f"{file.path}: there is no store for files here")

    async def load(self, message: int) -> bytes:
        raise LookupError(f"message {message}: its file is not here")


async def enclose(files: Files, made: Walk) -> dict[FileToSend, TakenFile | FileRefused]:
    """Each file of a walk's replies, sealed, or why it cannot be sent. One that is then not sent is tidied away."""
    replies = (effect for outcome in made.outcomes for effect in outcome.effects if isinstance(effect, Reply))
    taken: dict[FileToSend, TakenFile | FileRefused] = {}
    for reply in replies:
        if isinstance(reply.content, FileToSend) and reply.content not in taken:
            try:
                taken[reply.content] = await files.take(reply.content)
            except FileRefused as refused:
                taken[reply.content] = refused
    return taken
