"""Random edits of a tenant's files while customers write: what was saved when, what was answered when, and by which.

Each version of the file that is right has a number of its own, which its answer says and its owner's number ends with.
"""

import os
import random
import shutil
import statistics
import tomllib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import trio
from rig import Rig, Shop

NAME = "chez-awa"
IN_FORCE_LIMIT = 15.0
"""Seconds that a save which stands is waited for; how long it took is another question."""
QUESTIONS = ("Bonjour, menu svp ?", "un menu", "le menu alors")
"""Of each customer; then another one comes, because who asks without an end is taken for a bot."""
ANSWER_LIMIT = 30.0


def version(number: int) -> str:
    return (
        f'version = 1\nname = "Café Awa"\nlang = "fr"\ncountry = "SN"\ntimezone = "Africa/Dakar"\n'
        f'owner = "{owner(number)}"\npipeline = ["answers"]\n\n'
        f'[[plugins.answers.entries]]\nwords = ["menu"]\ntext = "édition {number}"\n'
    )


def owner(number: int) -> str:
    return f"+22176{number:07}"


BROKEN: tuple[Callable[[str], str], ...] = (
    lambda text: text.replace('["answers"]', '["answers"'),
    lambda text: text.replace('["answers"]', '["anwsers"]'),
    lambda text: text.replace("Africa/Dakar", "Africa/Dakkar"),
    lambda text: text.replace("country", "countri"),
    lambda text: text.replace("version = 1", "version = 2"),
    lambda text: text.replace('"Café Awa"', "“Café Awa”"),
    lambda text: text.replace('["menu"]', '"menu"'),
    lambda text: text + '[plugins.answers]\nlevel = "high"\n',
    lambda text: text + "# " + "x" * 1_100_000,
    lambda text: "",
    lambda text: "\0",
)


@dataclass
class Save:
    """A version that was right when it was saved."""

    number: int
    began: float
    ended: float = 0.0
    in_force: float | None = None
    """When that was told; None where nobody waited for it, because the next edit came first."""


@dataclass(frozen=True)
class Answer:
    said: float
    heard: float
    text: str

    @property
    def number(self) -> int:
        return int(self.text.removeprefix("édition "))


@dataclass
class Editing:
    """`run` makes the edits; `saves` and `answers` grow."""

    here: Rig
    shop: Shop
    random: random.Random
    pause: float
    """Seconds between two edits, at most: longer and shorter than what a save is waited for to be whole."""
    saves: list[Save] = field(default_factory=lambda: [Save(0, began=0.0)])
    """The first is what there was before any edit."""
    answers: list[Answer] = field(default_factory=list)
    edits: dict[str, int] = field(default_factory=dict)
    """How often each kind was made."""
    over: bool = False

    @property
    def folder(self) -> Path:
        return self.here.home / "config" / "tenants" / NAME

    @property
    def file(self) -> Path:
        return self.folder / "tenant.toml"

    async def run(self, count: int) -> None:
        right = (
            self.in_place, self.in_its_place, self.as_vim_does, self.with_a_mark, self.with_windows_lines,
            self.by_halves, self.by_a_link_within, self.with_the_folder_away,
        )  # fmt: skip
        wrong = (
            self.broken, self.broken, self.half_only, self.in_utf_16, self.in_cp1252, self.deleted, self.renamed,
            self.by_a_link_out, self.a_folder_instead, self.a_pipe_instead, self.wording, self.knowledge,
        )  # fmt: skip
        for left in reversed(range(count)):
            # The last one is right, and stands.
            edit = self.random.choice(wrong if left and self.random.random() < 0.45 else right)
            self.edits[edit.__name__] = self.edits.get(edit.__name__, 0) + 1
            if edit in wrong:
                await edit()
                await trio.sleep(self.random.uniform(0, self.pause))
            else:
                await self.save(edit, stands=not left or self.random.random() < 0.5)

    async def save(self, edit: Callable[[str], Awaitable[None]], *, stands: bool) -> None:
        self.mend()
        seen = len(self.here.events)
        save = Save(len(self.saves), trio.current_time())
        self.saves.append(save)
        await edit(version(save.number))
        save.ended = trio.current_time()
        if stands:
            await self.wait_in_force(save, seen)
        else:
            await trio.sleep(self.random.uniform(0, self.pause))

    async def wait_in_force(self, save: Save, seen: int) -> None:
        with trio.fail_after(IN_FORCE_LIMIT):
            while True:
                await self.here.wait_event(lambda event: event["kind"] == "config_loaded", IN_FORCE_LIMIT, after=seen)
                told, seen = trio.current_time(), len(self.here.events)
                shown = await self.here.call("tenant.show", tenant=NAME)
                if shown.get("owner") == owner(save.number):
                    save.in_force = told
                    return

    # --- edits that are right

    async def in_place(self, text: str) -> None:
        self.file.write_text(text)

    async def in_its_place(self, text: str) -> None:
        other = self.folder / ".tenant.toml.new"
        other.write_text(text)
        other.replace(self.file)

    async def as_vim_does(self, text: str) -> None:
        (self.folder / "4913").touch()
        (self.folder / "4913").unlink()
        if self.file.exists():
            self.file.rename(self.folder / "tenant.toml~")
        self.file.write_text(text)
        (self.folder / "tenant.toml~").unlink(missing_ok=True)

    async def with_a_mark(self, text: str) -> None:
        self.file.write_bytes(text.encode("utf-8-sig"))

    async def with_windows_lines(self, text: str) -> None:
        self.file.write_bytes(text.replace("\n", "\r\n").encode())

    async def by_halves(self, text: str) -> None:
        """Slowly, so that the first half is seen alone."""
        cut = self.cut(text)
        with self.file.open("w") as file:
            file.write(text[:cut])
            file.flush()
            await trio.sleep(self.random.uniform(0, 0.4))
            file.write(text[cut:])

    async def by_a_link_within(self, text: str) -> None:
        (self.folder / "really.toml").write_text(text)
        self.file.unlink(missing_ok=True)
        self.file.symlink_to("really.toml")

    async def with_the_folder_away(self, text: str) -> None:
        away = self.folder.with_name(".away")
        self.folder.rename(away)
        await trio.sleep(self.random.uniform(0, 0.3))
        (away / "tenant.toml").write_text(text)
        away.rename(self.folder)

    # --- and those that are wrong

    async def broken(self) -> None:
        self.overwrite(self.random.choice(BROKEN)(version(0)).encode())

    async def half_only(self) -> None:
        text = version(0)
        self.overwrite(
            text[: self.random.randrange(1, text.index("edition" if "edition" in text else "édition"))].encode()
        )

    async def in_utf_16(self) -> None:
        self.overwrite(version(0).encode("utf-16"))

    async def in_cp1252(self) -> None:
        self.overwrite(version(0).encode("cp1252"))

    async def deleted(self) -> None:
        self.mend()
        self.file.unlink(missing_ok=True)

    async def renamed(self) -> None:
        self.mend()
        if self.file.exists():
            self.file.replace(self.folder / "old.toml")

    async def by_a_link_out(self) -> None:
        outside = self.here.home / "outside.toml"
        outside.write_text(version(0))
        self.mend()
        self.file.unlink(missing_ok=True)
        self.file.symlink_to(outside)

    async def a_folder_instead(self) -> None:
        self.mend()
        self.file.unlink(missing_ok=True)
        self.file.mkdir()

    async def a_pipe_instead(self) -> None:
        self.mend()
        self.file.unlink(missing_ok=True)
        os.mkfifo(self.file)

    async def wording(self) -> None:
        (self.folder / "wording").mkdir(exist_ok=True)
        (self.folder / "wording" / "fr.toml").write_text('[answers]\nunheard = "of"\n')

    async def knowledge(self) -> None:
        (self.folder / "knowledge").mkdir(exist_ok=True)
        (self.folder / "knowledge" / "out.md").unlink(missing_ok=True)
        (self.folder / "knowledge" / "out.md").symlink_to("/etc/hostname")

    def cut(self, text: str) -> int:
        """Where the first half ends. One that happens to be right by itself is a version like any other."""
        return self.random.choice([end for end in range(1, len(text) - 2) if not _is_whole(text[:end])])

    def overwrite(self, data: bytes) -> None:
        self.mend()
        self.file.write_bytes(data)

    def mend(self) -> None:
        """Away with all that would make a right file wrong, or lead a write elsewhere."""
        for name in ("wording", "knowledge"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        # A file beside it counts as well.
        (self.folder / "old.toml").unlink(missing_ok=True)
        if self.file.is_dir() and not self.file.is_symlink():
            self.file.rmdir()
        elif self.file.is_symlink() or (self.file.exists() and not self.file.is_file()):
            self.file.unlink()

    # --- customers

    async def ask(self, first: int) -> None:
        """Customers, one after the other, who ask until the edits are over; each waits for the answer to the last."""
        number = first
        while not self.over:
            customer = self.here.lab.customer(f"+22178{number:07}")
            for count, question in enumerate(QUESTIONS, 1):
                said = trio.current_time()
                await customer.say(self.shop.number, question)
                await customer.wait_heard(count, seconds=ANSWER_LIMIT, sender=self.shop.number)
                self.answers.append(Answer(said, trio.current_time(), customer.heard()[-1].text))
                if self.over:
                    return
            number += 10

    # --- judging

    def wrong_answers(self) -> list[str]:
        """Answers by a version that was never right, had not been saved yet, or had been replaced for good before."""
        saved = {save.number: save for save in self.saves}
        found = []
        for answer in self.answers:
            save = saved.get(answer.number)
            since = (save.number for save in self.saves if save.in_force is not None and save.in_force < answer.said)
            oldest = max(since, default=0)
            if save is None or save.began > answer.heard or save.number < oldest:
                found.append(f"{answer} while version {oldest} or a later one was in force")
        return found

    @property
    def took(self) -> list[float]:
        """Seconds from each save that stood to its being in force."""
        return sorted(save.in_force - save.ended for save in self.saves if save.in_force is not None)

    def report(self) -> str:
        took = self.took
        p50, p95, slowest = statistics.median(took), took[round(0.95 * (len(took) - 1))], took[-1]
        load = os.getloadavg()[0] / (os.cpu_count() or 1)
        versions = len({answer.number for answer in self.answers})
        return (
            f"{sum(self.edits.values())} edits, {len(self.saves) - 1} of them right; {len(took)} stood, and were in "
            f"force after {p50:.2f} s (p50), {p95:.2f} s (p95), {slowest:.2f} s (max), at a load of {load:.1f} a core\n"
            f"{len(self.answers)} answers by {versions} versions\n{dict(sorted(self.edits.items()))}"
        )


def _is_whole(text: str) -> bool:
    try:
        return "pipeline" in tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
