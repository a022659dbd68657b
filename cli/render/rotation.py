"""How far the rotation of a tenant's key is: bars on a terminal, a line elsewhere, JSON for scripts."""

from types import TracebackType
from typing import Any, Protocol, Self

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from comptoir.cli.output import print_json, print_line
from comptoir.cli.render.console import console

_WORDS = {"journal": "journal", "files": "files", "vault": "credentials"}


class RotationView(Protocol):
    """Entered for one tenant."""

    def show(self, progress: dict[str, Any]) -> None: ...
    def end(self, rotated: dict[str, Any]) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class _View:
    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


class JsonLines(_View):
    def show(self, progress: dict[str, Any]) -> None:
        print_json({"event": "progress"} | progress)

    def end(self, rotated: dict[str, Any]) -> None:
        print_json({"event": "rotated"} | rotated)


class PlainLines(_View):
    def show(self, progress: dict[str, Any]) -> None:
        """Only the end is worth a line of a log."""

    def end(self, rotated: dict[str, Any]) -> None:
        print_line(_sentence(rotated))


class Bars(_View):
    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console(), transient=True
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, progress: dict[str, Any]) -> None:
        what = str(progress["what"])
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(f"{progress['tenant']}: {_WORDS.get(what, what)}")
        self._progress.update(self._tasks[what], completed=progress["done"], total=progress["total"])

    def end(self, rotated: dict[str, Any]) -> None:
        self._progress.stop()
        print_line(_sentence(rotated))


def _sentence(rotated: dict[str, Any]) -> str:
    return (
        f"{rotated['tenant']} has a new key, version {rotated['version']}, and rested for "
        f"{rotated['pause_ms'] / 1000:.1f} s; the old key opens nothing but old backups"
    )
