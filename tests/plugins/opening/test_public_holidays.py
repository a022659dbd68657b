"""Which public holidays close a shop, and how they are called."""

from datetime import date

import pytest

from comptoir.plugins.opening import PublicHolidays

CHRISTMAS = date(2027, 12, 25)


@pytest.mark.parametrize(
    ("country", "language", "name"),
    [
        ("SN", "fr", "Noël"),
        ("SN", "en", "Christmas Day"),
        ("CI", "fr", "Fête de Noël"),
        ("FR", "fr", "Noël"),
        # Nobody has written these down in French.
        ("CM", "fr", ""),
        ("CM", "en", "Christmas Day"),
        ("MR", "fr", None),
        ("ZZ", "fr", None),
    ],
)
def test_a_country_has_its_days_and_their_names(country: str, language: str, name: str | None) -> None:
    assert PublicHolidays(country, language).on(CHRISTMAS) == name


# Estimated: Korité, Tabaski, Maouloud of 2029, as the library has them in each of these countries.
@pytest.mark.parametrize("country", ["SN", "CI", "ML", "MR", "NE", "BF", "TN", "KM", "CM"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_days_that_follow_the_moon_close_nobody(country: str, language: str) -> None:
    holidays = PublicHolidays(country, language)
    assert [holidays.on(date(2029, *day)) for day in ((2, 14), (7, 24))] == [None, None]
    assert holidays.on(date(2029, 5, 1)) is not None


def test_a_certain_day_stays_where_an_estimated_one_meets_it() -> None:
    assert PublicHolidays("NE", "en").on(date(2029, 4, 24)) == "National Concord Day"
