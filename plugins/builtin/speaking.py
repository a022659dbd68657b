"""Which messages a customer expects a reaction to."""

from comptoir.plugins.api import SILENT, Message


def speaks(message: Message) -> bool:
    """Whether the customer said or sent something: an empty text or a reaction is not such a thing."""
    return message.kind not in SILENT and bool(message.kind != "text" or message.text.strip())
