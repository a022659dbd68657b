"""`desk`: the owner and the team run the shop by short messages."""

from comptoir.plugins.builtin.desk.plugin import Desk

__all__ = ["Desk"]
