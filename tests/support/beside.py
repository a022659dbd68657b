"""Shares tests out among processes: those that do little but wait run in two of their own, beside all others."""

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

BUSY = 2
"""Processes that have what computes. More would make customers and shops wait longer than their quiet spells."""
# The slowest first, so that none of them is what everybody waits for at the end.
_NAMES = (
    "silent_loss", "absence", "media", "bots", "encryption_faults", "delivery_faults", "connection_faults", "greetings",
    "lost_unread", "parking", "calls", "groups", "changed_messages", "kinds", "people_act", "pairing_code", "logs",
)  # fmt: skip
_WAITING = tuple(f"tests/scenarios/test_{name}.py::" for name in _NAMES)
# Tests of one of these look at the same long play or reading, which is done once.
_TOGETHER = (
    "tests/plugins/test_orders_corpus.py",
    "tests/plugins/test_hostile_conversations.py",
    "tests/test_architecture.py",
)


def _rank(test: str) -> int:
    """Where it stands among those that wait; behind them all for any other."""
    return next((place for place, module in enumerate(_WAITING) if test.startswith(module)), len(_WAITING))


def _waits(scope: str) -> bool:
    return scope.startswith(_WAITING)


def put_first(items: list[pytest.Item]) -> None:
    """Those that wait are the first to be shared out."""
    items.sort(key=lambda item: _rank(item.nodeid))


class Beside(LoadScopeScheduling):
    """All processes but two have those that wait, and end with them, so that they never take a core from these two;
    which take of those that wait, too, once they have nothing else.
    """

    _waiters: frozenset[WorkerController] = frozenset()

    def schedule(self) -> None:
        if self.collection is None:
            self._waiters = frozenset(self.nodes[BUSY:])
        super().schedule()

    def _split_scope(self, nodeid: str) -> str:
        return next((module for module in _TOGETHER if nodeid.startswith(module)), nodeid)

    def _reschedule(self, node: WorkerController) -> None:
        if self._next(node) is not None or not self.workqueue:
            super()._reschedule(node)
        elif not node.shutting_down:
            node.shutdown()

    def _assign_work_unit(self, node: WorkerController) -> None:
        if (scope := self._next(node)) is not None:
            self.workqueue.move_to_end(scope, last=False)
            super()._assign_work_unit(node)

    def _next(self, node: WorkerController) -> str | None:
        """What it is to run next; None for nothing of what there is."""
        waits = node in self._waiters
        fitting = next((scope for scope in self.workqueue if _waits(scope) == waits), None)
        return fitting if waits or fitting is not None else next(iter(self.workqueue), None)
