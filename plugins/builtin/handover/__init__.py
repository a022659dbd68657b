"""`handover`: a person goes on where the plugins cannot, and is told what it is about."""

from comptoir.plugins.builtin.handover.plugin import Handovers

__all__ = ["Handovers"]
