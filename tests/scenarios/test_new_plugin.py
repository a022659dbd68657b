"""From `comptoir plugin new` to a customer's answer: the package is built, installed, named in a file that is saved."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
import rig

NAME = "chez-awa"
HEAD = 'version = 1\nname = "Chez Awa"\nlang = "fr"\ncountry = "SN"\ntimezone = "Africa/Dakar"\n'


def run(*command: str | Path, cwd: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, timeout=60, check=False
    )


def comptoir(*arguments: str, cwd: Path, environment: Mapping[str, str]) -> str:
    done = run(sys.executable, "-P", "-m", "comptoir.cli", *arguments, cwd=cwd, environment=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def install(package: Path, target: Path) -> None:
    """As pip does with a package that is all Python, and without asking any index."""
    built = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "dist", cwd=package, environment={})
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = (package / "dist").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)


def offer_broken(target: Path) -> None:
    (target / "casse.py").write_text("from nowhere import anything\n")
    metadata = target / "casse-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: casse\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[comptoir.plugins]\ncasse = casse:Casse\n")


@pytest.mark.shows(
    under="configuration",
    what="a plugin of another package, and one that cannot be imported, named in `tenant.toml`",
    happens="after the save, without a command, the one answers; the other is left out and named, with the reason, "
    "in status, events and by `check`",
)
async def test_the_package_that_plugin_new_writes_answers(tmp_path: Path) -> None:
    target = tmp_path / "installed"
    environment = {"PYTHONPATH": os.pathsep.join([str(target), os.environ.get("PYTHONPATH", "")])}
    told = comptoir("plugin", "new", "ma-meteo", cwd=tmp_path, environment={})
    assert f"pip install {tmp_path / 'ma-meteo'}" in told
    tested = run(sys.executable, "-m", "pytest", "-q", cwd=tmp_path / "ma-meteo", environment={})
    assert "2 passed" in tested.stdout, tested.stdout + tested.stderr
    install(tmp_path / "ma-meteo", target)
    offer_broken(target)

    async with rig.open_rig(start=lambda _home: rig.Start(environment=environment)) as here:
        shop = await here.add_shop(NAME, "+221770000001", HEAD + "pipeline = []\n")
        customer = here.lab.customer("+221771000001", "Moussa")
        seen = len(here.events)
        file = here.home / "config" / "tenants" / NAME / "tenant.toml"
        file.write_text(HEAD + 'pipeline = ["casse", "ma-meteo"]\n[plugins.ma-meteo]\nword = "météo"\n')
        out = await here.wait_event(lambda event: event["kind"] == "plugin_left_out", after=seen)
        assert (out["plugin"], "No module named 'nowhere'" in out["reason"]) == ("casse", True)
        loaded = await here.wait_event(lambda event: event["kind"] == "config_loaded", after=seen)
        assert loaded["plugins"][-1] == "ma-meteo"
        await customer.say(shop.number, "la météo ?")
        await customer.wait_heard(1)
        await customer.say(shop.number, "La MÉTÉO svp")
        await customer.wait_heard(2)
        assert [item.text for item in customer.heard()][-1] == "Bonjour Moussa, ici Chez Awa."
        rows = {row["plugin"]: row for row in (await here.status(NAME))["pipeline"]}
        assert rows["ma-meteo"]["state"] == "running"
        assert (rows["casse"]["state"], "nowhere" in rows["casse"]["last_fault"]) == ("left out", True)
        said = comptoir("check", NAME, cwd=tmp_path, environment=environment | {"COMPTOIR_HOME": str(here.home)})
        assert "chez-awa: the plugin casse is left out: cannot be imported: ModuleNotFoundError" in said
