"""What plugins want done with conversations: a person is asked for, is given one, answers in it, or ends it."""

from dataclasses import dataclass

from comptoir.plugins.api import Answer, Assign, Close, Handover, Reply
from comptoir.plugins.faults import Lang
from comptoir.sessions import noticing
from comptoir.sessions.ground import Ground
from comptoir.sessions.journal import contacts, conversations, event_log, outbox, withdrawing
from comptoir.sessions.journal.conversations import By
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.outbox import Outgoing
from comptoir.sessions.people import OWNER, is_agent
from comptoir.sessions.replying import Answering, reply
from comptoir.sessions.roles import role_in

MINUTE = 60_000
MAX_WORDS = 300
"""Characters of the customer's that a notice of ours repeats."""
MOST_CHANGES = 20
"""Of a chat's conversation by plugins in a minute: two that answer each other's changes would go on for ever."""

_WAITS = {
    "fr": "Conversation {number} : {who} attend une personne ({reason}). Derniers mots : « {words} »",
    "en": 'Conversation {number}: {who} waits for a person ({reason}). Last words: "{words}"',
}
_NOT_SENT = {
    "fr": "La conversation {number} n'existe pas ou est terminée : rien n'a été envoyé.",
    "en": "There is no conversation {number}, or it has ended: nothing was sent.",
}


@dataclass(frozen=True, slots=True)
class _Case:
    """Whose conversation is to change, and by whom; without a number where the chat has none."""

    contact: int
    number: int | None
    by: By


def hand_over(db: Connection, ground: Ground, plugin: str, effect: Handover, now: int) -> bool:
    """The chat's conversation waits for a person; whether anybody is told."""
    if _goes_round(db, ground, plugin, effect, now):
        return False
    by = By(f"plugin:{plugin}", now, ground.message)
    number = conversations.ensure(db, ground.contact, by)
    conversations.hand_over(db, number, effect.reason, by)
    chat = contacts.chat_name(contacts.address_of(db, ground.contact))
    notice = effect.notice.replace("{chat}", chat) or waits(db, ground.contact, effect.reason, ground.config.lang)
    notice = notice.replace("{number}", str(number))
    return noticing.tell(db, ground, plugin, notice, effect.to, now)


def assign(db: Connection, ground: Ground, plugin: str, effect: Assign, now: int) -> None:
    """`agent` has it, or the plugins have it back and any silence is over."""
    if effect.agent is not None and not is_agent(effect.agent, ground.config):
        _refuse(db, ground, plugin, effect, f"nobody named {effect.agent} in the team of tenant.toml", now)
    elif case := _case(db, ground, plugin, effect, now):
        if effect.agent is not None:
            number = case.number or conversations.ensure(db, case.contact, case.by)
            conversations.assign(db, number, effect.agent, case.by)
            return
        lift_silence(db, case.contact, now)
        if case.number is not None:
            conversations.release(db, case.number, case.by)


def close(db: Connection, ground: Ground, plugin: str, effect: Close, now: int) -> None:
    """It has ended, and a silence with it."""
    if case := _case(db, ground, plugin, effect, now):
        lift_silence(db, case.contact, now)
        if case.number is not None:
            conversations.close(db, case.number, case.by)


def answer(db: Connection, ground: Ground, plugin: str, effect: Answer, now: int) -> bool:
    """Queue what one of the tenant's people says in another chat, whose conversation is theirs from then on; where
    that cannot be, they are told so. Whether something is to be sent.
    """
    case = _case(db, ground, plugin, effect, now)
    if case is None:
        if _writer(db, ground) is None:
            return False
        told = Reply(_NOT_SENT[ground.config.lang].replace("{number}", str(effect.number)))
        whom = Answering(ground.contact, ground.message, f"plugin:{plugin}", ground.cause)
        reply(db, told, whom, ground.files, now)
        return True
    agent = case.by.name.removeprefix("agent:")
    # Not as the phone's own hand: what the shop types on its phone is judged by when and how it comes.
    message = outbox.enqueue(db, Outgoing(case.contact, effect.text, f"agent:{agent}", cause=ground.cause), now)
    withdrawing.withdraw_answers(db, case.contact, now)
    conversations.assign(db, effect.number, agent, By(case.by.name, now, message))
    return True


def lift_silence(db: Connection, contact: int, now: int) -> None:
    """But what the operator paused stays so."""
    if contacts.silenced_until(db, contact) > now:
        contacts.silence_unless_paused(db, contact, now)


def _case(db: Connection, ground: Ground, plugin: str, effect: Assign | Close | Answer, now: int) -> _Case | None:
    """The chat's own conversation, or another chat's by its number; None, and noted, where that cannot be."""
    if effect.number is None:
        if _goes_round(db, ground, plugin, effect, now):
            return None
        own = conversations.row(db, ground.contact, now)
        return _Case(ground.contact, own.number if own else None, By(f"plugin:{plugin}", now, ground.message))
    writer = _writer(db, ground)
    found = conversations.by_number(db, effect.number, now)
    if writer is None:
        _refuse(db, ground, plugin, effect, "neither the owner nor one of the team wrote this", now)
    elif found is None or found.state == "closed":
        _refuse(db, ground, plugin, effect, "there is no such conversation, or it has ended", now)
    else:
        return _Case(found.contact, found.number, By(writer, now))
    return None


def _goes_round(
    db: Connection, ground: Ground, plugin: str, effect: Handover | Assign | Close | Answer, now: int
) -> bool:
    """Whether plugins have changed the conversation too often to go on; noted."""
    if conversations.changed_by_plugins(db, ground.contact, now - MINUTE) < MOST_CHANGES:
        return False
    _refuse(db, ground, plugin, effect, f"plugins changed it {MOST_CHANGES} times within a minute", now)
    return True


def _writer(db: Connection, ground: Ground) -> str | None:
    """Who of the tenant's people wrote the message, as in `Change.by`."""
    row = db.execute("SELECT sender FROM messages WHERE id = ?", (ground.message,)).fetchone()
    for contact in (ground.contact, row and row[0]):
        if contact is not None:
            role, member = role_in(db, contact, ground.config)
            if role != "customer":
                return OWNER if role == "owner" else f"agent:{member}"
    return None


def _refuse(  # noqa: PLR0913, PLR0917 (what, whose, and why)
    db: Connection, ground: Ground, plugin: str, effect: Handover | Assign | Close | Answer, reason: str, now: int
) -> None:
    number = None if isinstance(effect, Handover) else effect.number
    said = {"plugin": plugin, "effect": type(effect).__name__.lower(), "number": number, "reason": reason}
    event_log.add(db, "conversation_refused", now, contact=ground.contact, message=ground.message, **said)


def waits(db: Connection, contact: int, reason: str, lang: Lang) -> str:
    """A plain notice that somebody waits; `{number}` is still to be filled in."""
    row = db.execute(
        "SELECT text FROM messages WHERE contact = ? AND direction = 'in' AND text <> '' ORDER BY id DESC LIMIT 1",
        (contact,),
    ).fetchone()
    words = " ".join(str(row[0]).split())[:MAX_WORDS] if row else "…"
    chat, name = contacts.chat_name(contacts.address_of(db, contact)), contacts.name_of(db, contact)
    fields = {"who": f"{chat} ({name})" if name else chat, "reason": reason, "words": words}
    text = _WAITS[lang]
    for key, value in fields.items():
        # What people wrote is never read as a field.
        text = text.replace(f"{{{key}}}", value.replace("{", "(").replace("}", ")"))
    return text
