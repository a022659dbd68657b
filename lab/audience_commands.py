"""The commands of the lab's API for groups, status updates, channels and calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, get_args

from comptoir.lab.customer import Customer
from comptoir.lab.groups import Addressing, Group
from comptoir.lab.lab import Lab
from comptoir.lab.phone import Phone

Json = dict[str, Any]


async def group(lab: Lab, name: str, members: list[str], by: str = "", addressing: str = "lid") -> Json:
    """Make a group; customers are added if need be. `addressing` (lid or pn) says how its stanzas name people."""
    for number in members:
        _person(lab, number)
    for known in get_args(Addressing):
        if known == addressing:
            return _group(lab.people.group(name, members, by=by, addressing=known))
    raise ValueError(f"group: addressing is {addressing!r}, lid or pn was expected")


async def groups(lab: Lab) -> Json:
    """Every group, as it is now."""
    return {"groups": [_group(each) for each in lab.people.groups()]}


async def add_member(lab: Lab, group: str, number: str) -> Json:
    """Let a number into a group."""
    return _group(lab.people.add_member(group, number))


async def remove_member(lab: Lab, group: str, number: str) -> Json:
    """Put a number out of a group."""
    return _group(lab.people.remove_member(group, number))


async def skip_key(lab: Lab, number: str, group: str) -> Json:
    """Let a customer's next message to a group come without its key: each device has to ask for it."""
    lab.people.customer(number).skip_key(group)
    return {}


async def lose_sender_keys(lab: Lab, number: str, group: str) -> Json:
    """Let a customer forget the keys of a group: the next messages have to be asked for again."""
    lab.people.customer(number).lose_sender_keys(group)
    return {}


async def post_status(lab: Lab, sender: str, text: str, to: list[str]) -> Json:
    """Post a status update that these numbers see."""
    return {"id": await _person(lab, sender).post_status(text, to)}


async def channel(lab: Lab, name: str, followers: list[str]) -> Json:
    """Make a channel that these numbers follow."""
    made = lab.people.channel(name, followers)
    return {"address": made.address, "jid": str(made.jid), "followers": [f"+{each}" for each in made.followers]}


async def publish(lab: Lab, channel: str, text: str) -> Json:
    """Post a text in a channel."""
    return {"id": lab.people.publish(channel, text)}


async def call(lab: Lab, caller: str, to: str, video: bool = False, as_lid: bool = False) -> Json:
    """Let a customer, who is added if need be, ring a number until `hang-up`."""
    return {"call": await lab.people.customer(caller).call(to, video=video, as_lid=as_lid)}


async def hang_up(lab: Lab, caller: str, call: str, reason: str = "timeout") -> Json:
    """Let a customer end a call."""
    await lab.people.customer(caller).hang_up(call, reason)
    return {}


async def pick_up(lab: Lab, number: str, call: str) -> Json:
    """Let the owner take a call on the phone."""
    await lab.people.phone(number).pick_up(call)
    return {}


async def decline(lab: Lab, number: str, call: str) -> Json:
    """Let the owner refuse a call on the phone."""
    await lab.people.phone(number).decline(call)
    return {}


async def calls(lab: Lab, number: str) -> Json:
    """The calls that somebody made or got, and how they ended."""
    return {"calls": [asdict(each) for each in _person(lab, number).calls.all()]}


COMMANDS: dict[str, Callable[..., Awaitable[Json]]] = {
    "group": group,
    "groups": groups,
    "add-member": add_member,
    "remove-member": remove_member,
    "skip-key": skip_key,
    "lose-sender-keys": lose_sender_keys,
    "post-status": post_status,
    "channel": channel,
    "publish": publish,
    "call": call,
    "hang-up": hang_up,
    "pick-up": pick_up,
    "decline": decline,
    "calls": calls,
}


def _group(made: Group) -> Json:
    return {
        "address": made.address,
        "jid": str(made.jid),
        "name": made.name,
        "members": [f"+{each}" for each in made.members],
        "addressing": made.addressing,
    }


def _person(lab: Lab, number: str) -> Phone | Customer:
    return lab.people.find(number) or lab.people.customer(number)
