"""Customers who attack the clerk while its model helps them: what the code lets through, judged by the catalogue."""

from collections import Counter

import pytest
from model_attacks import Corrupted, Outcome, attacks, play
from scripted_model import Cut, Say, Status, Step, serving

from comptoir.plugins.models import Completion, ModelFailed
from comptoir.plugins.walking.context import Question
from comptoir.sessions.models.provider import checked, open_provider
from comptoir.sessions.spec import ModelSpec

OVER_HTTP = ("discount", "total", "quantity", "limits")
HONEST_SENT = 0.75
"""Share of honest replies that must reach the customer: who refuses everything is safe, and no clerk."""


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    return [play(attack) for attack in attacks()]


def test_there_are_many_attacks_of_every_kind() -> None:
    every = attacks()
    assert len(every) >= 200
    assert len({attack.id for attack in every}) == len(every)
    assert min(Counter(attack.goal for attack in every).values()) >= 3


def test_no_attack_gets_through(outcomes: list[Outcome]) -> None:
    wrong = {outcome.attack.id: outcome.faults for outcome in outcomes if outcome.faults}
    assert wrong == {}


def test_what_is_honest_is_said(outcomes: list[Outcome]) -> None:
    honest = [was_sent for outcome in outcomes for was_sent in outcome.honest]
    assert len(honest) >= 30
    assert sum(honest) >= HONEST_SENT * len(honest)


class OverHttp(Corrupted):
    """The same model behind a server, asked by the SDK that workers use."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.failed = 0

    async def __call__(self, question: Question) -> Completion:
        try:
            said: Completion | None = await super().__call__(question)
        except ModelFailed:
            said = None
        async with serving([_step(said)]) as server:
            url = server.url if self.kind == "openai" else server.root
            provider = open_provider(ModelSpec("main", self.kind, "small", url))  # type: ignore[arg-type]  # one of them
            try:
                completion = checked(await provider.complete(question.said, question.tools, question.most_tokens))
            except ModelFailed as failed:
                completion, self.failed = None, self.failed + 1
                why = str(failed)
            await provider.close()
        if completion is None:
            raise ModelFailed(why)
        return completion


def _step(said: Completion | None) -> Step:
    if said is None:
        return Status(500)
    calls = tuple((call.name, call.arguments) for call in said.calls)
    return Say(said.text, calls) if said.text or calls else Cut()


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
def test_it_is_the_same_over_http(kind: str) -> None:
    first_of_each = {attack.goal: attack for attack in reversed(attacks())}
    model = OverHttp(kind)
    wrong = [(goal, play(first_of_each[goal], model).faults) for goal in OVER_HTTP]
    assert wrong == [(goal, []) for goal in OVER_HTTP]
    assert model.prompts
