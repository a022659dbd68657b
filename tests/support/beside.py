"""Shares tests out among processes: the ones marked `waits` run in a process of their own, beside all others."""

import pytest
from xdist.scheduler import LoadGroupScheduling
from xdist.workermanage import WorkerController

MARK = "waits"


def put_first(items: list[pytest.Item]) -> None:
    """Those that wait make one group, which is shared out first."""
    for item in items:
        if item.get_closest_marker(MARK):
            item.add_marker(pytest.mark.xdist_group(MARK))
    items.sort(key=lambda item: item.get_closest_marker(MARK) is None)


class Beside(LoadGroupScheduling):
    """One process has the group and ends with it, so that it never takes a core from the others."""

    def _reschedule(self, node: WorkerController) -> None:
        if MARK not in self.assigned_work[node]:
            super()._reschedule(node)
        elif not node.shutting_down:
            node.shutdown()
