"""The demo's script fits its shops, and its judge sees what is not as promised."""

from pathlib import Path

import pytest

from comptoir.cli.demo import script
from comptoir.cli.demo.judge import Chat, Text, answer_times, judge, wrong_standing
from comptoir.cli.demo.rows import Row, written
from comptoir.cli.demo.script import AWA, CUSTOMERS, DYING, FATOU, LINES, SHOPS, Customer, Line, Shop
from comptoir.cli.demo.stage import tenant_file
from comptoir.plugins.builtin.answers import Answers, AnswersConfig
from comptoir.plugins.builtin.welcome import WelcomeConfig
from comptoir.plugins.config import TenantConfig, parse_tenant
from comptoir.plugins.loading import known_plugins
from comptoir.plugins.testing import TENANT, Play
from comptoir.plugins.wording import fill


def config(shop: Shop) -> TenantConfig:
    return parse_tenant(tenant_file(shop), Path(f"{shop.tenant}.toml"), known_plugins())


def answers(line: Line) -> list[str]:
    """What the shop's `answers` says to a line."""
    [plugin] = [step.config for step in config(line.customer.shop).pipeline if isinstance(step.config, AnswersConfig)]
    said = "".join(Play(Answers(plugin, TENANT)).customer().says(line.text).texts)
    return [entry.text for entry in plugin.entries if entry.text in said]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.text)
def test_a_shop_has_the_answer_that_the_script_says_is_due(line: Line) -> None:
    if line == script.BY_HAND:
        # The bot is silent by choice, not for want of an answer.
        assert len(answers(line)) == 1
    elif line.answer is None:
        assert answers(line) == []
    else:
        [answer] = answers(line)
        assert line.answer in answer


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.tenant)
def test_a_shop_greets_as_the_script_says(shop: Shop) -> None:
    tenant = config(shop)
    assert tenant.name == shop.name
    [welcome] = [step.config for step in tenant.pipeline if isinstance(step.config, WelcomeConfig)]
    assert fill(welcome.text, name="Fatou", shop=tenant.name).endswith(shop.greeting)


@pytest.mark.parametrize("customer", CUSTOMERS, ids=lambda customer: customer.name)
def test_no_two_messages_to_a_customer_can_be_taken_for_each_other(customer: Customer) -> None:
    own = script.lines_of(customer, LINES)
    texts = [text for line in own if line.answer for text in answers(line)]
    parts = script.due(customer)
    assert [sum(part in text for text in texts) for part in parts] == [0] + [1] * len(texts)
    assert len({line.text for line in own}) == len(own)


def test_a_dozen_customers_write_half_of_them_without_a_number() -> None:
    assert len(CUSTOMERS) == 12
    assert sum(customer.as_lid for customer in CUSTOMERS) == 6
    assert {line.customer for line in script.RUSH} == set(CUSTOMERS)


def perfect(customer: Customer) -> Chat:
    """A chat in which each line is written at a full second, and answered a quarter of a second later."""
    own = script.lines_of(customer, LINES)
    asked = tuple(Text(line.text, 1_000 * index) for index, line in enumerate(own))
    at = {text.text: text.at for text in asked}
    answered = tuple(Text(f"… {part} …", at[line.text] + 250) for part, line in script.answered_lines(customer))
    return Chat(customer, asked, answered)


def judged(fatou: Chat) -> list[str]:
    others = [perfect(customer) for customer in CUSTOMERS if customer != FATOU]
    return list(judge(AWA, [fatou, *others]).faults)


def test_a_shop_that_did_all_is_found_without_fault() -> None:
    verdict = judge(AWA, [perfect(customer) for customer in CUSTOMERS])
    assert verdict.faults == ()
    assert (verdict.asked, verdict.answered) == (10, 13)
    assert (verdict.median, verdict.slowest) == (0.25, 0.25)


def test_an_answer_that_is_missing_twice_there_late_or_wrong_is_seen() -> None:
    chat = perfect(FATOU)
    first, second, *rest = chat.answered
    assert judged(Chat(FATOU, chat.asked, (first, *rest))) == ["Fatou got the answer 'Thiéboudienne' 0 times"]
    assert judged(Chat(FATOU, chat.asked, (first, second, second, *rest))) == [
        "Fatou got the answer 'Thiéboudienne' 2 times"
    ]
    assert judged(Chat(FATOU, chat.asked, (second, first, *rest))) == [
        "Fatou got the answers in another order than asked"
    ]
    foreign = Text("Jeans du 36 au 46", 0)
    assert judged(Chat(FATOU, chat.asked, (*chat.answered, foreign))) == [
        "Fatou got 'Jeans du 36 au 46', which was not due"
    ]


def test_nothing_at_all_is_no_success() -> None:
    verdict = judge(AWA, [])
    assert (verdict.asked, verdict.answered, verdict.median, verdict.slowest) == (0, 0, None, None)
    assert len(judge(AWA, [Chat(FATOU, (), ())]).faults) == len(script.due(FATOU))


def test_an_answer_is_timed_from_the_line_that_it_answers() -> None:
    asked = (Text(script.RUSH[0].text, 1_000), Text(script.RUSH[1].text, 60_000))
    answered = (
        Text("bienvenue chez Awa !", 3_000),
        Text("Thiéboudienne", 4_500),
        Text("500 F CFA dans le quartier", 60_500),
    )
    assert answer_times(Chat(FATOU, asked, answered)) == [2.0, 3.5, 0.5]


def test_a_process_that_died_without_being_killed_is_seen() -> None:
    rows = {shop.tenant: {"restarts": int(shop == DYING), "inbox": 0, "outbox": 0} for shop in SHOPS}
    assert wrong_standing(rows, []) == []
    rows["friperie-nima"]["restarts"] = 1
    rows["mairie-kalanga"]["outbox"] = 2
    assert wrong_standing(rows, [("friperie-nima", "exit code 1")]) == [
        "Friperie Nima lost its process 1 times (exit code 1), expected 0",
        "Mairie de Kalanga has 0 messages to answer and 2 to send left",
    ]


def test_in_a_pipe_a_message_is_one_line_that_says_who_wrote_to_whom() -> None:
    assert written(Row(FATOU, "customer", "Bonjour")) == "Chez Awa       Fatou: Bonjour"
    assert written(Row(FATOU, "bot", "Bonjour Fatou", 4.04)) == "Chez Awa         → Fatou: Bonjour Fatou (4.0 s)"
    assert written(Row(FATOU, "owner", "C'est Awa")) == "Chez Awa       Awa, by hand: C'est Awa"
