"""What can be sent at all: checked where a plugin or an operator says it, long before it is written for WhatsApp."""

from pathlib import Path

from comptoir.plugins.api import (
    FILE_KINDS,
    Cards,
    Deletion,
    Edit,
    FileToSend,
    Place,
    Poll,
    Reaction,
    ToSend,
)
from comptoir.plugins.walking.limits import (
    MAX_CARD_NAME,
    MAX_CARDS,
    MAX_EMOJI,
    MAX_ID,
    MAX_NAME,
    MAX_TEXT,
    MAX_VCARD,
    MAX_VCARDS,
)

MIN_OPTIONS, MAX_OPTIONS = 2, 12
"""Of a poll, as WhatsApp's apps have it."""
_CAPTIONED = ("image", "video", "document")


def check(text: str, content: ToSend | None) -> None:
    """Raises ValueError for what could not be sent, with what would do; TypeError for what is no content."""
    if content is None or isinstance(content, Edit) or text:
        check_length(text)
    match content:
        case None:
            pass
        case Edit(target) | Deletion(target):
            _check_target(target)
        case FileToSend():
            _check_file(content)
        case Place():
            _check_place(content)
        case Cards():
            _check_cards(content)
        case Poll():
            _check_poll(content)
        case Reaction(target, emoji):
            _check_target(target)
            _check_emoji(emoji)
        case _:
            raise TypeError(f"{type(content).__name__} is nothing that can be sent")


def check_text(text: str) -> str:
    """The text, if there is something in it to read. Raises ValueError."""
    if not text.strip():
        raise ValueError("the text is empty")
    check_length(text)
    return text


def check_length(text: str) -> None:
    if not text or len(text.encode()) > MAX_TEXT:
        raise ValueError(f"the text is {'too long' if text else 'empty'}: between 1 and {MAX_TEXT} bytes were expected")


def takes_text(content: ToSend, file_kind: str = "") -> bool:
    """Whether a text can go with it in one message; `file_kind` of a file."""
    return isinstance(content, Edit) or (isinstance(content, FileToSend) and file_kind in _CAPTIONED)


def _check_target(message: object) -> None:
    if isinstance(message, bool) or not isinstance(message, int):
        raise TypeError(f"a message is named by its id, an int, not by {type(message).__name__}")
    if not 0 < message <= MAX_ID:
        raise ValueError(f"{message} is no message's id: `comptoir messages` shows them")


def _check_file(file: FileToSend) -> None:
    if not isinstance(file.path, Path) or not isinstance(file.name, str):
        raise TypeError("a file's path is a pathlib.Path and its name a str, as FileToSend(Path('menu.pdf'))")
    if file.message is not None:
        _check_target(file.message)
    # The journal takes no other text, and it keeps why a file cannot be sent.
    f"{file.path}{file.name}".encode()
    if file.kind is not None and file.kind not in FILE_KINDS:
        raise ValueError(f"{file.kind!r} is no kind of file: one of {', '.join(FILE_KINDS)} was expected")


def _check_place(place: Place) -> None:
    # What is no number compares with nothing, and does not fit.
    if not (abs(place.latitude) <= 90 and abs(place.longitude) <= 180):
        raise ValueError("a location lies between -90 and 90 degrees of latitude, and -180 and 180 of longitude")
    _check_name("the location's name", place.name, MAX_NAME, empty=True)
    _check_name("the location's address", place.address, MAX_NAME, empty=True)
    if place.live:
        raise ValueError("a live location cannot be sent: say where it is, without `live`")


def _check_cards(cards: Cards) -> None:
    if not 0 < len(cards.cards) <= MAX_CARDS:
        raise ValueError(f"between 1 and {MAX_CARDS} contact cards were expected")
    for card in cards.cards:
        _check_name("a card's name", card.name, MAX_CARD_NAME)
        _check_name("a vCard", card.vcard, MAX_VCARD)
    if sum(len(card.vcard) for card in cards.cards) > MAX_VCARDS:
        raise ValueError(f"the cards are too large: at most {MAX_VCARDS} characters together")


def _check_poll(poll: Poll) -> None:
    _check_name("a poll's question", poll.question, MAX_NAME)
    if not MIN_OPTIONS <= len(poll.options) <= MAX_OPTIONS or len(set(poll.options)) < len(poll.options):
        raise ValueError(f"a poll has between {MIN_OPTIONS} and {MAX_OPTIONS} options, all different")
    for option in poll.options:
        _check_name("a poll's option", option, MAX_NAME)
    if not 0 <= poll.choices <= len(poll.options):
        raise ValueError(
            "a poll's choices: a number up to that of its options was expected, 0 for as many as one likes"
        )


def _check_emoji(emoji: str) -> None:
    """What is surely none is refused: the apps show nothing of it. Which emoji there are changes every year."""
    _check_name("the emoji", emoji, MAX_EMOJI, empty=True)
    # The one emoji that Unicode counts among the letters.
    others = emoji.replace("ℹ", "")
    if emoji and (emoji.isascii() or any(letter.isalpha() or letter.isspace() for letter in others)):
        raise ValueError("a reaction: one emoji was expected, or an empty text to take it back")


def _check_name(what: str, text: str, most: int, *, empty: bool = False) -> None:
    text.encode()
    if len(text) > most or not (empty or text.strip()):
        raise ValueError(f"{what}: {'up to' if empty else 'between 1 and'} {most} characters were expected")
