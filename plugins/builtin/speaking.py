"""Which messages a customer expects a reaction to."""

from comptoir.plugins.api import Message

# Keys without content, what this version cannot read, and what people do to messages rather than say.
_SILENT = frozenset({"empty", "unknown", "unreadable", "protocol", "reaction", "poll_vote"})


def speaks(message: Message) -> bool:
    """Whether the customer said or sent something: an empty text or a reaction is not such a thing."""
    return message.kind not in _SILENT and bool(message.kind != "text" or message.text.strip())
