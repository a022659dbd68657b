"""Which kinds of messages say something."""

SILENT = frozenset({"empty", "unknown", "unreadable", "reaction", "vote", "edit", "deletion", "call"})
"""Without content, what this version cannot read, and what people do to messages rather than say."""
