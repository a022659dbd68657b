"""`daemon.py` is the product with one plugin more; `daemon.py unsealed` is the same without its protection."""

import os
import sys
from pathlib import Path

SUPPORT = str(Path(__file__).parents[1])
UNSEALED = "unsealed" in sys.argv[1:]

sys.path.insert(0, SUPPORT)
if UNSEALED:
    # Before the product takes names from what it changes; in the forkserver, too.
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (SUPPORT, os.environ.get("PYTHONPATH"))))
    from leaks import unsealing


def main() -> int:
    from comptoir.gateway import daemon
    from comptoir.gateway.forkserver import PRELOAD
    from comptoir.gateway.targets import Targets
    from leaks.faulty import run_with_faulty

    if UNSEALED:
        unsealing.tell_master_key()
    first = (unsealing.__name__,) if UNSEALED else ()
    return daemon.main(Targets(run_with_faulty), preload=(*first, *PRELOAD))


if __name__ == "__main__":
    sys.exit(main())
