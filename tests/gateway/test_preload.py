"""The forkserver swallows the ImportErrors of its preloads: a broken one would only cost memory, unseen."""

import json
import subprocess
import sys
from pathlib import Path

CODE = """
import sys
sys.path.insert(0, sys.argv[1])
import standin_worker, trio
from pathlib import Path
from comptoir.gateway.forkserver import Forkserver
from comptoir.sessions.spec import WorkerSpec

async def main():
    here = Path(sys.argv[1])
    spec = WorkerSpec("awa", here, here, here, bytes(32))
    worker = await Forkserver().fork(standin_worker.report_preload, spec, "worker")
    worker.channel.settimeout(20)
    print(worker.channel.recv(100).decode())

trio.run(main)
"""


def test_workers_find_everything_imported():
    here = str(Path(__file__).parent)
    command = [sys.executable, "-P", "-c", CODE, here]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=60)
    assert json.loads(done.stdout) == [True, True]
