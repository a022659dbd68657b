"""What plugins and language models say to each other; the third page of the plugin API. It imports nothing of ours.

Which endpoints there are is the operator's decision (`[models.NAME]` in `comptoir.toml`); a tenant names one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the model may ask for. It does nothing by itself: the plugin decides what becomes of a call."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    """JSON schema of an object."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """What the model asks for: a stranger's words, whose `arguments` may be anything."""

    id: str
    name: str
    arguments: str
    """JSON, or what the model takes for it."""


@dataclass(frozen=True, slots=True)
class Said:
    """One entry of what was said so far. `result` answers the call with this id."""

    role: Literal["system", "customer", "model", "result"]
    text: str
    calls: tuple[ToolCall, ...] = ()
    """Of the model."""
    answers: str = ""
    """Of a result: the call's id."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model says next. Neither text nor calls is possible, and means nothing."""

    text: str
    calls: tuple[ToolCall, ...] = ()
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass(frozen=True, slots=True)
class ModelLimits:
    """What may be spent in one day of the tenant's clock, beside the operator's own limits. None: no further limit.

    Tokens count both ways, cost in the currency that the operator pays in. What a call may take at worst is reserved
    before it, so that none of these is ever exceeded.
    """

    chat_tokens: int | None = None
    chat_cost: float | None = None
    tenant_tokens: int | None = None
    """Of all chats together."""
    tenant_cost: float | None = None


NO_FURTHER_LIMITS = ModelLimits()


class ModelFailed(Exception):
    """No usable answer: no such model, no connection, too slow, refused, nonsense, or a limit is reached.

    The text says which, for the operator; it holds nothing that a customer wrote.
    """
