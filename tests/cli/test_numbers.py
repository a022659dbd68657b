import pytest

from comptoir.cli.numbers import NotAChat, needs_country, pretty, read_chat


@pytest.mark.parametrize(
    ("text", "country", "chat"),
    [
        ("+221771234567", None, "+221771234567"),
        (" +221 77-123-45-67 ", None, "+221771234567"),
        ("00221 77 123 45 67", None, "+221771234567"),
        ("77 123 45 67", "SN", "+221771234567"),
        ("221771234567", "SN", "+221771234567"),
        ("07 08 09 10 11", "CI", "+2250708091011"),
        ("6 99 00 11 22", "CM", "+237699001122"),
        ("+33 6 12 34 56 78", "SN", "+33612345678"),
        ("٧٧١٢٣٤٥٦٧", "SN", "+221771234567"),
        ("lid:104857600000001", "SN", "lid:104857600000001"),
        ("group:120363000000000001", "SN", "group:120363000000000001"),
        ("group:221771234567-1700000000", None, "group:221771234567-1700000000"),
        ("channel:120363000000000002", None, "channel:120363000000000002"),
        (" status ", None, "status"),
    ],
)
def test_common_forms(text, country, chat):
    assert read_chat(text, country) == chat


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "Awa",
        "+221",
        "77 123 45",
        "+2217712345678901",
        "77 123 45 67 ext 3",
        "1-800-FLOWERS",
        "lid:",
        "lid:x1",
        "group:",
        "group:famille",
        "channel:1-2",
        "statuses",
    ],
)
def test_anything_else_says_what_was_expected(text):
    with pytest.raises(NotAChat, match="expected"):
        read_chat(text, "SN")


def test_a_local_number_without_a_country_asks_for_the_full_one():
    with pytest.raises(NotAChat, match="write it with its country code"):
        read_chat("77 123 45 67")


def test_old_eight_digit_numbers_of_ivory_coast_reach_nobody():
    with pytest.raises(NotAChat):
        read_chat("07080910", "CI")


@pytest.mark.parametrize(
    ("text", "local"),
    [("+221…", False), (" 00221", False), ("lid:1", False), ("group:1", False), ("status", False), ("77", True)],
)
def test_the_country_is_asked_for_only_when_needed(text, local):
    assert needs_country(text) is local


def test_numbers_are_shown_in_groups():
    assert pretty("+221771234567") == "+221 77 123 45 67"
    assert pretty("lid:12") == "lid:12"
    assert pretty("+1") == "+1"
