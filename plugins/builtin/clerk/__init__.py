"""`clerk`: sells from the tenant's catalogue, from the first question to the confirmed order."""

from comptoir.plugins.builtin.clerk.plugin import Clerk

__all__ = ["Clerk"]
