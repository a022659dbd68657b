"""Homes in short folders (a socket's path has 107 bytes), and daemons whose workers are the stand-in."""

import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import trio

from comptoir.gateway.events import EventHub, Subscription
from comptoir.gateway.forkserver import Forkserver, Target
from comptoir.gateway.installation import Installation
from comptoir.gateway.keys import read_master_key
from comptoir.gateway.linking import link
from comptoir.gateway.paths import Paths, PathsWrong, find_paths
from comptoir.gateway.registry import AsyncRegistry, Registry
from comptoir.gateway.session_dirs import sessions_root
from comptoir.gateway.settings import Settings
from comptoir.gateway.setup import initialise
from comptoir.gateway.supervisor import Supervisor
from comptoir.gateway.targets import Targets
from comptoir.gateway.tenant_supervisor import TenantSupervisor
from comptoir.gateway.vault.client import Vault
from comptoir.sessions.spec import WorkerSpec

HERE = Path(__file__).parent
# The forked stand-in is found by name, in this process and in the forkserver's children.
sys.path.insert(0, str(HERE))

import standin_worker  # noqa: E402
from standin_vault import run_standin_vault  # noqa: E402


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="cpt", dir="/tmp"))
    yield folder
    # Nothing is in memory where nothing was set up.
    with suppress(PathsWrong, FileNotFoundError):
        shutil.rmtree(sessions_root(find_paths({"COMPTOIR_HOME": str(folder)})), ignore_errors=True)
    shutil.rmtree(folder)


@pytest.fixture
def paths(home: Path) -> Paths:
    found = find_paths({"COMPTOIR_HOME": str(home)})
    initialise(found)
    return found


@pytest.fixture
def installation(paths: Paths) -> Iterator[Installation]:
    registry = Registry(paths.registry_file, read_master_key(paths.master_key_file))
    yield Installation(
        paths=paths,
        sessions=sessions_root(paths),
        settings=Settings(),
        lab=None,
        registry=AsyncRegistry(registry),
        forkserver=Forkserver(preload=()),
        targets=Targets(standin_worker.run_standin, run_standin_vault),
    )
    registry.close()


class Follower:
    """Remembers every event; `until` waits for one that has come or will."""

    def __init__(self, events: Subscription) -> None:
        self.seen: list[dict[str, Any]] = []
        self._events = events

    async def until(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The next event of this kind with these fields; an event is found once."""
        with trio.fail_after(15):
            while True:
                event = await anext(self._events)
                self.seen.append(event)
                if event["kind"] == kind and fields.items() <= event.items():
                    return event

    def kinds(self) -> list[str]:
        return [event["kind"] for event in self.seen]


@dataclass
class Shop:
    """One tenant under a running supervisor, whose worker answers."""

    installation: Installation
    supervisor: Supervisor
    events: Follower

    @property
    def tenant(self) -> TenantSupervisor:
        return self.supervisor.get("awa")

    async def order(self, text: str) -> Any:
        return await self.tenant.call("try", {"text": text})

    async def link(self) -> None:
        """What the worker says when somebody has scanned its code."""
        offered = trio.Event()

        async def tell(event: dict[str, Any]) -> None:
            if event["event"] == "qr":
                offered.set()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(link, self.tenant, tell)
            await offered.wait()
            await self.order('notify link {"event": "linked", "number": "+221770000001", "name": "Awa"}')
        await self.events.until("linked")


OpenShop = Callable[..., Any]


@pytest.fixture
def open_shop(installation: Installation) -> OpenShop:
    """`async with open_shop() as shop`; leaving it stops the workers cleanly."""

    @asynccontextmanager
    async def open_it(
        *, target: Target[WorkerSpec] = standin_worker.run_standin, add: bool = True, **changes: Any
    ) -> AsyncIterator[Shop]:
        fresh = {
            "forkserver": Forkserver(preload=()),
            "targets": Targets(target, run_standin_vault),
            "hub": EventHub(),
            "vault": Vault(),
        }
        ours = replace(installation, **fresh | changes)
        supervisor = Supervisor(ours)
        with ours.hub.follow() as events:
            async with trio.open_nursery() as nursery:
                await nursery.start(supervisor.run)
                shop = Shop(ours, supervisor, Follower(events))
                if add:
                    await supervisor.add("awa", "empty", None, "fr")
                    await shop.tenant.call("ping")
                yield shop
                await supervisor.stop()
                nursery.cancel_scope.cancel()

    return open_it
