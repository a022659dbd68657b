"""Where processes are killed: each point is a function of the product, and before or after it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from comptoir.sessions.events import Connected, MessageReceived, ReceiptReceived


@dataclass(frozen=True, slots=True)
class Point:
    """`function` as `module:name`, or `module:Class.name`; the module is the one that calls it, where it was imported
    by name. `only` looks at the arguments of the call and says whether it counts.
    """

    name: str
    when: Literal["before", "after"]
    function: str
    only: Callable[..., object] | None = None


def _message(_db: object, event: object, _arrival: object) -> bool:
    return isinstance(event, MessageReceived)


def _receipt(_db: object, event: object, _arrival: object) -> bool:
    return isinstance(event, ReceiptReceived)


def _inbox(_worker: object, recorded: Any) -> bool:
    return bool(recorded.inbox)


def _advanced(_worker: object, recorded: Any) -> bool:
    return bool(recorded.advanced)


def _rotated(_registry: object, _tenant: object, **changes: object) -> bool:
    return "key_version" in changes


def _connected(_session: object, change: object) -> bool:
    return isinstance(change, Connected)


RECORD = "comptoir.sessions.journal.recording:record_event"
RECORDED = "comptoir.sessions.worker:Worker._recorded"

TALKING = (
    Point("inbound received, not committed", "after", RECORD, _message),
    Point("inbound committed, not walked", "before", RECORDED, _inbox),
    Point("walk noted, plugins not asked", "before", "comptoir.sessions.answering:walk"),
    Point("walked, effects not committed", "after", "comptoir.sessions.answering:commit"),
    Point("effects committed", "before", "comptoir.sessions.answering:Answerer._settle"),
    Point("sending marked, not committed", "after", "comptoir.sessions.journal.outbox:mark_sending"),
    Point("sending committed, no stanza", "before", "comptoir.sessions.outbox.sender:Sender._send_marked"),
    Point("acknowledged, not committed", "before", "comptoir.sessions.journal.outbox:mark_sent"),
    Point("sent marked, not committed", "after", "comptoir.sessions.journal.outbox:mark_sent"),
    Point("sent committed", "after", "comptoir.sessions.outbox.sender:Sender._send_marked"),
    Point("receipt taken, not committed", "after", RECORD, _receipt),
    Point("receipt committed", "before", RECORDED, _advanced),
)
"""Passed while customers write and are answered."""

FETCHING = (
    Point("file wanted, not fetched", "before", "comptoir.sessions.media.fetcher:Fetcher._attempt"),
    Point("file fetched, not kept", "before", "comptoir.sessions.media.keeper:MediaKeeper.keep"),
    Point("file kept, not committed", "after", "comptoir.sessions.journal.fetches:mark_kept"),
    Point("file committed, message not released", "before", "comptoir.sessions.media.fetcher:Fetcher._notice"),
)
"""Passed while customers send files."""

RISING = (
    Point("journal opened, nothing judged", "before", "comptoir.sessions.recovering:recover"),
    Point("crash judged, not committed", "after", "comptoir.sessions.journal.recovery:judge_rest"),
    Point("crash judged, not connected", "after", "comptoir.sessions.recovering:recover"),
    Point("connected, backlog not read", "before", "comptoir.sessions.session:Session._follow", _connected),
)
"""Passed by a worker that starts after another was killed."""

ORDERING = (
    Point("order written, stock not taken", "after", "comptoir.sessions.journal.orders:insert"),
    Point("stock taken, receipt not queued", "after", "comptoir.sessions.journal.stock:take"),
    Point("receipt queued, order not committed", "after", "comptoir.sessions.shopkeeping.ordering:place"),
)
"""Passed where a customer's yes becomes an order."""

WORKER = TALKING + FETCHING + RISING + ORDERING

FORK_ASKED, FORKED, NEWBORN = "fork asked for, not done", "forked, not told", "newborn, nothing run"
FORKSERVER = "forkserver"
FORKING = (FORK_ASKED, FORKED, NEWBORN)
"""In the forkserver, and in its child; passed whenever a process is forked."""

DAEMON = (
    Point("worker prepared, fork not asked", "after", "comptoir.gateway.tenant_supervisor:prepare"),
    Point("forked, daemon not watching", "after", "comptoir.gateway.forkserver:Forkserver._start"),
)
"""In the daemon; passed when a worker is killed."""

THE_VAULT = "vault"
SEALING = (
    Point("session copied, not sealed", "after", "comptoir.gateway.vault.live:LiveSession.copy"),
    Point("generation sealed, not committed", "after", "comptoir.gateway.vault.sealing:Seal.seal_manifest"),
    Point("generation committed, not told", "after", "comptoir.gateway.vault.file:VaultFile.seal"),
)
"""In the vault; passed about once a second while customers write."""
RESTORING = (
    Point("vault opened, nothing restored", "before", "comptoir.gateway.vault.restoring:forget_ratchets"),
    Point("restored, not in its place", "after", "comptoir.gateway.vault.restoring:forget_ratchets"),
    Point("restored, not told", "after", "comptoir.gateway.vault.serving:restore"),
)
"""In the vault; passed when RAM was lost."""
VAULT = SEALING + RESTORING
NOTING = (Point("generations told, not noted", "before", "comptoir.gateway.registry:Registry.note_generations"),)
"""In the daemon; passed about once a second while customers write."""

REKEYING = (
    Point("new key noted, nothing encrypted", "before", "comptoir.sessions.rekeying.steps:build"),
    Point("journal copied under the new key", "after", "comptoir.sessions.rekeying.steps:copy_under"),
    Point("new headers listed", "after", "comptoir.sessions.rekeying.headers:write_list"),
    Point("vault sealed anew", "after", "comptoir.gateway.vault.resealing:seal_anew"),
    Point("all built, nothing replaced", "before", "comptoir.sessions.rekeying.steps:commit"),
    Point("replacing, no header written", "before", "comptoir.sessions.rekeying.headers:apply_list"),
    Point("a header written", "after", "comptoir.sessions.rekeying.headers:_overwrite"),
    Point("a journal replaced", "after", "comptoir.sessions.rekeying.steps:replace"),
    Point("journal replaced, vault not", "after", "comptoir.sessions.rekeying.steps:commit"),
    Point("all replaced, nobody told", "after", "comptoir.gateway.vault.resealing:switch"),
)
"""In the process that encrypts a tenant's files with a new data key."""
REGISTERING = (
    Point("rotation begun, no rekeyer", "before", "comptoir.gateway.rotating:_rekey"),
    Point("rotated, registry not told", "before", "comptoir.gateway.registry:Registry.change", _rotated),
)
"""In the daemon, as it rotates a tenant's data key."""
MASTERING = (
    Point("next master key made, nothing wrapped", "before", "comptoir.gateway.registry:Registry.change_master_key"),
    Point("wrapped anew, key not in its place", "after", "comptoir.gateway.registry:Registry.change_master_key"),
)
"""In the daemon, as it rotates the master key."""
