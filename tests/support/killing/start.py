"""`python -P start.py` is the daemon, with points in its processes at which a test may kill them."""

import sys

from comptoir.gateway import policy
from comptoir.gateway.daemon import main
from comptoir.gateway.forkserver import PRELOAD
from comptoir.gateway.targets import Targets
from killing import points, targets
from killing.wrapping import wrap

if __name__ == "__main__":
    # A shop whose worker is killed a hundred times in ten minutes is no crashed one here.
    policy.PARKING_WINDOW = 0.5
    targets.watch_disk()
    wrap(points.DAEMON + points.NOTING + points.REGISTERING + points.MASTERING, "daemon")
    sys.exit(main(Targets(targets.worker, targets.vault, targets.rekeyer), (*PRELOAD, "killing.in_forkserver")))
