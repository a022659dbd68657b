"""What a reply may be made of: its length, and signs that everybody reads alike."""

import re
import unicodedata

MAX_TEXT = 1_000
MAX_LINES = 25
_LETTERS = frozenset("àâäçéèêëîïôöùûüÿœæñŋɓɗÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆÑŊ")
_SIGNS = frozenset("\u00a0\u202f\u2009’‘“”«»–—…•·×€°\u2019")
# Parts of a picture that are never seen alone.
_JOINERS = frozenset("\ufe0f\u200d")
# Pictures that say a number or a word, and those that agree or promise.
_AGREEING = re.compile("[👍👎👌✅✔☑❌✖🚫🤝🙆🙅💯🆗🆓🎁🎉💸🏷]")
_SPEAKING = re.compile(
    "[\u20e3\u2100-\u218f\u2460-\u24ff\u3200-\u33ff\U0001f100-\U0001f1ff\U0001f4af\U0001f51f\U000e0000-\U000e007f]"
)
# s p e l t, and what is a code rather than a word.
_SPELT = re.compile(r"(?:\b\w\b[\W_]{1,3}){4,}\w\b")
_CODE = re.compile(r"[A-Za-z0-9+/=_]{26,}|\b(?=\w*\d)(?=\w*[A-Za-z])\w{8,}\b|%[0-9A-Fa-f]{2}|&#?\w+;|\\[ux]")
_MARKUP = re.compile(r"[`<>{}\[\]|\\^~_=$£¥]|\*\*\*|---")


def wrong_shape(text: str) -> str:
    """Why; empty where nothing is."""
    if len(text) > MAX_TEXT or text.count("\n") >= MAX_LINES:
        return "it is too long"
    if any(not _is_plain(sign) for sign in text) or _SPEAKING.search(text) or _AGREEING.search(text):
        return "it has signs that may be read in several ways"
    if not re.search(r"\w", text):
        return "it says nothing"
    if _MARKUP.search(text) or _CODE.search(text) or _SPELT.search(text):
        return "it has something of a code"
    return ""


def _is_plain(sign: str) -> bool:
    if sign.isascii():
        return sign.isprintable() or sign == "\n"
    return sign in _LETTERS or sign in _SIGNS or sign in _JOINERS or unicodedata.category(sign) == "So"
