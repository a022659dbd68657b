"""Puts an answer that came in pieces together again: server-sent events, each with JSON."""

import json
from collections.abc import Iterator
from typing import Any


def openai_answer(body: bytes) -> dict[str, Any]:
    """As it would have come whole. Raises anything where it is none."""
    text, usage, ended = "", None, False
    calls: dict[int, dict[str, Any]] = {}
    for chunk in _events(body):
        usage = chunk.get("usage") or usage
        for choice in chunk.get("choices", ()):
            delta = choice["delta"]
            ended = ended or bool(choice.get("finish_reason"))
            text += delta.get("content") or ""
            for part in delta.get("tool_calls") or ():
                call = calls.setdefault(part["index"], {"id": "", "function": {"name": "", "arguments": ""}})
                call["id"] += part.get("id") or ""
                for key in ("name", "arguments"):
                    call["function"][key] += part.get("function", {}).get(key) or ""
    if not ended:
        raise ValueError("it has no end")
    return {"choices": [{"message": {"content": text, "tool_calls": list(calls.values())}}], "usage": usage}


def anthropic_answer(body: bytes) -> dict[str, Any]:
    """As it would have come whole. Raises anything where it is none."""
    blocks: dict[int, dict[str, Any]] = {}
    inputs: dict[int, str] = {}
    usage: dict[str, Any] = {}
    ended = False
    for event in _events(body):
        match event["type"]:
            case "message_start":
                usage |= event["message"]["usage"]
            case "content_block_start":
                blocks[event["index"]] = dict(event["content_block"])
            case "content_block_delta":
                delta, index = event["delta"], event["index"]
                blocks[index]["text"] = blocks[index].get("text", "") + delta.get("text", "")
                inputs[index] = inputs.get(index, "") + delta.get("partial_json", "")
            case "message_delta":
                usage |= event.get("usage") or {}
            case "message_stop":
                ended = True
    if not ended:
        raise ValueError("it has no end")
    for index, given in inputs.items():
        if given:
            blocks[index]["input"] = json.loads(given)
    return {"content": list(blocks.values()), "usage": usage}


def _events(body: bytes) -> Iterator[dict[str, Any]]:
    for line in body.decode().splitlines():
        if line.startswith("data:") and line != "data: [DONE]":
            yield json.loads(line.removeprefix("data:"))
