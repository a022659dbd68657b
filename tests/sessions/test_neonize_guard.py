"""neonize is loaded in two steps, whole and pinned, and never fetches a library."""

import base64
import hashlib
import importlib.metadata
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from comptoir.sessions import neonize_guard
from comptoir.sessions.neonize_guard import PINNED, LibraryUnfitError, check_distribution, check_library

LIBRARY = b"\x7fELF a stand-in for the shared library"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A site-packages folder with a sound little neonize in it."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(LIBRARY).digest()).decode().rstrip("=")
    name = "neonize/neonize-linux-amd64.so"
    info = tmp_path / f"neonize-{PINNED}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: neonize\nVersion: {PINNED}\n")
    (info / "RECORD").write_text(f"{name},sha256={digest},{len(LIBRARY)}\n")
    (tmp_path / "neonize").mkdir()
    (tmp_path / name).write_bytes(LIBRARY)
    return tmp_path


def check(site: Path, machine: str = "x86_64") -> None:
    info = site / f"neonize-{PINNED}.dist-info"
    check_distribution(importlib.metadata.Distribution.at(info), machine)


def run(code: str, *path: Path) -> str:
    """Runs code in a process of its own: what loads the Go library must not be forked from again."""
    first = "".join(f"import sys; sys.path.insert(0, {str(entry)!r})\n" for entry in path)
    done = subprocess.run(
        [sys.executable, "-P", "-c", first + code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_installed_library_is_the_pinned_one() -> None:
    check_library()


def test_a_sound_installation_passes(installed: Path) -> None:
    check(installed)


def test_another_version_is_refused(installed: Path) -> None:
    metadata = installed / f"neonize-{PINNED}.dist-info" / "METADATA"
    metadata.write_text(metadata.read_text().replace(PINNED, "0.9.9"))
    with pytest.raises(LibraryUnfitError, match=r"neonize 0\.9\.9 is installed; .* 0\.5\.2 .* install it again"):
        check(installed)


def test_a_missing_library_is_refused(installed: Path) -> None:
    (installed / "neonize/neonize-linux-amd64.so").unlink()
    with pytest.raises(LibraryUnfitError, match="cannot be read"):
        check(installed)


def test_a_changed_library_is_refused(installed: Path) -> None:
    (installed / "neonize/neonize-linux-amd64.so").write_bytes(LIBRARY.replace(b"little", b"larger") + b"!")
    with pytest.raises(LibraryUnfitError, match="not the file that its wheel brought"):
        check(installed)


def test_a_wheel_for_another_machine_is_refused(installed: Path) -> None:
    with pytest.raises(LibraryUnfitError, match=r"neonize-linux-arm64\.so: it is a wheel for another machine"):
        check(installed, "aarch64")


def test_an_unknown_machine_is_refused(installed: Path) -> None:
    with pytest.raises(LibraryUnfitError, match=r"no library for riscv64: .* x86_64 and aarch64"):
        check(installed, "riscv64")


def test_the_python_side_alone_keeps_the_process_forkable() -> None:
    code = """
import logging, os, threading
from pathlib import Path
from comptoir.sessions import neonize_guard
neonize_guard.import_python_side()
import neonize.client
assert ".so" in Path("/proc/self/maps").read_text()
assert "neonize-linux" not in Path("/proc/self/maps").read_text()
assert threading.active_count() == 1, threading.enumerate()
assert not logging.getLogger().handlers and logging.getLogger().level == logging.WARNING
assert "SPHINX" not in os.environ
"""
    assert run(code) == ""


def test_the_library_loads_after_a_fork_and_is_the_pinned_one() -> None:
    code = """
import os, threading
from comptoir.sessions import neonize_guard
neonize_guard.import_python_side()
child = os.fork()
if child == 0:
    neonize_guard.load()
    neonize_guard.load()
    import neonize._binder, neonize.client
    assert neonize.client.gocode is neonize._binder.gocode
    assert [thread.name for thread in threading.enumerate()] == ["MainThread", "neonize-log"]
    print(neonize._binder.gocode.GetVersion().decode(), flush=True)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""
    assert run(code) == f"{PINNED}\n"


def test_a_lost_library_is_never_fetched(tmp_path: Path) -> None:
    # The check reads the real installation; what is imported is a copy that lost its library after that.
    spec = Path(str(importlib.metadata.distribution("neonize").locate_file("neonize")))
    shutil.copytree(spec, tmp_path / "neonize", ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    code = """
import sys
from comptoir.sessions import neonize_guard
asked = []
reaching_out = {"socket.connect", "socket.getaddrinfo", "socket.sendto"}
sys.addaudithook(lambda event, args: asked.append(args) if event in reaching_out else None)
neonize_guard.import_python_side()
import neonize
try:
    neonize_guard.load()
except neonize_guard.LibraryUnfitError as error:
    print(neonize.__file__, str(error))
assert not asked, asked
"""
    said = run(code, tmp_path)
    assert said.startswith(str(tmp_path))
    assert "wanted to download a library" in said


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_name_of_the_library_is_the_one_neonize_looks_for(machine: str) -> None:
    code = f"""
from comptoir.sessions import neonize_guard
neonize_guard.import_python_side()
from neonize.utils.platform import generated_name
print(generated_name("linux", {machine!r}))
"""
    assert run(code) == f"neonize-linux-{neonize_guard.ARCHITECTURES[machine]}.so\n"


def test_this_machine_is_one_that_is_supported() -> None:
    assert platform.machine() in neonize_guard.ARCHITECTURES
