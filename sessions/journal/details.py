"""`messages.details`: what a message holds beside its text, as JSON and back. Files stand in `media`."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from comptoir.plugins.api import Card, Cards, Deletion, Edit, Place, Poll, Reaction, Vote

Json = dict[str, Any]
Content = Place | Cards | Poll | Vote | Reaction | Edit | Deletion


@dataclass(frozen=True, slots=True)
class Quoting:
    """The message that another one answers: ours by its id, else what its writer's app showed of it."""

    message: int | None
    kind: str = ""
    text: str = ""
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Details:
    """Messages are named by the journal's ids. A reaction's emoji is the message's text."""

    content: Content | None = None
    quote: Quoting | None = None
    secret: bytes = b""
    """Of a poll: what opens the votes for it."""
    edited: int = 0
    """The server's time of the newest edit, 0 for none."""
    deleted: bool = False

    @property
    def target(self) -> int | None:
        """The message that a vote, reaction, edit or deletion is about."""
        match self.content:
            case Vote(poll=target) | Reaction(message=target) | Edit(message=target) | Deletion(message=target):
                return target
        return None


def encode(details: Details) -> str:
    """What is not there takes no room."""
    row = content_json(details.content)
    if details.quote is not None:
        known = details.quote.message is not None
        row["quote"] = {"message": details.quote.message} if known else asdict(details.quote)
    if details.secret:
        row["secret"] = details.secret.hex()
    if details.edited:
        row["edited"] = details.edited
    if details.deleted:
        row["deleted"] = True
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def decode(kind: str, text: str, stored: str) -> Details:
    """`kind` and `text` are the message's own."""
    row: Json = json.loads(stored) if stored != "{}" else {}
    quote = Quoting(**row["quote"]) if "quote" in row else None
    secret, edited = bytes.fromhex(row.get("secret", "")), row.get("edited", 0)
    return Details(_content(kind, text, row), quote, secret, edited, row.get("deleted", False))


def content_json(content: Content | None) -> Json:
    """As it is stored, and shown to scripts."""
    match content:
        case Place():
            return {"place": asdict(content)}
        case Cards(cards):
            return {"cards": [asdict(card) for card in cards]}
        case Poll(question, options, choices):
            return {"poll": {"question": question, "options": list(options), "choices": choices}}
        case Vote(poll, options):
            return {"vote": {"poll": poll, "options": list(options)}}
        case Reaction(message=target) | Edit(target) | Deletion(target) if target is not None:
            return {"target": target}
    return {}


def _content(kind: str, text: str, row: Json) -> Content | None:
    if "place" in row:
        return Place(**row["place"])
    if "cards" in row:
        return Cards(tuple(Card(**card) for card in row["cards"]))
    if "poll" in row:
        poll = row["poll"]
        return Poll(poll["question"], tuple(poll["options"]), poll["choices"])
    if "vote" in row:
        return Vote(row["vote"]["poll"], tuple(row["vote"]["options"]))
    target = row.get("target")
    match kind:
        case "reaction":
            return Reaction(target, text)
        case "edit":
            return Edit(target)
        case "deletion":
            return Deletion(target)
    return None
