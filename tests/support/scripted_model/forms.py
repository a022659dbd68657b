"""What an answer looks like on the wire, whole and in pieces, in both forms."""

import json
from collections.abc import Iterator
from typing import Any

from scripted_model.script import Say

OPENAI, ANTHROPIC = "/chat/completions", "/v1/messages"


def whole(path: str, say: Say) -> bytes:
    return json.dumps(_anthropic(say) if path.endswith(ANTHROPIC) else _openai(say)).encode()


def pieces(path: str, say: Say) -> Iterator[bytes]:
    """The same as a stream of events, a few characters each."""
    yield from _anthropic_events(say) if path.endswith(ANTHROPIC) else _openai_events(say)


def _arguments(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


def _openai(say: Say) -> dict[str, Any]:
    calls = [
        {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": _arguments(given)}}
        for number, (name, given) in enumerate(say.calls)
    ]
    message = {"role": "assistant", "content": say.text or None} | ({"tool_calls": calls} if calls else {})
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}
    usage = {"prompt_tokens": say.tokens_in, "completion_tokens": say.tokens_out, "total_tokens": 0}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}


def _openai_events(say: Say) -> Iterator[bytes]:
    def chunk(delta: dict[str, Any], ends: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": ends}
        return _data({"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})

    yield chunk({"role": "assistant", "content": ""})
    for begin in range(0, len(say.text), 7):
        yield chunk({"content": say.text[begin : begin + 7]})
    for number, (name, given) in enumerate(say.calls):
        arguments = _arguments(given)
        function = {"name": name, "arguments": arguments[:5]}
        yield chunk(
            {"tool_calls": [{"index": number, "id": f"call_{number}", "type": "function", "function": function}]}
        )
        yield chunk({"tool_calls": [{"index": number, "function": {"arguments": arguments[5:]}}]})
    yield chunk({}, "tool_calls" if say.calls else "stop")
    usage = {"prompt_tokens": say.tokens_in, "completion_tokens": say.tokens_out, "total_tokens": 0}
    yield _data(
        {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [], "usage": usage}
    )
    yield b"data: [DONE]\n\n"


def _anthropic(say: Say) -> dict[str, Any]:
    texts = [{"type": "text", "text": say.text}] if say.text else []
    uses = [
        {"type": "tool_use", "id": f"toolu_{number}", "name": name, "input": given}
        for number, (name, given) in enumerate(say.calls)
    ]
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [*texts, *uses],
        "stop_reason": "tool_use" if uses else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": say.tokens_in, "output_tokens": say.tokens_out},
    }


def _anthropic_events(say: Say) -> Iterator[bytes]:
    message = _anthropic(say)
    yield _event("message_start", message={**message, "content": [], "stop_reason": None})
    for index, block in enumerate(message["content"]):
        if block["type"] == "text":
            yield _event("content_block_start", index=index, content_block={"type": "text", "text": ""})
            delta = {"type": "text_delta", "text": block["text"]}
        else:
            yield _event("content_block_start", index=index, content_block={**block, "input": {}})
            delta = {"type": "input_json_delta", "partial_json": _arguments(block["input"])}
        yield _event("content_block_delta", index=index, delta=delta)
        yield _event("content_block_stop", index=index)
    ends = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    yield _event("message_delta", delta=ends, usage={"output_tokens": say.tokens_out})
    yield _event("message_stop")


def _event(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\n".encode() + _data({"type": kind, **fields})


def _data(value: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"
