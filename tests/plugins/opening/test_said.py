"""How hours are said in French and English."""

from datetime import datetime, time

import pytest
from opening_hours import DAY, WEEK, spans

from comptoir.plugins.opening import said_moment, said_spans, said_time, said_week

NOW = datetime(2026, 11, 23, 20)
"""A Monday."""


@pytest.mark.parametrize(
    ("clock", "fr", "en"),
    [
        ("08:00", "8 h", "8 am"),
        ("09:05", "9 h 05", "9:05 am"),
        ("12:00", "12 h", "noon"),
        ("12:30", "12 h 30", "12:30 pm"),
        ("23:45", "23 h 45", "11:45 pm"),
        ("00:00", "minuit", "midnight"),
        ("00:30", "0 h 30", "12:30 am"),
    ],
)
def test_a_time(clock: str, fr: str, en: str) -> None:
    assert said_time(time.fromisoformat(clock), "fr") == fr
    assert said_time(time.fromisoformat(clock), "en") == en


@pytest.mark.parametrize(
    ("moment", "fr", "en"),
    [
        ("2026-11-23 21:00", "aujourd'hui à 21 h", "today at 9 pm"),
        ("2026-11-24 00:00", "demain à 0 h", "tomorrow at midnight"),
        ("2026-11-25 09:30", "mercredi à 9 h 30", "on Wednesday at 9:30 am"),
        ("2026-11-29 08:00", "dimanche à 8 h", "on Sunday at 8 am"),
        ("2026-11-30 08:00", "lundi 30 novembre à 8 h", "on Monday 30 November at 8 am"),
        ("2027-01-01 08:00", "vendredi 1er janvier 2027 à 8 h", "on Friday 1 January 2027 at 8 am"),
    ],
)
def test_a_moment(moment: str, fr: str, en: str) -> None:
    assert said_moment(datetime.fromisoformat(moment), NOW, "fr") == fr
    assert said_moment(datetime.fromisoformat(moment), NOW, "en") == en


@pytest.mark.parametrize(
    ("text", "fr", "en"),
    [
        ("", "fermé", "closed"),
        ("08:00-12:30", "de 8 h à 12 h 30", "8 am to 12:30 pm"),
        ("08:00-12:30 15:00-00:00", "de 8 h à 12 h 30 et de 15 h à minuit", "8 am to 12:30 pm and 3 pm to midnight"),
        ("08:00-09:00 10:00-11:00 12:00-13:00", "de 8 h à 9 h, de 10 h à 11 h et de 12 h à 13 h", None),
        ("00:00-00:00", "24 h sur 24", "24 hours"),
    ],
)
def test_the_spans_of_a_day(text: str, fr: str, en: str | None) -> None:
    assert said_spans(spans(text), "fr") == fr
    assert en is None or said_spans(spans(text), "en") == en


def test_a_week_by_runs_of_like_days() -> None:
    assert said_week(WEEK.week, "fr").splitlines() == [
        "Du lundi au vendredi : de 8 h à 12 h 30 et de 15 h à 19 h",
        "Samedi : de 18 h à 2 h",
        "Dimanche : fermé",
    ]
    assert said_week((DAY, DAY, (), (), DAY, (), DAY), "en").splitlines() == [
        "Monday and Tuesday: 8 am to 12:30 pm and 3 pm to 7 pm",
        "Wednesday and Thursday: closed",
        "Friday: 8 am to 12:30 pm and 3 pm to 7 pm",
        "Saturday: closed",
        "Sunday: 8 am to 12:30 pm and 3 pm to 7 pm",
    ]
