"""Who may call what of which tenant: every method, by every kind of caller, for every kind of tenant."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import callers
import calling_worker
import pytest
import rig
import trio
from callers import NO_WAY_IN, Request
from fuzz.lines import control_methods

from comptoir.sessions.protocol import ErrorCode

TENANTS = ("online", "new", "paused", "parked", "unknown")
OK, FAILED, NONE, NOT_NOW = 0, int(ErrorCode.FAILED), int(ErrorCode.NOT_FOUND), int(ErrorCode.NOT_NOW)
REFUSED = int(ErrorCode.NOT_PERMITTED)
STATES_OWNER, GROUP, MEMBER, OTHER = 990, 7777, 4321, 65534

# What an operator is answered, in the order in which it is asked: what ends a tenant comes last.
#   method: (parameters, online, new, paused, parked, unknown)
EXPECTED: dict[str, tuple[dict[str, Any], int, int, int, int, int]] = {
    "hello": ({"version": 1}, OK, OK, OK, OK, OK),
    "status": ({}, OK, OK, OK, OK, NONE),
    "tenant.list": ({}, OK, OK, OK, OK, OK),
    "tenant.show": ({}, OK, OK, OK, OK, NONE),
    "messages": ({}, OK, OK, OK, OK, NONE),
    "message": ({"id": 1}, NONE, NONE, NONE, NONE, NONE),
    "message.wait": ({"id": 1, "state": "sent"}, NONE, NONE, NONE, NONE, NONE),
    "chats": ({}, OK, OK, OK, OK, NONE),
    "chat.assign": ({"chat": "+221771000009", "agent": "owner"}, NONE, NONE, NONE, NONE, NONE),
    "chat.pause": ({"chat": "+221771000009"}, NONE, NONE, NONE, NONE, NONE),
    "chat.resume": ({"chat": "+221771000009"}, NONE, NONE, NONE, NONE, NONE),
    "chat.close": ({"chat": "+221771000009"}, NONE, NONE, NONE, NONE, NONE),
    "orders": ({}, OK, OK, OK, OK, NONE),
    "order": ({"number": 1}, NONE, NONE, NONE, NONE, NONE),
    "order.set": ({"number": 1, "state": "ready"}, NONE, NONE, NONE, NONE, NONE),
    "catalogue.changes": ({}, OK, OK, OK, OK, NONE),
    "media.get": ({"id": 1, "out": {"descriptor": True}}, NONE, NONE, NONE, NONE, NONE),
    "events": ({}, OK, OK, OK, OK, NONE),
    "try": ({"text": "menu"}, OK, OK, OK, OK, NONE),
    "reload": ({}, OK, OK, OK, OK, NONE),
    "send": ({"to": "+221771000001", "text": "x"}, OK, NOT_NOW, NOT_NOW, NOT_NOW, NONE),
    "keys.rotate": ({}, OK, OK, OK, OK, NONE),
    "keys.rotate_master": ({}, OK, OK, OK, OK, OK),
    "tenant.pause": ({}, OK, OK, OK, OK, NONE),
    "tenant.resume": ({}, OK, OK, OK, NOT_NOW, NONE),
    "link": ({}, FAILED, OK, OK, OK, NONE),
    "unlink": ({}, OK, NOT_NOW, NOT_NOW, NOT_NOW, NONE),
    "tenant.add": ({}, FAILED, FAILED, FAILED, FAILED, OK),
    "tenant.remove": ({}, OK, OK, OK, OK, OK),
}  # fmt: skip
NO_TENANT = ("hello", "tenant.list", "keys.rotate_master")


def requests(suffix: str) -> list[Request]:
    """All calls of all tenants of one operator."""
    return [
        {
            "method": method,
            "params": params | ({} if method in NO_TENANT else {"tenant": f"{tenant}-{suffix}"}),
            "whole": method == "keys.rotate",
            "descriptors": sum(value == {"descriptor": True} for value in params.values()),
        }
        for tenant in TENANTS
        for method, (params, *_) in EXPECTED.items()
    ]


def expected() -> dict[str, int]:
    return {
        f"{method} of {tenant}": codes[place]
        for place, tenant in enumerate(TENANTS)
        for method, (_, *codes) in EXPECTED.items()
    }


def otherwise(answers: list[int | str]) -> list[str]:
    """What was answered in another way than expected."""
    return [
        f"{call}: {answer} in place of {code}"
        for (call, code), answer in zip(expected().items(), answers, strict=True)
        if answer != code
    ]


def test_every_method_has_a_row() -> None:
    assert set(EXPECTED) == set(control_methods())


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can call as other users")
@pytest.mark.shows(
    under="configuration",
    what="a user who is no operator, or what a worker started, at the control socket",
    happens="refused, whatever is asked and of whom",
)
async def test_who_may_call_what_of_whom(tmp_path: Path) -> None:
    def start(home: Path) -> rig.Start:
        (home / "state").mkdir()
        os.chown(home / "state", STATES_OWNER, STATES_OWNER)
        return rig.Start((sys.executable, "-P", "-W", "ignore", calling_worker.__file__))

    async with rig.open_rig(start=start) as here:
        for index, operator in enumerate(("root", "owner")):
            await _tenants(here, operator, index)
        before = (await here.call("tenant.list"))["tenants"]
        # As it is installed, the kernel keeps out who is not of the socket's group, and the daemon who is.
        socket = here.home / "run/control.sock"
        for path in (socket.parent, socket):
            os.chown(path, 0, GROUP)
        here.home.chmod(0o711)
        assert set(await _ask(here, requests("root"), OTHER, OTHER)) == {NO_WAY_IN}
        assert set(await _ask(here, requests("root"), MEMBER, GROUP)) == {REFUSED}
        # Where it was opened to all, the daemon keeps them out alone.
        socket.parent.chmod(0o777)
        socket.chmod(0o777)
        assert set(await _ask(here, requests("root"), OTHER, OTHER)) == {REFUSED}
        # Of root's rights, but a worker, and a process that one started.
        (here.home / "requests.json").write_text(json.dumps(requests("root")))
        await here.call("tenant.add", tenant=calling_worker.TENANT)
        await here.status(calling_worker.TENANT)
        for caller in ("worker", "child"):
            assert set(json.loads((here.home / f"{caller}.json").read_text())) == {REFUSED}, caller
        await here.call("tenant.remove", tenant=calling_worker.TENANT)
        assert (await here.call("tenant.list"))["tenants"] == before
        # And operators get what is asked, as far as the tenant is able.
        assert otherwise(await _ask(here, requests("root"), 0, 0)) == []
        assert otherwise(await _ask(here, requests("owner"), STATES_OWNER, STATES_OWNER)) == []
        assert (await here.call("tenant.list"))["tenants"] == []


async def _ask(here: rig.Rig, asked: list[Request], uid: int, gid: int) -> list[int | str]:
    """As this user."""
    questions, answers = here.home / "asked.json", here.home / "answered.json"
    questions.write_text(json.dumps(asked))
    command = [sys.executable, callers.__file__, here.home / "run/control.sock", questions, answers, uid, gid]
    # The lab answers in this process meanwhile.
    with trio.fail_after(120):
        await trio.run_process(list(map(str, command)))
    return list(json.loads(answers.read_text()))


async def _tenants(here: rig.Rig, operator: str, index: int) -> None:
    """One of each kind, whose name says which and whose."""
    await here.add_shop(f"online-{operator}", f"+22177000000{index}")
    await here.call("tenant.add", tenant=f"new-{operator}")
    await here.call("tenant.add", tenant=f"paused-{operator}")
    await here.call("tenant.pause", tenant=f"paused-{operator}")
    parked = await here.add_shop(f"parked-{operator}", f"+22177000001{index}")
    await parked.phone.unlink()
    await here.wait_state(parked.name, "parked")
