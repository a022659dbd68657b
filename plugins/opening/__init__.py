"""Is the shop open now, why not, and when again: from the hours in `tenant.toml`, by the tenant's clock; for plugins.

opening = opening_of(tenant)                 # None where the tenant's file has no [hours]
state = opening.at(context.now)
if not state.open:
    context.reply(f"Nous ouvrons {said_moment(state.until, opening.local(context.now), 'fr')}.")
"""

from comptoir.plugins.opening.clock import Opening, State, Why, opening_of
from comptoir.plugins.opening.public_holidays import PublicHolidays
from comptoir.plugins.opening.said import said_day, said_moment, said_spans, said_time, said_week

__all__ = [
    "Opening",
    "PublicHolidays",
    "State",
    "Why",
    "opening_of",
    "said_day",
    "said_moment",
    "said_spans",
    "said_time",
    "said_week",
]
