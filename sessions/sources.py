"""Who an event of neonize's is from: which chat, for whom it is, who wrote. Pure.

Field names are those of neonize 0.5.2's Neonize.proto and of WhatsApp's waE2E.proto.
"""

from typing import Any

from comptoir.sessions.events import Address, Audience

# Protobufs are built at run time: their Python classes have no useful static type here.
Proto = Any

_PERSON_SERVERS = ("s.whatsapp.net", "lid")


def address_of(*jids: Proto) -> Address | None:
    """The person behind a JID and its alternative form; None for groups and other non-persons."""
    number = lid = None
    for jid in jids:
        if jid.User and jid.Server == "s.whatsapp.net":
            number = f"+{jid.User}"
        elif jid.User and jid.Server == "lid":
            lid = jid.User
    return Address(number, lid) if number or lid else None


def person(jid: str) -> Address | None:
    """Who a JID, written as text, is of; None for anything but a person."""
    user, _, server = jid.partition("@")
    user = user.split(":")[0].split(".")[0]
    if not (user.isascii() and user.isdigit()):
        return None
    if server == "lid":
        return Address(lid=user)
    return Address(number=f"+{user}") if server == "s.whatsapp.net" else None


def audience_of(source: Proto) -> Audience:
    """By the server of the chat: `IsGroup` is true of status updates and broadcast lists, too."""
    match source.Chat.Server:
        case "g.us":
            return "group"
        case "newsletter":
            return "channel"
        case server:
            return "person" if server in _PERSON_SERVERS else "status"


def chat_of(source: Proto) -> Address | None:
    """Whom the chat is with: the recipient of what the owner typed, else the sender; or a group, channel, status."""
    match audience_of(source):
        case "group":
            return Address(group=source.Chat.User) if source.Chat.User else None
        case "channel":
            return Address(channel=source.Chat.User) if source.Chat.User else None
        case "status":
            return Address(status=True)
    if source.IsFromMe:
        return address_of(source.Chat, source.RecipientAlt)
    return address_of(source.Chat, source.Sender, source.SenderAlt)


def sender_of(source: Proto) -> Address | None:
    """Who wrote, where the chat does not say it: in a group, or as a status update."""
    return address_of(source.Sender, source.SenderAlt) if audience_of(source) in ("group", "status") else None


def mentions(context: Proto | None, own: Address | None) -> bool:
    """Whether a message's contextInfo mentions `own`, by number or LID."""
    if context is None or own is None:
        return False
    named = {alias for jid in context.mentionedJID if (who := person(jid)) for alias in who.aliases}
    return not named.isdisjoint(own.aliases)
