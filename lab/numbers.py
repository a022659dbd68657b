"""Phone numbers as people write them."""

from __future__ import annotations


def digits(number: str) -> str:
    """ "+221 77 000 00 01" → "221770000001"; of a JID as text, the digits of its user."""
    return "".join(filter(str.isdigit, number.partition("@")[0].partition(":")[0]))
