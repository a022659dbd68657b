"""What the daemon may ask of a worker about files: they come and go as descriptors, never through a line."""

from pathlib import Path

from comptoir.plugins.api import FILE_KINDS, FileToSend
from comptoir.plugins.walking.sendable import takes_text
from comptoir.sessions.descriptors import Descriptor
from comptoir.sessions.events import Address
from comptoir.sessions.journal import contacts, history, linkings, media, outbox
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.media import FileRefused, TakenFile
from comptoir.sessions.journal.optouts import has_opted_out
from comptoir.sessions.media.giving import NotHere, NotTaken
from comptoir.sessions.media.taking import KindWrong
from comptoir.sessions.parameters import invalid, number_of
from comptoir.sessions.protocol import ErrorCode, Params, RpcError
from comptoir.sessions.times import now_ms
from comptoir.sessions.worker import Worker


async def send_file(worker: Worker, address: Address, caption: str, params: Params) -> tuple[int, bool]:
    """Seal the file of a `send` and queue it; the message's id, and whether its contact has opted out.

    Raises RpcError, ClientKeyReused, TargetUnknown, UnicodeEncodeError.
    """
    descriptor, kind, name = params["file"], params.get("kind"), params.get("name")
    if not isinstance(descriptor, Descriptor):
        raise invalid("file: an open file was expected")
    if kind is not None and kind not in FILE_KINDS:
        raise invalid(f"kind: one of {', '.join(FILE_KINDS)} was expected")
    # A file that could not be sent need not be sealed first.
    await worker.journal.read(lambda db: check_linked(db, worker.spec.tenant))
    try:
        taken = await worker.media.take_open(descriptor.number, str(name or ""), kind)
    except KindWrong as error:
        raise invalid(f"{name or 'the file'}: {error}") from None
    except FileRefused as error:
        raise RpcError(ErrorCode.FAILED, f"{name or 'the file'}: {error}") from None
    if caption and not takes_text(FileToSend(Path(taken.file)), taken.kind):
        raise invalid(f"a {taken.kind} takes no text: send the text by itself, or the file as a document")
    author, client_key = str(params.get("by", "operator")), params.get("client_key")
    quote = number_of(params, "quote", 0) or None

    def enqueue(db: Connection) -> tuple[int, bool]:
        check_linked(db, worker.spec.tenant)
        contact = contacts.contact_for(db, address, now_ms())
        new = outbox.Outgoing(contact, caption, author, client_key=client_key, kind=taken.kind, quote=quote)
        return _enqueue(db, new, taken), has_opted_out(db, contact)

    return await worker.journal.write(enqueue)


async def give_file(worker: Worker, id: int, out: object) -> Params:
    """Write a message's file to an open file; what it is. Raises RpcError."""
    if not isinstance(out, Descriptor):
        raise invalid("out: an open file was expected")
    message = await worker.journal.read(lambda db: history.message(db, id))
    if message is None:
        raise RpcError(ErrorCode.NOT_FOUND, f"no message {id}: `comptoir messages` lists them")
    if message.by == "owner" and message.kind in FILE_KINDS:
        raise RpcError(ErrorCode.FAILED, f"message {id}: the phone sent its file: look at it there")
    try:
        row = await worker.media.give(id, out.number)
    except NotHere as error:
        raise RpcError(ErrorCode.NOT_NOW if error.later else ErrorCode.FAILED, str(error)) from None
    except NotTaken as error:
        raise RpcError(ErrorCode.FAILED, f"message {id}: {error}") from None
    except OSError as error:
        raise RpcError(ErrorCode.FAILED, f"message {id}: its file cannot be written: {error.strerror}") from None
    return {"id": id, "mime": row.mime, "name": row.name, "size": row.size}


def _enqueue(db: Connection, new: outbox.Outgoing, taken: TakenFile) -> int:
    """Raises ClientKeyReused where the key is that of another file."""
    id = outbox.enqueue(db, new, now_ms())
    known = media.row(db, id)
    if known is not None and known.file not in (None, taken.file):
        raise outbox.ClientKeyReused(
            f"the client key {new.client_key!r} was used for another file: use a new key for a new message"
        )
    media.attach(db, id, taken, now_ms())
    return id


def check_linked(db: Connection, tenant: str) -> None:
    """Raises RpcError: what is queued without a session would belong to none."""
    if linkings.current_session(db) is None:
        raise RpcError(ErrorCode.NOT_NOW, f"not linked: run `comptoir link {tenant}` first")
