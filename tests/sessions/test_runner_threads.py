"""The runner on the journal as the worker opens it, with its threads, in real time."""

from functools import partial
from pathlib import Path

import trio
from journal_rig import KEY
from runner_rig import ECHO, customer, pipeline

from comptoir.sessions.events import MessageReceived
from comptoir.sessions.journal import history, linkings, recording
from comptoir.sessions.journal.journal import Journal, open_journal
from comptoir.sessions.journal.recording import Arrival
from comptoir.sessions.runner import Runner
from comptoir.sessions.times import now_ms

CUSTOMERS, EACH = 50, 4
LIMIT = 60.0
"""Seconds that only a hanging test reaches."""


async def hear_all(journal: Journal) -> None:
    session = await journal.write(lambda db: linkings.begin_session(db, "+221330000000", lab=True, now=now_ms()))
    for number in range(EACH):
        for who in range(CUSTOMERS):
            event = MessageReceived(
                f"{who}-{number}", customer(who), False, "person", "text", str(number), now_ms(), "", b""
            )
            arrival = Arrival(session, now_ms(), backlog=False, silence_ms=0)
            journal.write_from_thread(partial(recording.record_event, event=event, arrival=arrival))


async def answered(journal: Journal, wanted: int) -> None:
    """Wait until so many answers are queued."""
    seen = 0
    with trio.fail_after(LIMIT):
        while (await journal.read(history.counters)).outbox < wanted:
            seen = await journal.wait_commit(seen)


async def test_every_message_is_answered_once_across_restarts(tmp_path: Path) -> None:
    path = tmp_path / "tenant.db"
    total = CUSTOMERS * EACH
    async with open_journal(path, KEY) as journal:
        await hear_all(journal)
    for wanted in (total // 4, total // 2, total):
        async with open_journal(path, KEY) as journal, trio.open_nursery() as nursery:
            runner = Runner(journal, pipeline(ECHO), wake_outbox=lambda: None)
            runner.open()
            nursery.start_soon(runner.run)
            await answered(journal, wanted)
            nursery.cancel_scope.cancel()
    async with open_journal(path, KEY) as journal:
        rows = await journal.read(lambda db: history.messages(db, limit=10 * total))
    answers = [row for row in rows if row.direction == "out"]
    for who in range(CUSTOMERS):
        texts = [row.text for row in answers if row.chat == str(customer(who))]
        assert texts == [f"echo {number}" for number in range(EACH)]
    assert {row.state for row in rows if row.direction == "in"} == {"done"}
