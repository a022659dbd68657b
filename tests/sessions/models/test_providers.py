"""The adapters with their real SDKs against a scripted server: what comes of whatever a provider does."""

import gc
import gzip
import json
import logging
from contextlib import asynccontextmanager

import pytest
import trio
from scripted_model import Cut, Hang, Raw, Say, Slow, Status, serving

from comptoir.plugins.models import Completion, ModelFailed, Said, Tool, ToolCall
from comptoir.sessions.models.provider import Refused, checked, open_provider
from comptoir.sessions.spec import ModelSpec

TOOL = Tool("put_in_cart", "Puts it in the cart.", {"type": "object", "properties": {"sku": {"type": "string"}}})
TALK = (
    Said("system", "You sell."),
    Said("customer", "un poulet"),
    Said("model", "", (ToolCall("call_0", "put_in_cart", '{"sku": "poulet"}'),)),
    Said("result", "done", answers="call_0"),
    Said("customer", "SECRET-WORD"),
)
CALL = Say("Voilà.", (("put_in_cart", {"sku": "poulet"}),), 120, 30)
FORMS = [("openai", False), ("openai", True), ("anthropic", False), ("anthropic", True)]


def spec_of(kind, model, stream=False):
    url = model.url if kind == "openai" else model.root
    return ModelSpec("main", kind, "small", url, "sk-word", stream)


@asynccontextmanager
async def opened(spec):
    provider = open_provider(spec)
    try:
        yield provider
    finally:
        await provider.close()


async def ask(kind, *steps, stream=False):
    """What it completes, or how it failed."""
    async with serving(steps) as model, opened(spec_of(kind, model, stream)) as provider:
        with trio.fail_after(20):
            try:
                return await provider.complete(TALK, (TOOL,), 500), model
            except ModelFailed as failed:
                return failed, model


async def failure(kind, step, stream=False):
    failed, model = await ask(kind, step, CALL, stream=stream)
    assert isinstance(failed, ModelFailed)
    assert "SECRET-WORD" not in str(failed)
    assert len(model.asked) == 1
    return failed


@pytest.mark.parametrize(("kind", "stream"), FORMS)
async def test_what_it_says_and_calls_for(kind, stream):
    completion, model = await ask(kind, CALL, stream=stream)
    (call,) = completion.calls
    assert (completion.text, call.name, json.loads(call.arguments)) == ("Voilà.", "put_in_cart", {"sku": "poulet"})
    assert call.id
    assert (completion.tokens_in, completion.tokens_out) == (120, 30)
    assert bool(model.asked[0].get("stream")) is stream
    assert "sk-word" in str(model.headers[0])


async def test_openai_is_asked_in_its_form():
    _, model = await ask("openai", CALL)
    (asked,) = model.asked
    assert [message["role"] for message in asked["messages"]] == ["system", "user", "assistant", "tool", "user"]
    assert asked["messages"][2]["tool_calls"][0]["function"]["name"] == "put_in_cart"
    assert asked["messages"][3]["tool_call_id"] == "call_0"
    assert (asked["max_tokens"], asked["tools"][0]["function"]["name"]) == (500, "put_in_cart")


async def test_anthropic_is_asked_in_turns():
    _, model = await ask("anthropic", CALL)
    (asked,) = model.asked
    assert asked["system"] == "You sell."
    assert [message["role"] for message in asked["messages"]] == ["user", "assistant", "user"]
    assert [block["type"] for block in asked["messages"][2]["content"]] == ["tool_result", "text"]


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
@pytest.mark.parametrize("code", [400, 401, 403, 404, 429, 500, 503, 307])
async def test_a_refusal_is_told_by_its_number_alone_and_not_tried_again(kind, code):
    failed = await failure(kind, Status(code))
    assert isinstance(failed, Refused)
    assert str(code) in str(failed)


@pytest.mark.parametrize(("kind", "stream"), FORMS)
@pytest.mark.parametrize(
    "step",
    [
        Cut(),
        Raw(b"<html>SECRET-WORD</html>", "text/html"),
        Raw(b"{"),
        Raw(b"[]"),
        Raw(b"null"),
        Raw(b'{"choices": [], "content": 5}'),
        Raw(b'{"choices": "yes", "content": [3]}'),
        Raw(b'{"choices": [{"message": {"content": {"a": 1}}}], "content": [{"type": "text", "text": []}]}'),
        Raw(b"\xff\xfe\x00"),
        Raw(gzip.compress(b"{}" + b" " * 5_000_000, mtime=0), encoding="gzip"),
    ],
    ids=lambda step: f"{type(step).__name__}-{str(getattr(step, 'body', ''))[:20].strip()}",
)
async def test_nonsense_is_no_answer(kind, stream, step):
    await failure(kind, step, stream)


# The library leaves generators to the collector where an answer is not read to its end.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kind", ["openai", "anthropic"])
async def test_an_answer_without_end_is_not_read_to_it(kind):
    await failure(kind, Raw(b" " * 1_100_000 + b"{}"))
    gc.collect()


async def test_no_server_has_done_nothing():
    async with serving([]) as model:
        spec = spec_of("openai", model)
    with pytest.raises(Refused, match="no connection"):
        async with opened(spec) as provider:
            await provider.complete(TALK, (), 500)


@pytest.mark.parametrize("step", [Hang(), Slow(0.05)])
async def test_whoever_waits_may_go(step):
    async with serving([step, CALL]) as model, opened(spec_of("openai", model)) as provider:
        with trio.move_on_after(0.15) as scope:
            await provider.complete(TALK, (), 500)
        assert scope.cancelled_caught
        # And the next question is answered all the same.
        assert (await provider.complete(TALK, (), 500)).text == "Voilà."


@pytest.mark.parametrize(
    "said",
    [
        Completion("x" * 20_001),
        Completion("", tuple(ToolCall(str(number), "f", "{}") for number in range(17))),
        Completion("", (ToolCall("1", "f", "x" * 10_001),)),
        Completion("", (ToolCall("1", "f" * 501, ""),)),
    ],
)
def test_too_much_is_no_answer(said):
    with pytest.raises(ModelFailed):
        checked(said)


async def test_nothing_of_it_is_logged_by_the_sdk_at_our_level(caplog):
    caplog.set_level(logging.WARNING)
    await failure("openai", Status(500))
    assert caplog.text == ""
