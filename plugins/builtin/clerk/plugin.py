"""Sells in a chat: reads what customers write, keeps their cart, asks for what is missing, places the order."""

from typing import ClassVar

from comptoir.plugins.api import Context, Message, Plugin, Verdict
from comptoir.plugins.builtin.clerk.config import ClerkConfig
from comptoir.plugins.builtin.clerk.texts import TEXTS


class Clerk(Plugin):
    """State of a contact: `sale`, what they are about to order and were asked last, as `Sale.as_json` writes it."""

    name = "clerk"
    Config = ClerkConfig
    config: ClerkConfig
    texts: ClassVar = TEXTS

    async def message(self, context: Context, message: Message) -> Verdict:
        return Verdict.CONTINUE
