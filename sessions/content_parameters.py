"""The `content` of a `send`: an object with one field, which says what it is, as in `messages`."""

from collections.abc import Callable
from typing import Any

from comptoir.plugins.api import Card, Cards, Deletion, Edit, Place, Poll, Reaction
from comptoir.plugins.walking import sendable
from comptoir.sessions.parameters import invalid
from comptoir.sessions.protocol import Params

Content = Place | Cards | Poll | Reaction | Edit | Deletion


def content_of(params: Params, text: str) -> Content | None:
    """What goes with the text, or instead of one. Raises RpcError INVALID_PARAMS."""
    given = params.get("content")
    content = None if given is None else _parsed(given)
    try:
        if content is not None and text and not sendable.takes_text(content):
            raise invalid(f"text: nothing was expected beside a {_name(given)}: send the text by itself")
        sendable.check(text, content)
    except UnicodeEncodeError:
        raise invalid("text: valid Unicode was expected") from None
    except ValueError as error:
        raise invalid(str(error)) from None
    return content


def _name(given: Any) -> str:
    return str(next(iter(given)))


def _parsed(given: Any) -> Content:
    if not isinstance(given, dict) or len(given) != 1 or _name(given) not in _PARSERS:
        raise invalid(f"content: an object with one of {', '.join(_PARSERS)} was expected")
    name = _name(given)
    try:
        return _PARSERS[name](given[name])
    except (TypeError, KeyError, ValueError):
        raise invalid(f"content: {_EXPECTED[name]} was expected as {name}") from None


def _place(given: Any) -> Place:
    latitude, longitude = (_number(given[name]) for name in ("latitude", "longitude"))
    return Place(latitude, longitude, _text(given.get("name", "")), _text(given.get("address", "")))


def _cards(given: Any) -> Cards:
    return Cards(tuple(Card(_text(card["name"]), _text(card["vcard"])) for card in given))


def _poll(given: Any) -> Poll:
    return Poll(_text(given["question"]), tuple(map(_text, given["options"])), _id(given.get("choices", 1)))


def _reaction(given: Any) -> Reaction:
    return Reaction(_id(given["message"]), _text(given["emoji"]))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value)


def _id(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    return value


_PARSERS: dict[str, Callable[[Any], Content]] = {
    "place": _place,
    "cards": _cards,
    "poll": _poll,
    "reaction": _reaction,
    "edit": lambda given: Edit(_id(given["message"])),
    "deletion": lambda given: Deletion(_id(given["message"])),
}
_EXPECTED = {
    "place": '{"latitude","longitude"} and perhaps "name" and "address"',
    "cards": 'a list of {"name","vcard"}',
    "poll": '{"question","options"} and perhaps "choices"',
    "reaction": '{"message","emoji"}',
    "edit": '{"message"}',
    "deletion": '{"message"}',
}
