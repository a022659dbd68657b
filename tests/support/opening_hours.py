"""Hours of a shop, for tests."""

from dataclasses import replace
from datetime import date, time

from comptoir.plugins.api import Hours, Span
from comptoir.plugins.testing import TENANT


def spans(text: str) -> tuple[Span, ...]:
    """`08:00-12:30 15:00-19:00`."""
    return tuple(Span(*map(time.fromisoformat, span.split("-"))) for span in text.split())


DAY = spans("08:00-12:30 15:00-19:00")
WEEK = Hours(
    week=(DAY, DAY, DAY, DAY, DAY, spans("18:00-02:00"), ()),
    special={date(2026, 12, 24): (), date(2026, 12, 25): spans("10:00-12:00")},
)
SHOP = replace(TENANT, hours=WEEK)
