"""What the daemon may ask of a worker about messages: to send one, to show them, to wait for what becomes of one."""

from functools import partial

import trio

from comptoir.plugins.walking.limits import MAX_TEXT
from comptoir.sessions.content_parameters import content_of
from comptoir.sessions.file_methods import check_linked, send_file
from comptoir.sessions.journal import contacts, history, outbox, states
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.optouts import has_opted_out
from comptoir.sessions.journal.why_waiting import why_waiting
from comptoir.sessions.page import fit_page
from comptoir.sessions.parameters import address_of, invalid, number_of, receiver_of, text_of
from comptoir.sessions.protocol import ErrorCode, Params, RpcError
from comptoir.sessions.times import now_ms
from comptoir.sessions.worker import Worker

MAX_PAGE = 500
MAX_WAIT = 3600.0


async def send(worker: Worker, params: Params) -> Params:
    """Queue a message; how it stands, and `opted_out` where its receiver wants none from the shop's bot."""
    address = receiver_of(text_of(params, "to"))
    text = text_of(params, "text")
    with_file = params.get("file") is not None
    if len(text.encode("utf-8", "replace")) > MAX_TEXT:
        raise invalid(f"text: between 1 and {MAX_TEXT} bytes of UTF-8 were expected")
    content = None if with_file else content_of(params, text)
    quote = number_of(params, "quote", 0) or None
    client_key = params.get("client_key")
    author = str(params.get("by", "operator"))

    def enqueue(db: Connection) -> tuple[int, bool]:
        check_linked(db, worker.spec.tenant)
        contact = contacts.contact_for(db, address, now_ms())
        new = outbox.Outgoing(contact, text, author, client_key=client_key, content=content, quote=quote)
        return outbox.enqueue(db, new, now_ms()), has_opted_out(db, contact)

    try:
        if with_file:
            id, opted_out = await send_file(worker, address, text, params)
        else:
            id, opted_out = await worker.journal.write(enqueue)
    except outbox.ClientKeyReused as error:
        raise invalid(str(error)) from None
    except outbox.TargetGone as error:
        raise RpcError(ErrorCode.FAILED, str(error)) from None
    except outbox.TargetUnknown as error:
        raise RpcError(ErrorCode.NOT_FOUND, str(error)) from None
    except UnicodeEncodeError:
        raise invalid("text: valid Unicode was expected") from None
    worker.wake_sender()
    return await message(worker, {"id": id}) | ({"opted_out": True} if opted_out else {})


async def message(worker: Worker, params: Params) -> Params:
    """How a message stands."""
    id = number_of(params, "id")
    row = await worker.journal.read(partial(history.message, id=id))
    if row is None:
        raise RpcError(ErrorCode.NOT_FOUND, f"no message {id}: `comptoir messages` lists them")
    return row.as_json()


async def wait(worker: Worker, params: Params) -> Params:
    """Until the message has come as far as `state`; states only move forward."""
    wanted = text_of(params, "state")
    if wanted not in ("sent", "delivered", "read"):
        raise invalid("state: sent, delivered or read was expected")
    timeout = params.get("timeout", 60.0)
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 0 <= timeout <= MAX_WAIT:
        raise invalid(f"timeout: seconds between 0 and {MAX_WAIT:.0f} were expected")
    with trio.move_on_after(timeout):
        seen = worker.journal.commits
        while True:
            row = await message(worker, params)
            if row["state"] == "failed":
                raise RpcError(ErrorCode.FAILED, f"message {row['id']} failed: {row.get('error', 'no reason')}")
            if states.reached(row["state"], wanted):
                return row
            seen = await worker.journal.wait_commit(seen)
    row = await message(worker, params)
    why = row.get("error") or worker.session.standing.reason
    if not why:
        why = await worker.journal.read(partial(why_waiting, message=row["id"], now=now_ms()))
    raise RpcError(ErrorCode.NOT_NOW, f"message {row['id']} is {row['state']} after {timeout:g} s: {why}", row)


async def messages(worker: Worker, params: Params) -> Params:
    """The newest messages, of one chat or of all, before a certain one."""
    limit = number_of(params, "limit", 50)
    before = number_of(params, "before", 0) or None
    if not 1 <= limit <= MAX_PAGE:
        raise invalid(f"limit: between 1 and {MAX_PAGE} was expected")
    chat = params.get("chat")
    alias = address_of(chat).aliases[0] if chat is not None else None

    def read(db: Connection) -> list[history.MessageRow]:
        contact = contacts.find_contact(db, alias) if alias else None
        if alias and contact is None:
            raise RpcError(ErrorCode.NOT_FOUND, f"no chat {alias}: nobody with this address wrote or was written to")
        return history.messages(db, contact, limit, before)

    rows = await worker.journal.read(read)
    return fit_page([row.as_json() for row in rows], more=len(rows) == limit)
