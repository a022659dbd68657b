"""Reads a customer's answer to a question of a flow."""

import re
from collections.abc import Sequence
from datetime import date

import phonenumbers
from rapidfuzz.distance import DamerauLevenshtein

from comptoir.plugins.api import FILE_KINDS, Message
from comptoir.plugins.builtin.dates import read_date
from comptoir.plugins.builtin.flow.model import Option, Step
from comptoir.plugins.patterns import Pattern
from comptoir.plugins.text import terms, words

MAX_ANSWER = 500
"""Characters of an answer that are looked at, and kept."""
_MOST = 1e12
"""Whoever means a larger number means none."""
_NUMBER_WORDS = {
    word: number
    for number, spelt in enumerate(
        (
            "zero", "un une one premier premiere first", "deux two deuxieme second seconde", "trois three troisieme",
            "quatre four quatrieme", "cinq five cinquieme", "six sixieme", "sept seven septieme", "huit eight huitieme",
            "neuf nine neuvieme", "dix ten dixieme", "onze eleven", "douze twelve", "treize thirteen",
            "quatorze fourteen", "quinze fifteen", "seize sixteen", "dixsept seventeen", "dixhuit eighteen",
            "dixneuf nineteen", "vingt twenty",
        )
    )
    for word in spelt.split()
}  # fmt: skip
_AROUND = "le la the numero number no n option choix je prends veux svp please i take want"
_AROUND_A_NUMBER = frozenset(_AROUND.split())
_DIGITS = re.compile(r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u202f.]\d{3})+(?:,\d+)?(?!\d)|\d+(?:[.,]\d+)?")
_SHORTEST_MISTYPED = 5


def read_option(text: str, options: Sequence[Option]) -> int | None:
    """Which option is meant: by its number, in figures or in words, or by its own words."""
    said = [word for word in words(_unboxed(text[:MAX_ANSWER])) if word not in _AROUND_A_NUMBER]
    if len(said) == 1:
        number = int(said[0]) if re.fullmatch(r"[0-9]{1,3}", said[0]) else _NUMBER_WORDS.get(said[0])
        if number is not None:
            return number - 1 if 1 <= number <= len(options) else None
    return _named(text, [(option.text, *option.words) for option in options])


def are_numbered(choices: Sequence[str]) -> bool:
    """Whether these can be chosen by a number, too: not where one has a number itself, such as a size."""
    said = [word for choice in choices for word in words(choice)]
    return not any(word in _NUMBER_WORDS or not word.isalpha() for word in said)


def read_answer(step: Step, message: Message, today: date, country: str) -> str | None:
    """What is to be kept of an answer to the step's question; None where it will not do."""
    if step.ask == "file":
        return f"[{message.kind}]" if message.kind in FILE_KINDS else None
    text = message.text.strip()[:MAX_ANSWER]
    if not text or message.kind != "text":
        return None
    match step.ask:
        case "number":
            number = read_number(text)
            return None if number is None or not _within(number, step) else f"{number:g}"
        case "date":
            day = read_date(text, today)
            return None if day is None or (day < today and not step.past) else f"{day:%d/%m/%Y}"
        case "phone":
            return read_phone(text, country)
        case "choice":
            found = _chosen(text, step.choices)
            return None if found is None else step.choices[found]
        case _:
            fits = step.pattern is None or Pattern(step.pattern).search(text) is not None
            return text if fits and _within(len(text), step) else None


def read_number(text: str) -> float | None:
    """The one number in `text`: `2`, `deux pizzas`, `1 500`, `2,5`."""
    figures = _DIGITS.findall(_unboxed(text))
    if figures:
        number = _figure(figures[0])
        return number if len(figures) == 1 and number < _MOST else None
    spelt = [_NUMBER_WORDS[word] for word in words(text) if word in _NUMBER_WORDS]
    return float(spelt[0]) if len(spelt) == 1 else None


def read_phone(text: str, country: str) -> str | None:
    """`+E164` of a number that may exist; local ones are of `country`."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def says_one_of(text: str, phrases: Sequence[str]) -> bool:
    """Whether `text` is one of these and nothing else, forgiving a mistyped letter."""
    return _named(text, [tuple(phrases)]) is not None


def _named(text: str, names: Sequence[tuple[str, ...]]) -> int | None:
    """Which of `names` is said: exactly, else with one letter mistyped, else as a part that only one of them has."""
    said = terms(text[:MAX_ANSWER])
    if not said:
        return None
    spelt = [[terms(name) for name in several] for several in names]
    for index, several in enumerate(spelt):
        if said in several:
            return index
    whole = " ".join(said)
    for index, several in enumerate(spelt):
        if len(whole) >= _SHORTEST_MISTYPED and any(
            DamerauLevenshtein.distance(whole, " ".join(name), score_cutoff=1) <= 1 for name in several
        ):
            return index
    if len(names) < 2:
        return None
    partly = [index for index, several in enumerate(spelt) if any(set(said) <= set(name) for name in several)]
    return partly[0] if len(partly) == 1 else None


def _chosen(text: str, choices: Sequence[str]) -> int | None:
    if are_numbered(choices):
        return read_option(text, [Option(text=choice) for choice in choices])
    return _named(text, [(choice,) for choice in choices])


def _within(number: float, step: Step) -> bool:
    return (step.min is None or number >= step.min) and (step.max is None or number <= step.max)


def _unboxed(text: str) -> str:
    """`2️⃣` is a 2 in a box."""
    return text.replace("\ufe0f", "").replace("\u20e3", "")


def _figure(figure: str) -> float:
    parts = re.sub(r"[ \u00a0\u202f]|\.(?=\d{3}\b)", "", figure).replace(",", ".")
    return float(parts)
