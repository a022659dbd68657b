"""Calls of one device: it rings others or is rung, and knows how each call ended. Nobody speaks."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Literal

import trio

from comptoir.lab.accounts import Account
from comptoir.lab.addresses import dialled, is_lid, spoken
from comptoir.lab.messages import new_message_id
from comptoir.lab.nodes import JID, Node
from comptoir.lab.server import Server

KEPT = 1_000

State = Literal["ringing", "accepted", "rejected", "ended"]

_STATES: dict[str, State] = {"accept": "accepted", "reject": "rejected", "terminate": "ended"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call at one moment."""

    id: str
    caller: str
    """ "+E164"."""
    callee: str
    video: bool
    state: State
    reason: str = ""
    """Why it ended, where that was said: "timeout", "accepted_elsewhere" …"""
    by_lid: bool = False
    """Whether caller and callee are named by their LIDs."""


class NoSuchCall(ValueError):
    """A call is not known to a device, or no longer rings; the text says which."""


class Calls:
    """The last calls of an account's device 0, by id."""

    def __init__(self, server: Server, account: Account) -> None:
        self._server = server
        self._account = account
        self._number = f"+{account.number}"
        self._calls: OrderedDict[str, Call] = OrderedDict()
        self._changed = trio.Event()

    def all(self) -> list[Call]:
        return list(self._calls.values())

    def __getitem__(self, id: str) -> Call:
        """Raises NoSuchCall."""
        if id not in self._calls:
            raise NoSuchCall(f"{self._number} knows no call {id!r}")
        return self._calls[id]

    async def wait(self, id: str, state: State, seconds: float = 10.0) -> Call:
        """The call once it is in this state. Raises NoSuchCall, TimeoutError."""
        with trio.move_on_after(seconds):
            while self[id].state != state:
                await self._changed.wait()
            return self[id]
        raise TimeoutError(f"call {id} is {self[id].state} and not {state} after {seconds:g} s")

    async def wait_ringing(self, count: int = 1, seconds: float = 10.0) -> list[Call]:
        """All incoming calls as soon as there are `count`. Raises TimeoutError."""
        with trio.move_on_after(seconds):
            while len(incoming := [call for call in self.all() if call.caller != self._number]) < count:
                await self._changed.wait()
            return incoming
        raise TimeoutError(f"{self._number} was not called {count} times within {seconds:g} s")

    async def ring(self, to: str, *, video: bool = False, as_lid: bool = False, group: str = "") -> str:
        """Call a number; returns the call's id. With the address of a `group` it is that group's call, of which
        members get a mere notice. Raises UnknownNumber.
        """
        callee = dialled(self._server, to, as_lid)
        id = secrets.token_hex(16).upper()
        self._put(Call(id, self._number, spoken(self._server, callee), video, "ringing", by_lid=as_lid))
        names = self._names(id, as_lid)
        if group:
            names |= {"media": "video" if video else "audio", "type": "group"}
            names["group-jid"] = dialled(self._server, group)
            offer = Node("offer_notice", names)
        else:
            sound = Node("audio", {"enc": "opus", "rate": "16000"})
            picture = (Node("video", {"enc": "h.264", "dec": "H264,AV1"}),) if video else ()
            offer = Node("offer", names, (sound, *picture))
        await self._send(callee, as_lid, offer)
        return id

    async def hang_up(self, id: str, reason: str = "timeout") -> None:
        """End a call that this device made; "timeout" says that nobody answered. Raises NoSuchCall."""
        call = self[id]
        self._put(replace(call, state="ended", reason=reason))
        callee = dialled(self._server, call.callee, call.by_lid)
        end = Node("terminate", self._names(id, call.by_lid) | {"reason": reason})
        await self._send(callee, call.by_lid, end)

    async def answer(self, id: str, *, accept: bool) -> None:
        """Take an incoming call, or refuse it; the own other devices stop ringing. Raises NoSuchCall."""
        call = self[id]
        if call.state != "ringing" or call.caller == self._number:
            raise NoSuchCall(f"call {id} does not ring at {self._number}: it is {call.state}")
        self._put(replace(call, state="accepted" if accept else "rejected"))
        caller = dialled(self._server, call.caller, call.by_lid)
        step = Node("accept" if accept else "reject", {"call-id": id, "call-creator": caller})
        await self._send(caller, call.by_lid, step)

    async def take(self, stanza: Node) -> None:
        """Take a call stanza from the server."""
        for step in stanza.children():
            self._step(stanza, step)

    def _step(self, stanza: Node, step: Node) -> None:
        id, creator = step.get("call-id"), step.jid("call-creator")
        if step.tag in {"offer", "offer_notice"} and creator is not None:
            video = step.child("video") is not None or step.get("media") == "video"
            caller = spoken(self._server, creator)
            self._put(Call(id, caller, self._number, video, "ringing", by_lid=is_lid(creator)))
        elif id in self._calls and step.tag in _STATES:
            self._put(replace(self._calls[id], state=_STATES[step.tag], reason=step.get("reason")))

    def _names(self, id: str, as_lid: bool) -> dict[str, str | JID]:
        return {"call-id": id, "call-creator": self._account.jid(as_lid=as_lid)}

    async def _send(self, to: JID, as_lid: bool, step: Node) -> None:
        stanza = Node("call", {"id": new_message_id(), "to": to}, (step,))
        await self._server.submit(self._account.jid(as_lid=as_lid), stanza)

    def _put(self, call: Call) -> None:
        self._calls[call.id] = call
        self._calls.move_to_end(call.id)
        while len(self._calls) > KEPT:
            self._calls.popitem(last=False)
        changed, self._changed = self._changed, trio.Event()
        changed.set()
