"""Preloaded by the forkserver: puts points around the fork itself."""

import os

from killing.arming import pass_by
from killing.points import FORK_ASKED, FORKED, FORKSERVER, NEWBORN

_fork = os.fork


def fork() -> int:
    pass_by(FORKSERVER, FORK_ASKED)
    pid = _fork()
    pass_by(FORKSERVER, FORKED if pid else NEWBORN)
    return pid


os.fork = fork
