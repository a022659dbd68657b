"""What a tenant decides about the owner's desk."""

import re
from datetime import time
from typing import Annotated

from pydantic import BeforeValidator, Field

from comptoir.plugins.api import PluginConfig
from comptoir.plugins.faults import wrong_value
from comptoir.plugins.wording import OneLine

_CLOCK = re.compile(r"\s*(\d{1,2})\s*(?::\s*(\d{2})|[hH]\s*(\d{2})?)\s*")


def _hour(written: object) -> time:
    """Of `20:00`, `8:30` or `20h`, or what TOML itself takes for a time."""
    if isinstance(written, time) and written.tzinfo is None:
        return written.replace(second=0, microsecond=0)
    found = _CLOCK.fullmatch(written) if isinstance(written, str) else None
    hour, minute = (int(found[1]), int(found[2] or found[3] or 0)) if found else (24, 0)
    if hour > 23 or minute > 59:
        raise wrong_value((f"« {written} »", 'une heure, comme "20:00"'), (f'"{written}"', 'an hour, as "20:00"'))
    return time(hour, minute)


class DeskConfig(PluginConfig):
    summary_at: Annotated[time, BeforeValidator(_hour)] | None = None
    """When the day's figures are sent, by the shop's own clock, as `20:00`; left out for never."""
    summary_to: Annotated[tuple[OneLine, ...], Field(min_length=1, max_length=20)] = ("owner",)
    """Who gets them: `owner`, `team` for all of it, or names in it."""
