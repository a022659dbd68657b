"""What plugins see of a chat, and what they read by: made of the journal, the same for messages and for occasions."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial

from comptoir.plugins.api import Case, Line, Message, Response
from comptoir.plugins.loading import Pipeline
from comptoir.plugins.walking.context import Ports, Scene
from comptoir.plugins.walking.state import Slot, Value
from comptoir.sessions.journal import conversations, lines, state
from comptoir.sessions.journal.journal import Store
from comptoir.sessions.models.asking import AskModel
from comptoir.sessions.shopkeeping.port import ShopPort
from comptoir.sessions.shopkeeping.shop import Shop
from comptoir.sessions.situation import Situation
from comptoir.sessions.stepping import Watch, unwatched
from comptoir.sessions.times import as_time

Fetch = Callable[[str, Mapping[str, str]], Awaitable[Response]]


def scene(pipeline: Pipeline, situation: Situation, now: int, message: Message | None = None) -> Scene:
    """`message` None for what a timer, a receipt or a change causes; `now` in milliseconds."""
    return Scene(
        pipeline.tenant,
        situation.contact,
        situation.conversation,
        as_time(now),
        message,
        situation.silenced or "",
        None if situation.silent_until is None else as_time(situation.silent_until),
        wording=pipeline.config.wording,
    )


def ports(  # noqa: PLR0913 (what it reads, and who watches)
    journal: Store,
    contact: int,
    now: int,
    *,
    fetch: Fetch | None = None,
    model: AskModel | None = None,
    message: int | None = None,
    watch: Watch = unwatched,
    shop: Shop | None = None,
) -> Ports:
    """For a walk about this contact; `message` is the first of those that it is about."""

    async def read_state(slot: Slot) -> Value:
        return await journal.read(partial(state.get, slot=slot))

    async def history(limit: int) -> tuple[Line, ...]:
        return await journal.read(partial(lines.lines, contact=contact, limit=limit))

    async def cases() -> tuple[Case, ...]:
        return await journal.read(partial(conversations.cases, now=now))

    made = Ports(read_state, history, cases, watch=partial(watch, message=message))
    made = made if shop is None else replace(made, shop=ShopPort(journal, shop))
    made = made if fetch is None else replace(made, fetch=fetch)
    return made if model is None else replace(made, model=model)
