"""What a provider's adapter has to do, and how one is opened; their libraries are imported no earlier."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from comptoir.plugins.models import Completion, ModelFailed, Said, Tool
from comptoir.sessions.spec import ModelSpec

MAX_TEXT = 20_000
"""Characters of what a model may say at once; more is a fault of its own."""
MAX_CALLS = 16
MAX_ARGUMENTS = 10_000
"""Characters of what a call may be given."""


class Refused(ModelFailed):
    """The provider has done nothing for it: there was no connection, or it answered with an error."""


class Provider(Protocol):
    """One model of one provider, for one tenant."""

    async def complete(self, said: Sequence[Said], tools: Sequence[Tool], most_tokens: int) -> Completion:
        """Raises ModelFailed; may be cancelled. It has no limit of time of its own."""
        ...

    async def close(self) -> None:
        """Connections that are kept for the next question."""
        ...


def open_provider(spec: ModelSpec) -> Provider:
    """Imports its library, which takes a second where it was not preloaded. Raises ModelFailed."""
    try:
        if spec.kind == "openai":
            from comptoir.sessions.models.openai import OpenAi

            return OpenAi(spec)
        from comptoir.sessions.models.anthropic import Anthropic

        return Anthropic(spec)
    except ImportError:
        raise ModelFailed(f'{spec.kind} is not installed: expected pip install "comptoir[{spec.kind}]"') from None


@contextmanager
def answering() -> Iterator[None]:
    """Makes whatever a provider's library raises a ModelFailed, without its text, which may quote what was asked."""
    try:
        yield
    except ModelFailed:
        raise
    except Exception as error:
        raise _failure(error) from None


def _failure(error: Exception) -> ModelFailed:
    """Both libraries name status and cause alike. Only what surely never reached it has cost nothing."""
    if isinstance(status := getattr(error, "status_code", None), int):
        return Refused(f"it answered with status {status}")
    if type(error.__cause__).__name__ == "ConnectError":
        return Refused("no connection")
    return ModelFailed(f"no usable answer: {type(error.__cause__ or error).__name__}")


def checked(completion: Completion) -> Completion:
    """Raises ModelFailed for more than a model that means well says."""
    if len(completion.text) > MAX_TEXT or len(completion.calls) > MAX_CALLS:
        raise ModelFailed("it said too much")
    if any(len(call.arguments) > MAX_ARGUMENTS or len(call.name) + len(call.id) > 500 for call in completion.calls):
        raise ModelFailed("it called for too much")
    return completion
