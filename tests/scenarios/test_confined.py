"""A daemon with real neonize under what the unit for systemd forbids, as far as a process can forbid it to itself."""

import ctypes
import subprocess
import sys
from pathlib import Path

import crowd
import pytest
import rig

# prctl(2): no memory that was writable becomes executable, no program gains rights, no capability is left to gain.
CONFINED = """
import ctypes, resource, sys
libc = ctypes.CDLL(None, use_errno=True)
PR_SET_MDWE, PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP = 65, 38, 24
def confine(*arguments):
    if libc.prctl(*arguments, *[0] * (5 - len(arguments))):
        sys.exit(f"prctl{arguments}: {ctypes.get_errno()}")
for capability in range(64):
    libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
confine(PR_SET_NO_NEW_PRIVS, 1)
confine(PR_SET_MDWE, 1)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
"""
RUN = "from comptoir.gateway.daemon import main\nsys.exit(main())"
# Memory that may be written and executed: refused where the confinement holds.
TRY = "import mmap\nmmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)"


def attempt(code: str) -> int:
    return subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, timeout=30, check=False).returncode


@pytest.mark.skipif(
    ctypes.CDLL(None).prctl(66, 0, 0, 0, 0) < 0, reason="the kernel has no PR_SET_MDWE: Linux 6.3 or later is needed"
)
async def test_a_shop_is_linked_and_answers_where_no_memory_may_become_executable() -> None:
    assert attempt(TRY) == 0
    assert attempt(CONFINED + TRY) == 1

    def start(home: Path) -> rig.Start:
        return rig.Start(command=(sys.executable, "-P", "-W", "ignore", "-c", CONFINED + RUN))

    async with rig.open_rig(start=start) as here:
        shop = await here.add_shop("chez-awa", "+221770000001", crowd.config("chez-awa"))
        customer = here.lab.customer("+221771000001")
        await customer.say(shop.number, "menu")
        (heard,) = await customer.wait_heard(1)
        assert heard.text == crowd.answer(shop, "menu")
        worker = (await here.status(shop.name))["pid"]
        status = Path(f"/proc/{worker}/status").read_text()
        assert "NoNewPrivs:\t1" in status
        assert "CapBnd:\t0000000000000000" in status
