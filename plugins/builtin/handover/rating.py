"""Asks customers how they rate what a person did for them, and reads what they say."""

import re
from datetime import datetime, timedelta

from comptoir.plugins.api import Change, Context, Message
from comptoir.plugins.builtin.handover.asking import is_pleasantry
from comptoir.plugins.builtin.handover.summary import called, is_persons
from comptoir.plugins.text import fold

ASKED = "rating"
"""The state's key: since when a rating is awaited."""
LASTS = timedelta(days=1)
"""A `3` that comes later rates nothing."""
_TAG = "note-"

BEST = 5
_WORDS = {"un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5}
_WORDS |= {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_FIGURE = re.compile(r"(?:note\s*:?\s*)?([1-5])(?:\s*/\s*5|\s*sur\s*5|\s*etoiles?|\s*stars?|\s*⭐)?[\s.!]*")


async def ask_rating(context: Context, change: Change) -> None:
    """Where a person closed what a person answered: who got no answer has nothing to rate."""
    if change.by in ("expiry", "customer"):
        return
    # WhatsApp tells times in whole seconds.
    began = context.conversation.opened - timedelta(seconds=2)
    lines = await context.history(50)
    if any(is_persons(line) and line.time >= began for line in lines):
        context.put(ASKED, context.now.isoformat())
        context.reply(context.wording("rate"))


async def rated(context: Context, message: Message) -> bool:
    """Whether this is the rating that was asked for; anything but thanks in its place ends the waiting for it."""
    asked = await context.get(ASKED)
    if not isinstance(asked, str):
        return False
    rating = read_rating(message.text) if message.kind == "text" else None
    late = context.now - datetime.fromisoformat(asked) > LASTS
    if rating is None and is_pleasantry(message.text) and not late:
        return False
    context.put(ASKED, None)
    if rating is None or late:
        return False
    _keep(context, rating)
    return True


def _keep(context: Context, rating: int) -> None:
    for tag in sorted(context.contact.tags):
        if tag.startswith(_TAG):
            context.tag(tag, on=False)
    context.tag(f"{_TAG}{rating}")
    context.notify(context.wording("rating", customer=called(context), rating=str(rating), stars="⭐" * rating))
    context.reply(context.wording("rated"))


def read_rating(text: str) -> int | None:
    """1 to 5, where a line of `text` is nothing else."""
    return next((rating for line in text.splitlines() if (rating := _line(line)) is not None), None)


def _line(line: str) -> int | None:
    signs = line.replace("\ufe0f", "").replace("\u20e3", "").strip()
    stars = signs.count("⭐") + signs.count("★")
    if stars and not signs.strip("⭐★ "):
        return min(stars, BEST)
    said = fold(signs).strip()
    if said.strip(" .!") in _WORDS:
        return _WORDS[said.strip(" .!")]
    found = _FIGURE.fullmatch(said)
    return int(found[1]) if found else None
