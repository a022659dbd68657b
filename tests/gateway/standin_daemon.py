"""The daemon with stand-in workers, for tests that need it as a process of its own."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import standin_worker
from standin_vault import run_standin_vault

from comptoir.gateway.daemon import main
from comptoir.gateway.targets import Targets

if __name__ == "__main__":
    sys.exit(main(Targets(standin_worker.run_standin, run_standin_vault), preload=()))
