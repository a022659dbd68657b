"""Every endpoint that speaks OpenAI's chat completions: OpenAI, Gemini, Mistral, Ollama, llama.cpp and others."""

import json
from collections.abc import Sequence
from typing import Any, Literal

from openai import AsyncOpenAI

# Imported on first use otherwise, in every worker.
from openai.resources.chat.completions import AsyncCompletions  # noqa: F401
from pydantic import BaseModel

from comptoir.plugins.models import Completion, ModelFailed, Said, Tool, ToolCall
from comptoir.sessions.models.pieces import openai_answer
from comptoir.sessions.models.provider import answering
from comptoir.sessions.models.transport import client
from comptoir.sessions.spec import ModelSpec

URL = "https://api.openai.com/v1"
_ROLES: dict[str, Literal["system", "user", "assistant", "tool"]] = {
    "system": "system",
    "customer": "user",
    "model": "assistant",
    "result": "tool",
}


class OpenAi:
    """See `Provider`."""

    def __init__(self, spec: ModelSpec) -> None:
        self._spec = spec
        url = spec.url or URL
        # The SDK wants a key; servers of one's own want none.
        self._client = AsyncOpenAI(api_key=spec.key or "none", base_url=url, max_retries=0, http_client=client())
        # Its newer models take only the one, everybody else's only the other.
        self._most = "max_completion_tokens" if url == URL else "max_tokens"

    async def complete(self, said: Sequence[Said], tools: Sequence[Tool], most_tokens: int) -> Completion:
        asked: dict[str, Any] = {
            "model": self._spec.model,
            "messages": [_message(one) for one in said],
            self._most: most_tokens,
        }
        if tools:
            asked["tools"] = [_tool(one) for one in tools]
        with answering():
            return _read(await self._ask(asked))

    async def close(self) -> None:
        await self._client.close()

    async def _ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        if self._spec.stream:
            asked |= {"stream": True, "stream_options": {"include_usage": True}}
        # Read by ourselves: the SDK takes whatever came for an answer, and leaves streams open.
        raw = await self._client.chat.completions.with_raw_response.create(**asked)
        body = await raw.http_response.aread()
        made: dict[str, Any] = openai_answer(body) if self._spec.stream else json.loads(body)
        return made


def _message(said: Said) -> dict[str, Any]:
    made: dict[str, Any] = {"role": _ROLES[said.role], "content": said.text}
    if said.role == "result":
        made["tool_call_id"] = said.answers
    if said.calls:
        made["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in said.calls
        ]
    return made


def _tool(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function}


# What is read of an answer; whatever else stands in it is passed by.
class _Function(BaseModel):
    name: str
    arguments: str = ""


class _Call(BaseModel):
    id: str = ""
    function: _Function


class _Message(BaseModel):
    content: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(BaseModel):
    message: _Message


class _Usage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Answer(BaseModel):
    choices: list[_Choice]
    usage: _Usage | None = None


def _read(answer: dict[str, Any]) -> Completion:
    """Raises ValidationError, ModelFailed."""
    read = _Answer.model_validate(answer)
    if not read.choices:
        raise ModelFailed("no usable answer: no choice")
    message, usage = read.choices[0].message, read.usage or _Usage()
    calls = tuple(
        # Some servers give no id; a result has to name one.
        ToolCall(call.id or f"call-{number}", call.function.name, call.function.arguments)
        for number, call in enumerate(message.tool_calls or ())
    )
    return Completion(message.content or "", calls, usage.prompt_tokens, usage.completion_tokens)
