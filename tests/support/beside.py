"""Shares tests out among processes: those that do little but wait run in one of their own, beside all others."""

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

WAITS = "waits"
_NAMES = (
    "absence", "bots", "connection_faults", "delivery_faults", "encryption_faults", "greetings", "lost_unread", "media",
    "parking", "silent_loss",
)  # fmt: skip
_WAITING = tuple(f"tests/scenarios/test_{name}.py::" for name in _NAMES)
# Their tests look at the same long play, which is played once.
_TOGETHER = (
    "tests/plugins/test_orders_corpus.py",
    "tests/plugins/test_hostile_conversations.py",
    "tests/test_architecture.py",
)


def _scope(test: str) -> str:
    if test.startswith(_WAITING):
        return WAITS
    return next((module for module in _TOGETHER if test.startswith(module)), test)


def put_first(items: list[pytest.Item]) -> None:
    """Those that wait are the first to be shared out, so that they end before the others do."""
    items.sort(key=lambda item: _scope(item.nodeid) != WAITS)


class Beside(LoadScopeScheduling):
    """The process that has those ends with them, so that it never takes a core from the others."""

    def _split_scope(self, nodeid: str) -> str:
        return _scope(nodeid)

    def _reschedule(self, node: WorkerController) -> None:
        if WAITS not in self.assigned_work[node]:
            super()._reschedule(node)
        elif not node.shutting_down:
            node.shutdown()
