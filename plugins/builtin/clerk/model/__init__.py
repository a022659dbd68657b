"""The clerk's other brain: a language model that acts through tools alone, and whose every word is checked."""

from comptoir.plugins.builtin.clerk.model.talking import converse, is_formal

__all__ = ["converse", "is_formal"]
