"""Forgets what is no longer needed; to be called now and then, an hour apart will do."""

from comptoir.sessions.journal import catalogues, figures, inbox, model_usage, outside_queue, receipts, transcriptions
from comptoir.sessions.journal.database import Connection


def prune(db: Connection, now: int) -> None:
    inbox.prune_raw(db, now)
    receipts.prune_early(db, now)
    outside_queue.prune(db, now)
    transcriptions.prune(db, now)
    model_usage.prune(db, now)
    catalogues.prune(db, now)
    figures.prune(db, now)
