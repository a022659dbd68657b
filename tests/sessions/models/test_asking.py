"""The port: nothing is asked that no limit allows, and every failure is told without a customer's words."""

from dataclasses import replace

import pytest
import trio
from journal_rig import InlineStore, open_new
from runner_rig import CONFIG

from comptoir.plugins.models import Completion, ModelFailed, ModelLimits, Said, ToolCall
from comptoir.plugins.walking.context import Question
from comptoir.sessions.journal import model_usage
from comptoir.sessions.models import budget
from comptoir.sessions.models.asking import Models
from comptoir.sessions.models.budget import LimitReached
from comptoir.sessions.models.provider import Refused
from comptoir.sessions.spec import ModelSpec

SPEC = ModelSpec("main", "openai", "small", price_in=2.0, price_out=10.0)
QUESTION = Question("main", (Said("customer", "SECRET-WORD " * 20),), (), 500)
LATE = 1_795_390_000_000
"""2026-11-22 23:26 in Dakar."""


class Told:
    """A provider that does what it is told."""

    def __init__(self, *steps):
        self.steps = list(steps)
        self.asked = self.running = self.most = 0

    async def complete(self, said, tools, most_tokens):
        self.asked += 1
        step = self.steps.pop(0) if self.steps else Completion("Bonjour", (), 100, 10)
        if isinstance(step, BaseException):
            raise step
        if isinstance(step, float):
            self.running += 1
            self.most = max(self.most, self.running)
            await trio.sleep(step)
            self.running -= 1
            return Completion("late", (), 1, 1)
        return step

    async def close(self):
        pass


@pytest.fixture
def store(tmp_path):
    db = open_new(tmp_path / "tenant.db")
    yield InlineStore(db)
    db.close()


def models(store, provider, *specs, now=lambda: LATE):
    return Models(specs or (SPEC,), store, now=now, opened=lambda _spec: provider)


async def opened(store, provider, clock, *specs):
    """With the provider at hand: it is opened in a thread, for which a clock that jumps would not wait."""
    provider.steps.insert(0, Refused("not yet"))
    asked = models(store, provider, *specs)
    await fails(asked.port(1, CONFIG))
    provider.asked = 0
    clock.autojump_threshold = 0
    return asked


def spent(store, day="2026-11-22", contact=1):
    of = model_usage.Account(day, contact, "main")
    return model_usage.spent(store.db, of, by_all=False, on_all=False)


async def fails(ask, question=QUESTION):
    with pytest.raises(ModelFailed) as failed:
        await ask(question)
    assert "SECRET-WORD" not in str(failed.value)
    return str(failed.value)


async def test_what_was_spent_is_settled_on_the_tenants_day(store):
    completion = await models(store, Told()).port(1, CONFIG)(QUESTION)
    assert completion.text == "Bonjour"
    # 100 tokens at 2 and 10 at 10 for a million, in millionths.
    assert spent(store) == model_usage.Cost(110, 300)
    east = replace(CONFIG, timezone="Africa/Nairobi")
    await models(store, Told()).port(1, east)(QUESTION)
    assert spent(store, "2026-11-23") == model_usage.Cost(110, 300)


async def test_the_worst_is_reserved_before_the_call_and_stays_where_nobody_says_what_it_was(store):
    worst = budget.worst(SPEC, QUESTION.said, (), 500)
    assert worst.tokens > 240 + 500
    for provider in (Told(ModelFailed("no whole answer")), Told(RuntimeError("SECRET-WORD")), Told(Completion("x"))):
        before = spent(store).tokens
        ask = models(store, provider).port(1, CONFIG)
        await (ask(QUESTION) if provider.steps == [Completion("x")] else fails(ask))
        assert spent(store).tokens == before + worst.tokens


async def test_a_worker_that_dies_in_the_call_leaves_its_reservation(store):
    with trio.move_on_after(0.01):
        await models(store, Told(1e9)).port(1, CONFIG)(QUESTION)
    assert spent(store) == budget.worst(SPEC, QUESTION.said, (), 500)


async def test_a_refusal_costs_nothing(store):
    assert await fails(models(store, Told(Refused("it answered with status 429"))).port(1, CONFIG)) == (
        "it answered with status 429"
    )
    assert spent(store) == model_usage.Cost(0, 0)


async def test_a_provider_that_says_more_than_the_worst_is_not_believed(store):
    await models(store, Told(Completion("x", (), 10**9, 10**9))).port(1, CONFIG)(QUESTION)
    assert spent(store) == budget.worst(SPEC, QUESTION.said, (), 500)
    await models(store, Told(Completion("x", (), -(10**9), 5))).port(2, CONFIG)(QUESTION)
    assert spent(store, contact=2).tokens == 5


WORST = budget.worst(SPEC, QUESTION.said, (), 500)


@pytest.mark.parametrize(
    ("spec", "limits", "others"),
    [
        ({"chat_tokens": WORST.tokens - 1}, ModelLimits(), False),
        ({"tenant_tokens": WORST.tokens + 109}, ModelLimits(), True),
        ({"chat_cost": (WORST.money - 1) / 1e6}, ModelLimits(), False),
        ({"tenant_cost": (WORST.money + 299) / 1e6}, ModelLimits(), True),
        ({}, ModelLimits(chat_tokens=WORST.tokens - 1), False),
        ({}, ModelLimits(tenant_tokens=WORST.tokens + 109), True),
        ({}, ModelLimits(chat_cost=(WORST.money - 1) / 1e6), False),
        ({}, ModelLimits(tenant_cost=(WORST.money + 299) / 1e6), True),
    ],
)
async def test_no_limit_is_exceeded(store, spec, limits, others):
    provider = Told()
    asked = models(store, provider, replace(SPEC, **spec))
    if others:
        # Another chat of the tenant has its share: 110 tokens, 300 millionths.
        await asked.port(2, CONFIG)(QUESTION)
    with pytest.raises(LimitReached):
        await asked.port(1, CONFIG)(replace(QUESTION, limits=limits))
    assert provider.asked == int(others)
    assert spent(store).tokens == 0


async def test_a_limit_that_leaves_just_enough(store):
    provider = Told()
    spec = replace(SPEC, chat_tokens=WORST.tokens, chat_cost=WORST.money / 1e6)
    await models(store, provider, spec).port(1, CONFIG)(QUESTION)
    assert provider.asked == 1


async def test_ten_chats_at_once_stay_below_the_limit(store, mock_clock):
    """Each reserves before it asks: together they never pass what is left."""
    provider = Told(*[0.5] * 10)
    asked = await opened(store, provider, mock_clock, replace(SPEC, tenant_tokens=3 * WORST.tokens))
    failed = []

    async def chat(contact):
        try:
            await asked.port(contact, CONFIG)(QUESTION)
        except LimitReached:
            failed.append(contact)

    async with trio.open_nursery() as nursery:
        for contact in range(10):
            nursery.start_soon(chat, contact)
    assert provider.asked == 10 - len(failed)
    assert provider.asked >= 3


async def test_the_time_of_a_message_is_one_for_all_its_questions(store, mock_clock):
    ask = (await opened(store, Told(10.0, 10.0), mock_clock)).port(1, CONFIG)
    await ask(QUESTION)
    begun = trio.current_time()
    # Of 20 s for the plugin, 2 are left for an answer without the model.
    assert await fails(ask) == "no answer in time"
    assert trio.current_time() - begun == pytest.approx(8)


async def test_a_tenant_in_a_hurry_leaves_less(store, mock_clock):
    asked = await opened(store, Told(100.0), mock_clock)
    begun = trio.current_time()
    assert await fails(asked.port(1, replace(CONFIG, plugin_seconds=5))) == "no answer in time"
    assert trio.current_time() - begun == pytest.approx(3)


async def test_what_no_model_can_be_asked_for(store):
    asked = models(store, Told(), SPEC, replace(SPEC, name="closed", wrong="main.key is open to others"))
    assert "no model of this name" in await fails(asked.port(1, CONFIG), replace(QUESTION, model="SECRET-WORD"))
    assert await fails(asked.port(1, CONFIG), replace(QUESTION, model="closed")) == "main.key is open to others"


async def test_an_extra_that_is_missing_is_named(store, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "comptoir.sessions.models.openai", None)
    asked = Models((SPEC,), store)
    assert 'pip install "comptoir[openai]"' in await fails(asked.port(1, CONFIG))


async def test_too_many_calls_are_no_answer(store):
    calls = tuple(ToolCall(str(number), "f", "{}") for number in range(17))
    assert await fails(models(store, Told(Completion("", calls, 1, 1))).port(1, CONFIG)) == "it said too much"


def test_two_contacts_that_are_one_have_spent_together(store):
    day = "2026-11-22"
    for contact in (1, 2):
        model_usage.add(store.db, model_usage.Account(day, contact, "main"), model_usage.Cost(10, 5), calls=1)
    model_usage.merge(store.db, 1, 2)
    assert spent(store) == model_usage.Cost(20, 10)
    assert spent(store, contact=2) == model_usage.Cost(0, 0)
    model_usage.prune(store.db, LATE)
    assert spent(store).tokens == 20
    model_usage.prune(store.db, LATE + 401 * 24 * 3_600_000)
    assert spent(store).tokens == 0
