"""The package builds, installs and starts in every form that it is given out in, and its lock is whole."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from comptoir.sessions import neonize_guard

ROOT = Path(__file__).parents[1]
PACKAGES = ("gateway", "sessions", "plugins", "cli", "lab")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
# The first words of an entry: `name==version`, and a marker where there is one.
LOCKED = [Requirement(line) for line in re.findall(r"^([a-z][^\n]*?) \\$", LOCK, re.MULTILINE)]


def attempt(*command: str | Path, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """Runs a command that must succeed; returns its output."""
    done = attempt(*command, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(source: Path, target: str, into: Path) -> Path:
    """Builds with the backend itself: no isolation, no network."""
    run(sys.executable, "-P", "-m", "hatchling", "build", "-t", target, "-d", into, cwd=source)
    (made,) = into.iterdir()
    return made


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def source_files() -> Iterator[str]:
    """What the tree holds of the package, by its path in a wheel."""
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                yield f"comptoir/{file.relative_to(ROOT).as_posix()}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source archive, unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    # tar itself: what tarfile asks for differs between the patch releases of Python 3.11.
    run("tar", "xzf", build(ROOT, "sdist", tmp_path_factory.mktemp("archive")), "-C", folder)
    (top,) = folder.iterdir()
    return top


def environment_with(wheel: Path, folder: Path) -> Path:
    """A virtual environment with the wheel, and what it depends on from the environment of the tests."""
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    python = folder / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index", wheel)
    site = folder / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    # By a .pth file: those in the folder that it names are not read, so that our editable install stays out.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def where(environment: Path, *modules: str) -> list[Path]:
    """Where an environment finds these modules, which it imports."""
    code = "".join(f"import {module}; print({module}.__file__)\n" for module in modules)
    return [Path(line) for line in run(environment / "bin" / "python", "-P", "-c", code).splitlines()]


MODULES = (
    "comptoir.gateway.client",
    "comptoir.sessions.protocol",
    "comptoir.plugins.api",
    "comptoir.cli.main",
)


def test_a_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = {name for name in contents(wheel) if ".dist-info/" not in name and ".data/" not in name}
    assert names == set(source_files())


# Where the files for systemd lie below an environment; docs/vps.md names them.
FOR_SYSTEMD = {
    "lib/systemd/system/comptoir.service": "comptoir.service",
    "lib/sysusers.d/comptoir.conf": "comptoir.sysusers",
    "lib/tmpfiles.d/comptoir.conf": "comptoir.tmpfiles",
}


def test_the_files_for_systemd_come_along(wheel: Path, unpacked: Path, tmp_path: Path) -> None:
    environment = environment_with(wheel, tmp_path)
    for installed, source in FOR_SYSTEMD.items():
        written = (ROOT / "systemd" / source).read_bytes()
        assert (environment / installed).read_bytes() == (unpacked / "systemd" / source).read_bytes() == written
        assert f"/opt/comptoir/{installed}" in (ROOT / "docs/vps.md").read_text(encoding="utf-8")
    shipped = {name.partition(".data/data/")[2] for name in contents(wheel) if ".data/" in name}
    assert shipped == FOR_SYSTEMD.keys()


def test_a_wheel_made_from_the_source_archive_is_the_same(wheel: Path, unpacked: Path, tmp_path: Path) -> None:
    assert contents(build(unpacked, "wheel", tmp_path)) == contents(wheel)


def test_the_source_archive_holds_what_developing_needs(unpacked: Path) -> None:
    for name in ("run", ".ci/run", "requirements.lock", "tests/test_packaging.py", "docs/README.md"):
        assert (unpacked / name).read_bytes() == (ROOT / name).read_bytes()
    assert os.access(unpacked / "run", os.X_OK)
    assert not (unpacked / ".dev").exists()


def test_an_installed_wheel_starts(wheel: Path, tmp_path: Path) -> None:
    environment = environment_with(wheel, tmp_path)
    assert all(path.is_relative_to(tmp_path) for path in where(environment, *MODULES))
    assert "Usage: comptoir" in run(environment / "bin" / "comptoir", "--help")


def test_an_editable_install_runs_the_tree(tmp_path: Path) -> None:
    made = build(ROOT, "wheel:editable", tmp_path / "built")
    environment = environment_with(made, tmp_path / "environment")
    found = [path.resolve() for path in where(environment, *MODULES)]
    assert found == [ROOT / f"{module.removeprefix('comptoir.').replace('.', '/')}.py" for module in MODULES]
    assert "Usage: comptoir" in run(environment / "bin" / "comptoir", "--help")


def test_every_locked_package_has_a_hash() -> None:
    entries = re.split(r"^(?=[a-z])", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) == len(LOCKED)
    assert not [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry]


def test_the_lock_names_no_server() -> None:
    assert "://" not in LOCK
    assert "--index" not in LOCK
    assert "--find-links" not in LOCK


def locked_here() -> dict[str, Requirement]:
    """What the lock says for this Python on this machine."""
    return {canonicalize_name(entry.name): entry for entry in LOCKED if entry.marker is None or entry.marker.evaluate()}


def pinned(requirement: Requirement) -> str:
    (specifier,) = requirement.specifier
    assert specifier.operator == "=="
    return specifier.version


def test_the_lock_answers_pyproject() -> None:
    groups = (
        PROJECT["project"]["dependencies"],
        PROJECT["dependency-groups"]["dev"],
        PROJECT["build-system"]["requires"],
    )
    locked = locked_here()
    for wanted in map(Requirement, (text for group in groups for text in group)):
        entry = locked.get(canonicalize_name(wanted.name))
        assert entry, f"{wanted.name} is not in requirements.lock: ./run lock"
        assert wanted.specifier.contains(pinned(entry)), f"requirements.lock has {entry} for {wanted}: ./run lock"


def test_the_lock_is_whole() -> None:
    """It is installed without looking for dependencies, so that each one must be in it."""
    locked = locked_here()
    missing = [
        f"{name} needs {text}"
        for name in locked
        for text in metadata.requires(name) or ()
        if (wanted := Requirement(text)).marker is None or wanted.marker.evaluate({"extra": ""})
        if (entry := locked.get(canonicalize_name(wanted.name))) is None or not wanted.specifier.contains(pinned(entry))
    ]
    assert not missing


def test_neonize_is_one_version_everywhere() -> None:
    (wanted,) = (text for text in PROJECT["project"]["dependencies"] if text.startswith("neonize"))
    assert wanted == f"neonize=={neonize_guard.PINNED}"
    assert pinned(locked_here()["neonize"]) == neonize_guard.PINNED


def test_the_notice_names_every_package() -> None:
    named = set(re.findall(r"[\w-]+", (ROOT / "NOTICE").read_text(encoding="utf-8")))
    assert not [name for name in locked_here() if name not in named]


def test_run_tells_its_commands() -> None:
    said = run("./run", "--help")
    for command in ("demo", "test", "lint", "types", "picture", "crash", "shell"):
        assert re.search(rf"^  {command} ", said, re.MULTILINE)


def test_run_refuses_a_command_that_it_does_not_have() -> None:
    done = attempt("./run", "dance")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "run: no such command: dance"


def test_run_says_that_there_are_no_crash_runs(tmp_path: Path) -> None:
    shutil.copy(ROOT / "run", tmp_path)
    done = attempt(tmp_path / "run", "crash")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "run: no crash runs here: tests/crash is missing; `./run test` runs what there is"
    ]


def test_run_refuses_a_python_that_does_not_fit(unpacked: Path, tmp_path: Path) -> None:
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\necho 3.9\n")
    old.chmod(0o755)
    done = attempt(unpacked / "run", "test", PYTHON=str(old))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"run: needs Python 3.11, 3.12 or 3.13; {old} is 3.9. Name another: PYTHON=/path/to/python3.13 ./run"
    ]
