"""A message of any kind as one readable line; all words in it are strangers' and still to be made safe."""

from typing import Any

# Kinds whose text says all there is.
_PLAIN = ("text",)


def line_of(row: dict[str, Any]) -> str:
    """Kind, what it holds, its text, and what became of it: `[document] menu.pdf, 70 kB: le menu (edited)`."""
    if row.get("deleted"):
        return _with_marks(row, f"[{row['kind']}, taken back]")
    held = _held(row)
    text = "" if row["kind"] in ("poll", "vote", "reaction") else row["text"] or ""
    words = f"{held}: {text}" if held and text else held or text
    label = "" if row["kind"] in _PLAIN else f"[{row['kind']}] "
    return _with_marks(row, f"{_before(row)}{label}{words}".rstrip())


def _before(row: dict[str, Any]) -> str:
    """What it answers."""
    quote = row.get("quote")
    if quote is None:
        return ""
    answered = f"#{quote['message']}" if quote["message"] is not None else _short(quote["text"]) or quote["kind"]
    return f"(to {answered}) "


def _held(row: dict[str, Any]) -> str:
    match row:
        case {"media": media}:
            return _file(media)
        case {"place": place}:
            return _place(place)
        case {"cards": cards}:
            return ", ".join(card["name"] for card in cards)
        case {"poll": poll}:
            return f"{poll['question']} {' / '.join(poll['options'])}"
        case {"vote": vote}:
            chosen = ", ".join(vote["options"]) or "nothing"
            return f"{chosen} in {_named(vote['poll'])}"
        case {"kind": "reaction"}:
            return f"{row['text'] or 'none any more'} to {_named(row.get('target'))}"
        case {"kind": "edit" | "deletion"}:
            return f"of {_named(row.get('target'))}"
    return ""


def _file(media: dict[str, Any]) -> str:
    seconds = f"{media['seconds']} s" if media.get("seconds") else ""
    state = "" if media["state"] == "kept" else _STATES.get(media["state"], media["state"])
    return ", ".join(part for part in (media["name"], _size(media["size"]), seconds, state) if part)


_STATES = {"wanted": "being fetched", "failed": "not fetched", "refused": "not fetched", "dropped": "no longer kept"}


def _size(size: int) -> str:
    if size < 1_000:
        return f"{size} B"
    return f"{size / 1_000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def _place(place: dict[str, Any]) -> str:
    degrees = f"{place['latitude']:.5f}, {place['longitude']:.5f}"
    named = ", ".join(word for word in (place["name"], place["address"]) if word)
    where = f"{named} ({degrees})" if named else degrees
    return f"{where}, live" if place["live"] else where


def _named(message: int | None) -> str:
    return "a message that is not known" if message is None else f"#{message}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return f"“{line[:40]}…”" if len(line) > 40 else f"“{line}”" if line else ""


def _with_marks(row: dict[str, Any], line: str) -> str:
    marks = [mark for mark in ("edited", "automatic") if row.get(mark)]
    return f"{line} ({', '.join(marks)})" if marks else line
