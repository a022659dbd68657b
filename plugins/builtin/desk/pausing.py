"""The owner's pause: customers get no automatic answer until the owner says so."""

from datetime import datetime
from zoneinfo import ZoneInfo

from comptoir.plugins.api import Context
from comptoir.plugins.builtin.desk.sitting import Sitting

KEY = "paused"


async def is_paused(context: Context) -> bool:
    return await context.get(KEY, shared=True) is not None


async def pause(sitting: Sitting, on: bool) -> None:
    since = await sitting.context.get(KEY, shared=True)
    if on and isinstance(since, str):
        begun = datetime.fromisoformat(since).astimezone(ZoneInfo(sitting.context.tenant.timezone))
        sitting.say("paused_already", since=f"{begun:%d/%m %H:%M}")
    elif on:
        sitting.context.put(KEY, sitting.context.now.isoformat(), shared=True)
        sitting.say("paused")
    elif since is None:
        sitting.say("not_paused")
    else:
        sitting.context.put(KEY, None, shared=True)
        sitting.say("resumed")
