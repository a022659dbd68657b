"""The product with one thing taken out that a crash would miss: what the judge must find, or it finds nothing.

Each is put into a process of the daemon under test by `mutate`; the environment says which.
"""

import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import trio

from comptoir.gateway.vault import restoring
from comptoir.sessions import answering, effects, judging
from comptoir.sessions.journal import database, journal, outbox, recovery

VARIABLE = "COMPTOIR_MUTANT"


def mutate() -> None:
    """Make this process the mutant that is wanted, if one is."""
    if name := os.environ.get(VARIABLE):
        MUTANTS[name]()


def cause_in_a_commit_of_its_own() -> None:
    """The answer is committed, and that its message is done a little later."""
    commit, settle = effects.commit, answering.Answerer._settle
    finish, mark_done = effects.inbox.finish, effects.causes.mark_done
    later: list[Callable[[Any], object]] = []

    def commit_half(db: Any, decided: Any, now: int) -> bool:
        later.clear()
        return commit(db, decided, now)

    def settle_and_finish(self: Any, decided: Any) -> None:
        settle(self, decided)
        for job in later:
            trio.lowlevel.spawn_system_task(self._journal.write, job)

    def put_off(job: Callable[..., object]) -> Callable[..., None]:
        return lambda _db, *args: later.append(lambda db: job(db, *args))

    vars(effects)["inbox"] = SimpleNamespace(finish=put_off(finish))
    vars(effects)["causes"] = SimpleNamespace(mark_done=put_off(mark_done))
    vars(answering)["commit"] = commit_half
    vars(answering)["Answerer"]._settle = settle_and_finish


def sending_not_marked() -> None:
    """Nothing on disk says that a message may have left."""
    mark = outbox.mark_sending

    def mark_and_forget(db: Any, message: int, *rest: Any) -> Any:
        marked = mark(db, message, *rest)
        db.execute("UPDATE messages SET state = 'queued' WHERE id = ?", (message,))
        return marked

    vars(outbox)["mark_sending"] = mark_and_forget


def uncertain_taken_for_unsent() -> None:
    """What may have arrived goes out once more."""
    decide = recovery.decide

    def decide_lightly(rows: Any, known: Any, session: Any) -> Any:
        fates, lost = decide(rows, known, session)
        return [judging.Fate(fate.message, "queued") for fate in fates], lost

    vars(recovery)["decide"] = decide_lightly
    vars(recovery)["decide_rest"] = lambda sending, *, intact: [judging.Fate(id, "queued") for id in sending]


def lost_not_reported() -> None:
    """Nobody looks for what was acknowledged and never journaled."""
    decide = recovery.decide
    vars(recovery)["decide"] = lambda rows, known, session: (decide(rows, known, session)[0], [])


def journal_not_synced() -> None:
    """A commit is told before it is on disk."""
    open_database = database.open_database

    def open_lightly(*args: Any, **kwargs: Any) -> Any:
        db = open_database(*args, **kwargs)
        db.execute("PRAGMA synchronous = OFF")
        return db

    vars(journal)["open_database"] = open_lightly


def ratchets_not_forgotten() -> None:
    """A session from before a power cut goes on as if it were the newest."""
    vars(restoring)["forget_ratchets"] = lambda path: None


MUTANTS: dict[str, Callable[[], None]] = {
    mutant.__name__: mutant
    for mutant in (
        cause_in_a_commit_of_its_own,
        sending_not_marked,
        uncertain_taken_for_unsent,
        lost_not_reported,
        journal_not_synced,
        ratchets_not_forgotten,
    )
}
