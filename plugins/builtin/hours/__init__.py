"""Says when the shop is open: by itself while it is closed, and to whoever asks."""

from comptoir.plugins.builtin.hours.config import HoursConfig
from comptoir.plugins.builtin.hours.plugin import OpeningHours

__all__ = ["HoursConfig", "OpeningHours"]
