"""A page of history that fits into a line, whatever customers wrote."""

import json
from collections.abc import Sequence

from comptoir.sessions.protocol import MAX_LINE, Params

# What is around the rows in a line is small and fixed.
ROOM = MAX_LINE - 4096


def fit_page(rows: Sequence[Params], *, more: bool) -> Params:
    """`messages`, the newest of `rows` that fit, and `next`, the cursor to those before them, if there are any.

    A message that fills a line by itself loses its vCards, or its text's end, and is marked `cut`: the page before it
    must stay within reach.
    """
    kept = fit_rows([_fitting(row) for row in reversed(rows)])[::-1]
    more = more or len(kept) < len(rows)
    return {"messages": kept} | ({"next": kept[0]["id"]} if more and kept else {})


def fit_rows(rows: Sequence[Params]) -> list[Params]:
    """The first of them that fit."""
    kept: list[Params] = []
    room = ROOM
    for row in rows:
        room -= _size(row)
        if room < 0:
            break
        kept.append(row)
    return kept


def _size(row: Params) -> int:
    return len(json.dumps(row)) + 1


def _fitting(row: Params) -> Params:
    if _size(row) <= ROOM:
        return row
    # A character is at most twelve bytes in JSON's ASCII form. What else it holds is bounded, but for the cards.
    cards = {"cards": [card | {"vcard": ""} for card in row["cards"]]} if "cards" in row else {}
    row = row | cards | {"cut": True}
    return row if _size(row) <= ROOM else row | {"text": row["text"][: ROOM // 26]}
