"""Which configuration is in force, who is told of one that is wrong, and what outlives the worker; a real journal."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio

from comptoir.plugins import loading
from comptoir.plugins.api import Plugin
from comptoir.plugins.checking import parse_files
from comptoir.plugins.config import TenantConfig
from comptoir.plugins.faults import ConfigWrong
from comptoir.plugins.folder import TenantFiles
from comptoir.plugins.loading import Pipeline
from comptoir.sessions import configuration, reloading
from comptoir.sessions.journal import event_log, history
from comptoir.sessions.journal.journal import Journal, open_journal
from comptoir.sessions.reloading import Reloading

KEY = bytes(32)
OWNER = "+221770000099"
RIGHT = f"""version = 1
name = "Chez Awa"
country = "SN"
timezone = "Africa/Dakar"
owner = "{OWNER}"
pipeline = ["welcome"]

[plugins.welcome]
text = "Bonjour"
"""
SOON = 0.05
"""Seconds, in the place of ten."""


@dataclass
class Rig:
    """One worker's reloading; its pipelines are kept in the order in which they came into force."""

    journal: Journal
    file: Path
    loads: Reloading
    pipelines: list[Pipeline] = field(default_factory=list)
    woken: trio.Event = field(default_factory=trio.Event)
    """The outbox was told that something is queued."""

    async def save(self, text: str) -> None:
        """As the watch would have it loaded."""
        self.file.write_text(text)
        await self.loads.reload(saved=True)

    async def save_wrong(self, text: str) -> None:
        with pytest.raises(ConfigWrong):
            await self.save(text)

    async def notices(self) -> list[str]:
        """What the owner is to get, oldest first."""
        rows = await self.journal.read(history.messages)
        assert {row.chat for row in rows} <= {OWNER}
        return [row.text for row in rows]

    async def wait_notices(self, count: int) -> list[str]:
        with trio.fail_after(5):
            while True:
                seen = self.journal.commits
                if len(notices := await self.notices()) >= count:
                    return notices
                await self.journal.wait_commit(seen)

    async def events(self) -> list[str]:
        return [event.kind for event in await self.journal.read(lambda db: event_log.page(db, 0))]


@asynccontextmanager
async def worker(folder: Path, journal: Journal, tell_after: float = SOON) -> AsyncIterator[Rig]:
    pipelines: list[Pipeline] = []
    woken = trio.Event()

    async def use(pipeline: Pipeline) -> None:
        pipelines.append(pipeline)

    loads = Reloading(journal, folder, use=use, wake_outbox=woken.set, tell_after=tell_after)
    async with trio.open_nursery() as nursery:
        await loads.begin()
        nursery.start_soon(loads.run)
        yield Rig(journal, folder / "tenant.toml", loads, pipelines, woken)
        nursery.cancel_scope.cancel()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(reloading, "HALF_WRITTEN", 0.05)
    folder = tmp_path / "chez-awa"
    folder.mkdir()
    (folder / "tenant.toml").write_text(RIGHT)
    return folder


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    async with open_journal(tmp_path / "tenant.db", KEY) as journal:
        yield journal


def wrong(number: int = 1) -> str:
    return RIGHT.replace('name = "Chez Awa"', f"name = {number}\ncountri = 1")


async def test_what_is_saved_comes_into_force_and_the_same_again_starts_nothing(folder: Path, journal: Journal) -> None:
    async with worker(folder, journal) as rig:
        assert len(rig.pipelines) == 1
        await rig.save(RIGHT)
        assert len(rig.pipelines) == 1
        await rig.save(RIGHT.replace("Chez Awa", "Chez Binta"))
        assert rig.pipelines[-1].config.name == "Chez Binta"
        await rig.loads.reload()
        assert len(rig.pipelines) == 3
        assert await rig.events() == ["config_loaded", "config_loaded"]
        assert await rig.notices() == []


async def test_a_bad_edit_is_said_at_once_and_told_once(folder: Path, journal: Journal) -> None:
    async with worker(folder, journal) as rig:
        await rig.save_wrong(wrong())
        assert str(rig.file) in rig.loads.trouble
        assert rig.pipelines == [rig.pipelines[0]]
        assert await rig.events() == ["config_wrong"]
        (notice,) = await rig.wait_notices(1)
        assert "tenant.toml, ligne 2 : " in notice
        assert "Il y a encore 1 autre erreur." in notice
        with trio.fail_after(5):
            await rig.woken.wait()
        # The same mistake, saved again and again.
        for comment in range(3):
            await rig.save_wrong(wrong() + f"# {comment}\n")
        assert await rig.events() == ["config_wrong", "queued"]
        await rig.save_wrong(wrong(2))
        assert len(await rig.wait_notices(2)) == 2
        await rig.save(RIGHT)
        assert rig.loads.trouble == ""
        assert (await rig.wait_notices(3))[-1] == "C'est corrigé : vos nouveaux réglages sont en service."
        # What was told today is not told again, and so neither is its end.
        await rig.save_wrong(wrong())
        await trio.sleep(2 * SOON)
        await rig.save(RIGHT)
        assert len(await rig.notices()) == 3


async def test_who_corrects_it_soon_is_not_told(folder: Path, journal: Journal) -> None:
    async with worker(folder, journal, tell_after=0.4) as rig:
        # Each of them anew is given the time.
        for number in range(3):
            await rig.save_wrong(wrong(number))
        await rig.save(RIGHT)
        await trio.sleep(0.5)
        assert await rig.notices() == []
        assert await rig.events() == [*["config_wrong"] * 3, "config_loaded"]


async def test_the_next_worker_knows_what_was_right_and_what_was_told(folder: Path, journal: Journal) -> None:
    text = folder / "knowledge" / "livraison.md"
    text.parent.mkdir()
    text.write_bytes(b"Livraison \xe0 Dakar")
    async with worker(folder, journal) as rig:
        await rig.save(RIGHT.replace("Chez Awa", "Chez Binta"))
        text.unlink()
        await rig.save_wrong(wrong())
        await rig.wait_notices(1)
    async with worker(folder, journal) as rig:
        assert [pipeline.config.name for pipeline in rig.pipelines] == ["Chez Binta"]
        assert rig.pipelines[0].tenant.files == {"knowledge/livraison.md": b"Livraison \xe0 Dakar"}
        assert "tenant.toml:2" in rig.loads.trouble
        await trio.sleep(2 * SOON)
        assert len(await rig.notices()) == 1
    rig.file.write_text(RIGHT)
    async with worker(folder, journal) as rig:
        assert len(await rig.notices()) == 2
        assert rig.pipelines[-1].config.name == "Chez Awa"
    async with worker(folder, journal) as rig:
        assert len(await rig.notices()) == 2


async def test_any_file_of_the_folder_counts(folder: Path, journal: Journal) -> None:
    async with worker(folder, journal) as rig:
        (folder / "prices.csv").write_text("bissap;500")
        await rig.save(RIGHT)
        assert rig.pipelines[-1].tenant.files == {"prices.csv": b"bissap;500"}
        (folder / "wording").mkdir()
        (folder / "wording" / "fr.toml").write_text('[welcome]\nnonsense = "Bonjour"\n')
        await rig.save_wrong(RIGHT)
        assert "wording/fr.toml:2:" in rig.loads.trouble
        assert "wording/fr.toml, ligne 2 : " in (await rig.wait_notices(1))[0]
        assert len(rig.pipelines) == 2


async def test_who_is_still_writing_is_waited_for(folder: Path, journal: Journal) -> None:
    async with worker(folder, journal) as rig:
        rig.file.write_text(RIGHT[:100])
        async with trio.open_nursery() as nursery:

            async def reload() -> None:
                await rig.loads.reload(saved=True)

            nursery.start_soon(reload)
            await trio.sleep(reloading.HALF_WRITTEN / 2)
            rig.file.write_text(RIGHT.replace("Chez Awa", "Chez Binta"))
        assert rig.pipelines[-1].config.name == "Chez Binta"
        assert await rig.events() == ["config_loaded"]


async def test_a_package_that_takes_its_time_to_import_holds_up_nobody(
    folder: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with worker(folder, journal) as rig:
        go_on = threading.Event()

        def slowly(files: TenantFiles, place: Path) -> TenantConfig:
            assert go_on.wait(5)
            return parse_files(files, place)

        monkeypatch.setattr(configuration, "parse_files", slowly)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(rig.loads.reload)
            # Were it read here, nothing could let it go on.
            await trio.sleep(0.01)
            go_on.set()
        assert len(rig.pipelines) == 2
        go_on.clear()
        monkeypatch.setattr(configuration, "READ_LIMIT", 0.05)
        with pytest.raises(ConfigWrong, match=r"la lecture a duré plus de 0\.05 s"):
            await rig.loads.reload()
        go_on.set()
        assert len(rig.pipelines) == 2


async def test_nobody_is_told_where_nothing_was_ever_right(folder: Path, journal: Journal) -> None:
    (folder / "tenant.toml").write_text(wrong())
    async with worker(folder, journal) as rig:
        await trio.sleep(2 * SOON)
        assert await rig.events() == ["config_wrong"]
        assert rig.pipelines == []
        await rig.save(RIGHT)
        assert len(rig.pipelines) == 1


class Stubborn(Plugin):
    name = "optout"
    refuses = False

    async def start(self) -> None:
        if self.refuses:
            raise RuntimeError("no")


async def test_where_a_plugin_that_must_run_does_not_all_stays_as_it_was(
    folder: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "MANDATORY", {"optout": Stubborn})
    async with worker(folder, journal) as rig:
        monkeypatch.setattr(Stubborn, "refuses", True)
        await rig.save_wrong(RIGHT.replace("Chez Awa", "Chez Binta"))
        assert rig.loads.config is rig.pipelines[0].config
        assert "RuntimeError" in rig.loads.trouble
        monkeypatch.setattr(Stubborn, "refuses", False)
        await rig.save(RIGHT.replace("Chez Awa", "Chez Coumba"))
        assert rig.pipelines[-1].config.name == "Chez Coumba"


@pytest.mark.parametrize("rest", ["00;x\n", "00;x"], ids=["ended", "unended"])
async def test_half_of_a_price_is_not_sold_at_while_the_rest_is_on_its_way(
    folder: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch, rest: str
) -> None:
    monkeypatch.setattr(reloading, "ARRIVED", 0.4)
    found, noticed = configuration.arriving, trio.Event()

    def arriving(*asked: Any) -> float | None:
        last = found(*asked)
        if last is not None:
            noticed.set()
        return last

    monkeypatch.setattr(configuration, "arriving", arriving)
    table = folder / "catalogue.csv"
    table.write_text("nom;prix;description\nThé;500;x\n")
    async with worker(folder, journal) as rig:
        table.write_text("nom;prix;description\nThé;6")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(partial(rig.loads.reload, saved=True))
            await noticed.wait()
            assert len(rig.pipelines) == 1
            with table.open("a") as file:
                file.write(rest)
        (_, pipeline) = rig.pipelines
        assert pipeline.tenant.catalogue is not None
        assert pipeline.tenant.catalogue.products[0].variants[0].price == 600


async def test_a_catalogue_that_is_emptied_or_gone_does_not_close_the_shop(folder: Path, journal: Journal) -> None:
    table = folder / "catalogue.csv"
    (folder / "tenant.toml").write_text(RIGHT.replace("pipeline = [", 'pipeline = ["clerk", '))
    table.write_text("nom;prix\nThé;500\n")
    async with worker(folder, journal) as rig:
        table.write_text("nom;prix\n")
        with pytest.raises(ConfigWrong, match="il n'y a plus un seul produit"):
            await rig.loads.reload(saved=True)
        table.unlink()
        with pytest.raises(ConfigWrong):
            await rig.loads.reload()
        assert len(rig.pipelines) == 1
    async with worker(folder, journal) as rig:
        assert "il n'y a plus un seul produit" in rig.loads.trouble
        assert rig.pipelines[0].tenant.catalogue is not None
        await rig.save(RIGHT)
        assert rig.pipelines[-1].tenant.catalogue is None


async def test_a_catalogue_whose_copy_broke_off_does_not_come_into_force(
    folder: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reloading, "ARRIVED", 0.0)
    table = folder / "catalogue.csv"
    whole = "nom;prix\nThé;500\nMil;300\nRiz;2500"

    async def saved(text: str) -> None:
        table.write_text(text)
        await rig.loads.reload(saved=True)

    table.write_text(whole + "\n")
    async with worker(folder, journal) as rig:
        with pytest.raises(ConfigWrong, match=r"catalogue\.csv:1: le fichier s'arrête dans une ligne"):
            await saved("nom;prix\nThé;500\nMil;30")
        # Nothing is missing; then something is, as in a table that its program never ends with a line.
        await saved(whole)
        await saved("nom;prix\nThé;500\nRiz;2500")
        with pytest.raises(ConfigWrong):
            await saved("nom;prix\nT;500")
        await saved("nom;prix\nT;500\n")
        assert len(rig.pipelines) == 4


async def test_a_bad_price_changes_nothing_and_the_next_worker_sells_as_before(folder: Path, journal: Journal) -> None:
    table = folder / "catalogue.csv"
    (folder / "the.jpg").write_bytes(b"a picture")
    table.write_text("nom;prix;photo\nThé;500;the.jpg\n")
    async with worker(folder, journal):
        pass
    table.write_text("nom;prix;photo\nThé;cinq cents;the.jpg\n")
    (folder / "the.jpg").unlink()
    async with worker(folder, journal) as rig:
        assert "catalogue.csv:2: colonne 5" in rig.loads.trouble
        (pipeline,) = rig.pipelines
        assert pipeline.tenant.catalogue is not None
        (tea,) = pipeline.tenant.catalogue.products
        assert (tea.variants[0].price, tea.photo) == (500, "the.jpg")


async def test_timers_of_every_day_follow_what_is_saved(folder: Path, journal: Journal) -> None:
    async def hours() -> list[str]:
        query = "SELECT json_extract(data, '$.at') FROM timers JOIN aliases USING (contact) WHERE alias = ?"
        rows = await journal.read(lambda db: db.execute(query, (OWNER,)).fetchall())
        return [at for (at,) in rows]

    with_desk = RIGHT.replace('["welcome"]', '["desk", "welcome"]')
    async with worker(folder, journal) as rig:
        await rig.save(with_desk + '\n[plugins.desk]\nsummary_at = "20:00"\n')
        assert await hours() == ["20:00:00"]
        await rig.save(with_desk + '\n[plugins.desk]\nsummary_at = "21h30"\n')
        assert await hours() == ["21:30:00"]
        await rig.save(with_desk)
        assert await hours() == []
