"""Phone numbers as every file and call has them."""

import re

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def is_e164(text: str) -> bool:
    """In full, and with seven digits at least, as whatsmeow demands of a number to link."""
    return _E164.fullmatch(text) is not None
