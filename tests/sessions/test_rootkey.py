"""Replacing neonize's root key, in processes of their own: the Go library stays loaded for good."""

import subprocess
import sys

import pytest

from comptoir.sessions.rootkey import trust_root_key

LOAD = "from comptoir.sessions import neonize_guard; neonize_guard.load()"
COUNT = """
import ctypes, re
from pathlib import Path
def count(wanted):
    maps = re.findall(r"(\\w+)-(\\w+) rw.*neonize-linux", Path("/proc/self/maps").read_text())
    regions = [(int(start, 16), int(end, 16)) for start, end in maps]
    return sum(ctypes.string_at(start, end - start).count(wanted) for start, end in regions)
whatsapp = bytes.fromhex("142375574d0a5871")
lab = bytes(range(100, 132))
"""
TRUST = "from comptoir.sessions.rootkey import trust_root_key"


def run(*lines: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, timeout=60, check=False
    )


def test_the_key_is_replaced_where_it_lies() -> None:
    done = run(
        LOAD,
        COUNT,
        TRUST,
        "before = count(whatsapp), count(lab)",
        "trust_root_key(lab)",
        "trust_root_key(lab)",
        "print(before, (count(whatsapp), count(lab)))",
    )
    assert done.stdout.splitlines()[-1:] == ["(1, 0) (0, 1)"], done.stderr


def test_a_second_key_is_refused() -> None:
    done = run(LOAD, COUNT, TRUST, "trust_root_key(lab)", "trust_root_key(lab[::-1])")
    assert "WhatsApp's root key lies 0 times" in done.stderr
    assert done.returncode == 1


def test_without_the_library_it_says_so() -> None:
    done = run(TRUST, "trust_root_key(bytes(32))")
    assert "neonize's library is not loaded yet" in done.stderr


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes, this one has 31"):
        trust_root_key(bytes(31))
