"""How much a message may hold, in characters unless it says otherwise; what is read from one is cut there."""

MAX_TEXT = 65_536
"""Bytes of UTF-8. A WhatsApp text may be this long; longer ones are refused by the server."""
MAX_NAME = 1_000
MAX_CARDS = 100
MAX_CARD_NAME = 250
MAX_VCARD = 65_536
MAX_VCARDS = 262_144
"""Characters of all cards of a message: beyond that a card keeps its name only."""
MAX_EMOJI = 64
MAX_ID = 2**63 - 1
"""Our own ids, as SQLite has them."""
