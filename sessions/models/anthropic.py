"""Anthropic's messages."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from anthropic import AsyncAnthropic

# Imported on first use otherwise, in every worker.
from anthropic.resources.messages import AsyncMessages  # noqa: F401
from pydantic import BaseModel

from comptoir.plugins.models import Completion, Said, Tool, ToolCall
from comptoir.sessions.models.pieces import anthropic_answer
from comptoir.sessions.models.provider import answering
from comptoir.sessions.models.transport import client
from comptoir.sessions.spec import ModelSpec

URL = "https://api.anthropic.com"


class Anthropic:
    """See `Provider`."""

    def __init__(self, spec: ModelSpec) -> None:
        self._spec = spec
        self._client = AsyncAnthropic(
            api_key=spec.key or "none", base_url=spec.url or URL, max_retries=0, http_client=client()
        )

    async def complete(self, said: Sequence[Said], tools: Sequence[Tool], most_tokens: int) -> Completion:
        asked: dict[str, Any] = {
            "model": self._spec.model,
            "max_tokens": most_tokens,
            "system": "\n\n".join(one.text for one in said if one.role == "system"),
            "messages": _messages(one for one in said if one.role != "system"),
        }
        if tools:
            asked["tools"] = [
                {"name": one.name, "description": one.description, "input_schema": dict(one.parameters)}
                for one in tools
            ]
        with answering():
            return _read(await self._ask(asked))

    async def close(self) -> None:
        await self._client.close()

    async def _ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        if self._spec.stream:
            asked["stream"] = True
        # Read by ourselves: the SDK takes whatever came for an answer, and leaves streams open.
        raw = await self._client.messages.with_raw_response.create(**asked)
        body = await raw.http_response.aread()
        made: dict[str, Any] = anthropic_answer(body) if self._spec.stream else json.loads(body)
        return made


def _messages(said: Iterable[Said]) -> list[dict[str, Any]]:
    """In turns: what one side said one after the other is one message there."""
    made: list[dict[str, Any]] = []
    for one in said:
        role = "assistant" if one.role == "model" else "user"
        if made and made[-1]["role"] == role:
            made[-1]["content"] += _blocks(one)
        else:
            made.append({"role": role, "content": _blocks(one)})
    return made


def _blocks(said: Said) -> list[dict[str, Any]]:
    if said.role == "result":
        return [{"type": "tool_result", "tool_use_id": said.answers, "content": said.text}]
    # It takes no empty text.
    texts = [{"type": "text", "text": said.text}] if said.text.strip() else []
    uses = [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": _object(call.arguments)} for call in said.calls
    ]
    return [*texts, *uses]


def _object(arguments: str) -> dict[str, Any]:
    try:
        found = json.loads(arguments)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


# What is read of an answer; whatever else stands in it is passed by.
class _Block(BaseModel):
    type: Literal["text", "tool_use"] | str = ""
    text: str = ""
    id: str = ""
    name: str = ""
    input: Any = None


class _Usage(BaseModel):
    input_tokens: int = 0
    output_tokens: int = 0


class _Answer(BaseModel):
    content: list[_Block]
    usage: _Usage | None = None


def _read(answer: dict[str, Any]) -> Completion:
    """Raises ValidationError."""
    read = _Answer.model_validate(answer)
    usage = read.usage or _Usage()
    text = "\n".join(block.text for block in read.content if block.type == "text")
    calls = tuple(
        ToolCall(block.id or f"call-{number}", block.name, json.dumps(block.input))
        for number, block in enumerate(read.content)
        if block.type == "tool_use"
    )
    return Completion(text, calls, usage.input_tokens, usage.output_tokens)
