"""What a clerk may say whole: manners, refusals, what it does not know, and questions that everybody is asked."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path

from comptoir.plugins.text import fold, words

_TABLE = tomllib.loads(Path(__file__).with_name("sayings.toml").read_text(encoding="utf-8"))
_MANNERS = frozenset(_TABLE["heard"]["manners"].split())
_PARTS = re.compile(r",(?!\d)|\b(?:mais|but)\b|:")


def says_nothing(sentence: str, shop: str, heard: str) -> bool:
    """Whether each part of it is one of these; `heard`: what the customer wrote."""
    parts = [part.strip() for part in _PARTS.split(plain(sentence)) if part.strip()]
    return bool(parts) and (_is_whole(plain(sentence), shop) or all(is_saying(part, shop, heard) for part in parts))


def is_saying(part: str, shop: str, heard: str) -> bool:
    return not part or _is_whole(part, shop) or is_manner(part, shop, heard)


def refuses(sentence: str, shop: str) -> bool:
    """It says that something is not done or not known."""
    parts = (part.strip() for part in _PARTS.split(plain(sentence)))
    return any(part and _compiled("refusals", "any", shop).fullmatch(part) for part in (*parts, plain(sentence)))


def is_manner(part: str, shop: str, heard: str) -> bool:
    """`With pleasure` is polite after thanks, and agrees to anything else."""
    if _compiled("courtesy", "any", shop).fullmatch(part):
        return True
    said = words(heard)
    thanks = bool(said) and all(word in _MANNERS for word in said)
    return thanks and _compiled("courtesy", "thanked", shop).fullmatch(part) is not None


def plain(sentence: str) -> str:
    """Without pictures and quotes, in single spaces."""
    return " ".join(re.sub(r"[^\w\s',:()+%/.×-]", " ", sentence).split()).strip(" ,:")


def _is_whole(part: str, shop: str) -> bool:
    return any(_compiled(kind, "any", shop).fullmatch(part) for kind in ("refusals", "questions"))


@lru_cache(256)
def _compiled(kind: str, of: str, shop: str) -> re.Pattern[str]:
    pieces = _TABLE["pieces"]
    name = rf"(?:{pieces['shop']}|{re.escape(fold(shop).replace('’', chr(39)))})"
    patterns = (one.replace("SHOP", name).replace("AT", pieces["at"]) for one in _TABLE[kind][of])
    return re.compile("|".join(f"(?:{one}){pieces['please']}" for one in patterns))
