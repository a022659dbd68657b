"""History reaches the operator whole, page by page, whatever customers wrote."""

from hypothesis import given
from hypothesis import strategies as st

from comptoir.sessions.page import fit_page
from comptoir.sessions.protocol import MAX_LINE, Params, Response, encode

texts = st.sampled_from(["", "bonjour", "\x00" * 65_536, "😀" * 16_384, "é" * 30_000])


def walk(rows: list[Params]) -> list[Params]:
    """All rows as a client reads them, following `next`."""
    read: list[Params] = []
    while True:
        page = fit_page(rows, more=False)
        assert len(encode(Response(1, page))) <= MAX_LINE
        read = page["messages"] + read
        if "next" not in page:
            return read
        rows = [row for row in rows if row["id"] < page["next"]]


@given(st.lists(texts, max_size=30))
def test_every_row_is_read_once_and_in_order(written: list[str]) -> None:
    rows = [{"id": id, "text": text} for id, text in enumerate(written, start=1)]
    assert walk(rows) == rows


def test_a_text_beyond_a_line_is_cut_and_does_not_bar_the_way() -> None:
    rows = [{"id": 1, "text": "avant"}, {"id": 2, "text": "\x00" * 1_000_000}, {"id": 3, "text": "après"}]
    read = walk(rows)
    assert [row["id"] for row in read] == [1, 2, 3]
    assert read[1]["cut"]
    assert read[1]["text"]


def test_cards_beyond_a_line_lose_their_vcards_and_do_not_bar_the_way() -> None:
    cards = [{"name": "\U0001f600" * 250, "vcard": "é" * 2_500} for _ in range(100)]
    rows = [{"id": 1, "text": "avant"}, {"id": 2, "text": "", "cards": cards}, {"id": 3, "text": "après"}]
    read = walk(rows)
    assert [row["id"] for row in read] == [1, 2, 3]
    assert read[1]["cut"]
    assert [card["name"] for card in read[1]["cards"]] == [card["name"] for card in cards]
    assert {card["vcard"] for card in read[1]["cards"]} == {""}
