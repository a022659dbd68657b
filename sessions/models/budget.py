"""What a call may cost at worst, and whether the operator's and the tenant's limits allow it."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

from comptoir.plugins.models import ModelFailed, ModelLimits, Said, Tool
from comptoir.sessions.journal import model_usage
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.model_usage import Account, Cost
from comptoir.sessions.spec import ModelSpec

_FLAT = 1_000
"""Tokens that a provider adds of its own for tools and turns."""
_MILLION = 1_000_000


class LimitReached(ModelFailed):
    """A limit of the operator's or the tenant's stands in the way of the call."""


def account(spec: ModelSpec, contact: int, now: int, timezone: str) -> Account:
    """`now` in milliseconds."""
    return Account(datetime.fromtimestamp(now / 1000, ZoneInfo(timezone)).date().isoformat(), contact, spec.name)


def cost(spec: ModelSpec, tokens_in: int, tokens_out: int) -> Cost:
    """Money is rounded up."""
    return Cost(tokens_in + tokens_out, math.ceil(tokens_in * spec.price_in + tokens_out * spec.price_out))


def worst(spec: ModelSpec, said: Sequence[Said], tools: Sequence[Tool], most_tokens: int) -> Cost:
    """No tokenizer makes more tokens of a text than it has bytes."""
    sent = json.dumps([asdict(one) for one in said], ensure_ascii=False) + json.dumps([asdict(one) for one in tools])
    return cost(spec, len(sent.encode("utf-8", "replace")) + _FLAT, most_tokens)


def reserve(db: Connection, of: Account, most: Cost, spec: ModelSpec, limits: ModelLimits) -> None:
    """A job of the journal. Raises LimitReached, and nothing is reserved."""
    for by_all, on_all, tokens, money in (
        (False, False, spec.chat_tokens, spec.chat_cost),
        (True, False, spec.tenant_tokens, spec.tenant_cost),
        (False, True, limits.chat_tokens, limits.chat_cost),
        (True, True, limits.tenant_tokens, limits.tenant_cost),
    ):
        spent = model_usage.spent(db, of, by_all=by_all, on_all=on_all)
        whose = "the tenant" if by_all else "the chat"
        if tokens is not None and spent.tokens + most.tokens > tokens:
            raise LimitReached(f"{whose} has reached its limit of {tokens} tokens a day")
        if money is not None and spent.money + most.money > money * _MILLION:
            raise LimitReached(f"{whose} has reached its limit of {money:g} a day")
    model_usage.add(db, of, most, calls=1)


def settle(db: Connection, of: Account, most: Cost, real: Cost) -> None:
    """A job of the journal. A provider that says more than the worst is not believed."""
    model_usage.add(db, of, Cost(min(real.tokens, most.tokens) - most.tokens, min(real.money, most.money) - most.money))
