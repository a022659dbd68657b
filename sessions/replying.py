"""Queues what a plugin answers: a text, something with a caption, or both where one message cannot hold them."""

from dataclasses import dataclass, replace

from comptoir.plugins.api import FileToSend, Reply
from comptoir.plugins.walking import sendable
from comptoir.sessions.enclosing import Enclosed
from comptoir.sessions.ground import Ground
from comptoir.sessions.journal import event_log, media, outbox
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.media import FileRefused
from comptoir.sessions.journal.outbox import Outgoing, TargetUnknown


@dataclass(frozen=True, slots=True)
class Answering:
    """For whom, and as whose answer."""

    contact: int
    message: int | None
    """The one that is answered, where one is."""
    author: str
    cause: str


def answer_in_chat(db: Connection, ground: Ground, plugin: str, effect: Reply, now: int) -> bool:
    """What a plugin says in the chat at hand; whether it is to be sent."""
    chat, message = ground.contact, ground.message
    if why := ground.withheld:
        event_log.add(db, "reply_withheld", now, contact=chat, message=message, plugin=plugin, reason=why)
        return False
    whom = Answering(chat, message, f"plugin:{plugin}", ground.cause)
    if fault := reply(db, effect, whom, ground.files, now):
        event_log.add(db, "reply_refused", now, contact=chat, message=message, plugin=plugin, fault=fault)
    return True


def reply(db: Connection, reply: Reply, whom: Answering, files: Enclosed, now: int) -> str:
    """Queue it; what of it cannot be sent, in words: an empty text where all can."""
    quote = whom.message if reply.quote else None
    plain = Outgoing(whom.contact, reply.text, whom.author, cause=whom.cause, quote=quote)
    try:
        if reply.content is None:
            outbox.enqueue(db, plain, now)
        elif isinstance(reply.content, FileToSend):
            return _reply_with_file(db, plain, reply.content, files, now)
        elif sendable.takes_text(reply.content):
            outbox.enqueue(db, replace(plain, content=reply.content), now)
        else:
            _text_first(db, plain, now)
            outbox.enqueue(db, replace(plain, text="", content=reply.content), now)
    except TargetUnknown as error:
        return str(error)
    return ""


def _reply_with_file(db: Connection, plain: Outgoing, file: FileToSend, files: Enclosed, now: int) -> str:
    taken = files[file]
    if isinstance(taken, FileRefused):
        # The words alone are better than nothing.
        _text_first(db, plain, now)
        return str(taken)
    whole = replace(plain, kind=taken.kind)
    if not sendable.takes_text(file, taken.kind):
        _text_first(db, plain, now)
        whole = replace(whole, text="")
    media.attach(db, outbox.enqueue(db, whole, now), taken, now)
    return ""


def _text_first(db: Connection, plain: Outgoing, now: int) -> None:
    if plain.text:
        outbox.enqueue(db, plain, now)
