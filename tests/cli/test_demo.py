"""The demo's script fits its shops, and its judge sees what is not as promised."""

import tempfile
from functools import cache
from pathlib import Path

import pytest

from comptoir.cli.demo import script
from comptoir.cli.demo.judge import Chat, Text, answer_times, judge, wrong_standing
from comptoir.cli.demo.rows import Row, written
from comptoir.cli.demo.script import AWA, CUSTOMERS, DYING, FATOU, LINES, SHOPS, Customer, Line
from comptoir.cli.demo.stage import tenant_files
from comptoir.plugins.checking import prepare_tenant
from comptoir.plugins.testing import Play


@cache
def played(customer: Customer) -> dict[Line, list[str]]:
    """What the customer hears after each line of theirs, where nobody dies and nobody writes by hand."""
    with tempfile.TemporaryDirectory() as name:
        for file, text in tenant_files(customer.shop).items():
            (Path(name) / file).write_text(text)
        prepared = prepare_tenant(Path(name))
    play = Play(*prepared.mandatory, *prepared.chosen)
    person, owner = play.customer(customer.name, customer.number), play.owner()
    heard = {}
    for line in script.lines_of(customer, LINES):
        if line == script.READY:
            heard[line] = [text for _, text in owner.says(line.text).answers]
        else:
            heard[line] = list(person.says(line.text).texts)
    return heard


@pytest.mark.parametrize("customer", CUSTOMERS, ids=lambda customer: customer.name)
def test_a_shop_says_what_is_due_in_its_order_and_nothing_else(customer: Customer) -> None:
    # The bot is silent after this by choice, not for want of an answer.
    texts = [text for line, texts in played(customer).items() if line != script.BY_HAND for text in texts]
    due = script.due(customer)
    assert len(texts) == len(due)
    assert all(part in text for part, text in zip(due, texts, strict=True))


def test_the_bot_would_have_an_answer_where_the_owner_has_the_chat() -> None:
    assert len(played(script.BY_HAND.customer)[script.BY_HAND]) == 1


@pytest.mark.parametrize("customer", CUSTOMERS, ids=lambda customer: customer.name)
def test_no_two_messages_to_a_customer_can_be_taken_for_each_other(customer: Customer) -> None:
    texts = [text for line, texts in played(customer).items() if line != script.BY_HAND for text in texts]
    assert [sum(part in text for text in texts) for part in script.due(customer)] == [1] * len(texts)
    own = script.lines_of(customer, LINES)
    assert len({line.text for line in own}) == len(own)


def test_a_dozen_customers_write_at_once_half_of_them_without_a_number() -> None:
    rushing = {line.customer for line in script.RUSH}
    assert len(rushing) == 12
    assert sum(customer.as_lid for customer in rushing) == 6
    assert rushing | {script.COUMBA} == set(CUSTOMERS)


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
    assert (verdict.asked, verdict.answered) == (15, 18)
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
        Text("Livraison à Médina : 500 F.", 60_500),
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
    assert written(Row(FATOU, "desk", "1 prête")) == "Chez Awa       Awa to the shop: 1 prête"
    assert written(Row(FATOU, "told", "N° 1\n• Mafé\n\nMerci")) == "Chez Awa         → Awa: N° 1 / • Mafé / Merci"
