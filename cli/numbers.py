"""Chats as people type them: any common form of a phone number, or `lid:DIGITS`, `group:ID` and the like."""

import re

from comptoir.cli.errors import CommandError, ExitCode

_OTHER = re.compile(r"lid:\d{1,20}|group:[\d-]{1,40}|channel:\d{1,40}|status", re.ASCII)
_PREFIXES = ("lid:", "group:", "channel:", "status")


class NotAChat(CommandError):
    """The text is no phone number and no other chat; the message says what was expected."""

    def __init__(self, message: str) -> None:
        super().__init__(ExitCode.USAGE, message)


def needs_country(text: str) -> bool:
    """A local form: only the tenant's country tells whose number it is."""
    return not text.strip().startswith(("+", "00", *_PREFIXES, "\uff0b"))


def read_chat(text: str, country: str | None = None) -> str:
    """`+E164`, `lid:DIGITS`, `group:ID`, `channel:ID` or `status`. `country` is the tenant's ISO code, for local forms.

    Raises NotAChat.
    """
    text = text.strip()
    if text.startswith(_PREFIXES):
        if not _OTHER.fullmatch(text):
            raise NotAChat(f"{text!r} is not a chat: expected lid:, group: or channel: and digits, as in lid:123456789")
        return text
    return read_number(text, country)


def read_number(text: str, country: str | None = None) -> str:
    """`+E164` for any common form of a phone number. Raises NotAChat."""
    import phonenumbers

    text = text.strip()
    if text.startswith("00"):
        text = "+" + text[2:]
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        raise NotAChat(_expected(text, country)) from None
    # A number written in full may be newer than our tables, so only its length counts; a local
    # form must be a number of that country, or we would write to a stranger.
    known = phonenumbers.is_possible_number(number) and (
        not needs_country(text) or phonenumbers.is_valid_number(number)
    )
    if not known or number.extension:
        raise NotAChat(_expected(text, country))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def pretty(chat: str) -> str:
    """A number in groups, for people; anything else unchanged."""
    if not chat.startswith("+"):
        return chat
    import phonenumbers

    try:
        number = phonenumbers.parse(chat)
    except phonenumbers.NumberParseException:
        return chat
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _expected(text: str, country: str | None) -> str:
    if country is None and needs_country(text):
        return f"{text!r} is not a number in full: write it with its country code, as in +221771234567"
    where = f", or a local number of {country}" if country else ""
    return f"{text!r} is not a phone number: expected the form +221771234567{where}"
