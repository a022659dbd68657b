"""What systemd is told of the tenants, and how often."""

import socket
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from comptoir.gateway.status_line import keep_status, status_line


@pytest.mark.parametrize(
    ("states", "line"),
    [
        ([], "no tenants yet"),
        (["online"], "1 tenant: 1 online"),
        (["parked", *["online"] * 10, "offline"], "12 tenants: 10 online, 1 offline, 1 parked"),
        (["strange", "new"], "2 tenants: 1 new, 1 strange"),
    ],
)
def test_states_are_counted(states: list[str], line: str) -> None:
    assert status_line(states) == line


@dataclass
class Tenants:
    """A supervisor, as far as it is looked at."""

    states: list[str] = field(default_factory=list)

    def tenants(self) -> list["Tenant"]:
        return [Tenant((state, None)) for state in self.states]


@dataclass
class Tenant:
    state: tuple[str, str | None]


async def test_systemd_is_told_of_changes_and_of_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    shops = Tenants()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.setblocking(False)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(keep_status, shops)
            await trio.sleep(30)
            shops.states.append("online")
            await trio.sleep(30)
            nursery.cancel_scope.cancel()
        assert [listener.recv(100), listener.recv(100)] == [b"STATUS=no tenants yet", b"STATUS=1 tenant: 1 online"]
        with pytest.raises(BlockingIOError):
            listener.recv(100)


async def test_where_no_systemd_listens_nothing_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    with trio.fail_after(1):
        await keep_status(Tenants())
