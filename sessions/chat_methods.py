"""What the daemon may ask of a worker about chats: who has them, and to give, hold or end them."""

from collections.abc import Callable

from comptoir.sessions.casework import lift_silence
from comptoir.sessions.journal import chats as shown
from comptoir.sessions.journal import contacts, conversations, event_log
from comptoir.sessions.journal.conversations import By
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.parameters import address_of, invalid, text_of
from comptoir.sessions.people import OWNER, agent_called
from comptoir.sessions.protocol import ErrorCode, Params, RpcError
from comptoir.sessions.times import now_ms
from comptoir.sessions.worker import Worker

STATES = ("open", "pending", "closed")
Change = Callable[[Connection, int, By], None]


async def chats(worker: Worker, params: Params) -> Params:
    """Conversations in a state, or the one chat that is named."""
    state, chat = params.get("state"), params.get("chat")
    if state is not None and state not in STATES:
        raise invalid(f"state: one of {', '.join(STATES)} was expected")

    def read(db: Connection) -> list[shown.ChatRow]:
        if chat is None:
            return shown.chats(db, now_ms(), state)
        return [shown.chat(db, _contact(db, chat), now_ms())]

    rows = await worker.journal.read(read)
    return {"chats": [row.as_json() for row in rows], "more": len(rows) == shown.MOST}


async def assign(worker: Worker, params: Params) -> Params:
    """Somebody of the tenant's has the chat."""
    said, config = text_of(params, "agent"), worker.config
    if config is None:
        raise RpcError(ErrorCode.CONFIG_WRONG, worker.config_trouble)
    agent = agent_called(said, config)
    if agent is None:
        known = ", ".join([OWNER, *(member.name for member in config.team)])
        raise RpcError(ErrorCode.NOT_FOUND, f'no agent "{said}": tenant.toml knows {known}')

    def change(db: Connection, contact: int, by: By) -> None:
        conversations.assign(db, conversations.ensure(db, contact, by), agent, by)

    return await _change(worker, params, change)


async def pause(worker: Worker, params: Params) -> Params:
    """No plugin speaks in the chat until it is resumed."""

    def change(db: Connection, contact: int, by: By) -> None:
        contacts.silence(db, contact, contacts.PAUSED)
        event_log.add(db, "chat_paused", by.now, contact=contact)

    return await _change(worker, params, change)


async def resume(worker: Worker, params: Params) -> Params:
    """The plugins speak in the chat again, whatever held it."""

    def change(db: Connection, contact: int, by: By) -> None:
        if contacts.silenced_until(db, contact) > by.now:
            contacts.silence(db, contact, by.now)
            event_log.add(db, "chat_resumed", by.now, contact=contact)
        if found := conversations.row(db, contact, by.now):
            conversations.release(db, found.number, by)

    return await _change(worker, params, change)


async def close(worker: Worker, params: Params) -> Params:
    """The chat's conversation has ended, and a silence with it; what was paused stays so."""

    def change(db: Connection, contact: int, by: By) -> None:
        lift_silence(db, contact, by.now)
        if found := conversations.row(db, contact, by.now):
            conversations.close(db, found.number, by)

    return await _change(worker, params, change)


async def _change(worker: Worker, params: Params, change: Change) -> Params:
    """The chat as it then is."""
    chat = text_of(params, "chat")

    def write(db: Connection) -> shown.ChatRow:
        contact, now = _contact(db, chat), now_ms()
        change(db, contact, By("operator", now))
        return shown.chat(db, contact, now)

    return (await worker.journal.write(write)).as_json()


def _contact(db: Connection, chat: object) -> int:
    address = address_of(chat)
    contact = contacts.find_address(db, address)
    if contact is None:
        raise RpcError(ErrorCode.NOT_FOUND, f"no chat {address}: nobody with this address wrote or was written to")
    return contact
