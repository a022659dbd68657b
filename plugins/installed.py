"""Plugins of other packages, found by their entry points: only one that a tenant names is imported."""

import importlib
import inspect
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points

from comptoir.plugins.api import API_VERSION, Plugin, PluginConfig

GROUP = "comptoir.plugins"
NAME = re.compile("[a-z][a-z0-9_-]{0,31}")
"""What a plugin may be called: as in a tenant's file, and in the journal for good."""

RESERVED = frozenset({"asker", "bots", "calls", "comptoir", "configuration", "expiry", "fallback", "flood"})
"""As whom the core itself writes and remembers."""

IMPORT_LIMIT = 8.0
"""Seconds for one package."""
_ASYNC = ("start", "message", "unanswered", "timer", "receipt", "conversation", "stop")


@dataclass(frozen=True, slots=True)
class Unusable:
    """A plugin that is there and cannot be used: it is left out, and the rest runs without it."""

    name: str
    reason: str


Found = type[Plugin] | Unusable


class Installed(Mapping[str, Found]):
    """The plugins of the group by name. Asking for one imports its package, anything else imports nothing.

    An import may take as long as its author likes: ask in a thread.
    """

    def __init__(self) -> None:
        self._found: dict[str, Found] = {}

    @cached_property
    def _points(self) -> Mapping[str, tuple[EntryPoint, ...]]:
        """Read when a name is asked for that is none of ours: it costs a process 2 MB."""
        return _offered()

    def __iter__(self) -> Iterator[str]:
        return iter(self._points)

    def __len__(self) -> int:
        return len(self._points)

    def __contains__(self, name: object) -> bool:
        # Mapping's own would ask for it.
        return name in self._points

    def __getitem__(self, name: str) -> Found:
        if name not in self._found:
            self._found[name] = _load(name, self._points[name])
        return self._found[name]

    def within(self, name: str, seconds: float = IMPORT_LIMIT) -> Found:
        """The same, and no longer: for who waits in front of a screen. An import cannot be broken off; it goes on."""
        found: list[Found] = []
        importing = threading.Thread(target=lambda: found.append(self[name]), daemon=True)
        importing.start()
        importing.join(seconds)
        return found[0] if found else Unusable(name, f"its import had not ended after {seconds:g} s")

    def packages(self, name: str) -> tuple[tuple[str, str], ...]:
        """Name and version of each package that offers this plugin."""
        return tuple((point.dist.name, point.dist.version) for point in self._points[name] if point.dist)


def installed() -> Installed:
    """What the environment offers when it is first asked: packages may have come since the last time."""
    return Installed()


def _offered() -> Mapping[str, tuple[EntryPoint, ...]]:
    importlib.invalidate_caches()
    points: dict[str, tuple[EntryPoint, ...]] = {}
    for point in entry_points(group=GROUP):
        # The same folder may stand in `sys.path` twice.
        if point not in points.get(point.name, ()):
            points[point.name] = (*points.get(point.name, ()), point)
    return points


def _load(name: str, points: tuple[EntryPoint, ...]) -> Found:
    if not NAME.fullmatch(name):
        return Unusable(name, "its name is not 1 to 32 of a-z, 0-9, - and _, beginning with a letter")
    if name in RESERVED:
        return Unusable(name, "its name is one that Comptoir itself uses: choose another")
    if len(points) > 1:
        packages = " and ".join(sorted(point.dist.name if point.dist else point.value for point in points))
        return Unusable(name, f"offered twice, by {packages}: uninstall one of them")
    try:
        loaded = points[0].load()
        reason = _why_not(name, loaded)
    except (Exception, SystemExit) as error:
        return Unusable(name, f"cannot be imported: {type(error).__name__}: {_short(error)}")
    return Unusable(name, reason) if reason else loaded


def _why_not(name: str, loaded: object) -> str:
    """What keeps this from being the plugin `name`; empty where nothing does."""
    if not (isinstance(loaded, type) and issubclass(loaded, Plugin) and loaded is not Plugin):
        return f"its entry point names {_short(loaded)}, which is no class derived from Plugin"
    if (own := getattr(loaded, "name", None)) != name:
        return f"its entry point calls it {name}, the class calls itself {_short(own)}: they must agree"
    if loaded.api_version != API_VERSION:
        return f"needs version {loaded.api_version} of the plugin API, this is version {API_VERSION}"
    if not (isinstance(loaded.Config, type) and issubclass(loaded.Config, PluginConfig)):
        return "its Config is not derived from PluginConfig"
    if wrong := [hook for hook in _ASYNC if not inspect.iscoroutinefunction(inspect.unwrap(getattr(loaded, hook)))]:
        return f"its {wrong[0]} is no async method: write `async def {wrong[0]}`"
    # Where pydantic put off building the model, for a name that it did not know yet.
    loaded.Config.model_rebuild()
    return "" if _are_texts(loaded.texts) else "its texts are no mapping of keys to a French and an English text"


def _are_texts(texts: object) -> bool:
    return isinstance(texts, Mapping) and all(
        isinstance(key, str) and isinstance(said, tuple) and [type(text) for text in said] == [str, str]
        for key, said in texts.items()
    )


def _short(what: object) -> str:
    """In one line: it goes into status and events."""
    text = " ".join(str(what).split())
    return text if len(text) <= 200 else text[:199] + "…"
