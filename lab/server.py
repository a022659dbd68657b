"""The lab's chat server as its people see it: accounts, devices, and stanzas from one to the other.

Wire clients arrive through `comptoir.lab.connection`; phones and customers are attached in process.
Both speak the same stanzas, so the server does not know which of the two it serves.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import trio

from comptoir.lab import group_changes
from comptoir.lab.accounts import Account
from comptoir.lab.channel_posts import post
from comptoir.lab.channels import Channel
from comptoir.lab.code_stanzas import CodeAnswer, CodeRequest
from comptoir.lab.delivery import route
from comptoir.lab.exchange import Exchange, LocalDevice, Taker
from comptoir.lab.groups import Addressing, Group
from comptoir.lab.nodes import JID, LID_SERVER, Node
from comptoir.lab.pairing import Companion, Pairing, PairingRefused
from comptoir.lab.signal.keys import Bundle

__all__ = ["Account", "Companion", "LocalDevice", "PairingRefused", "Server"]

DEVICE_REMOVED = Node("stream:error", {"code": "401"}, (Node("conflict", {"type": "device_removed"}),))


class Server:
    """Local devices live in `nursery`, which the lab closes before it lets go of the server."""

    def __init__(self, exchange: Exchange, pairing: Pairing, nursery: trio.Nursery) -> None:
        self._exchange = exchange
        self._pairing = pairing
        self._nursery = nursery
        self.store = exchange.store
        self.clock = exchange.clock
        self.ledger = exchange.ledger
        self.media = exchange.media
        self.faults = exchange.faults
        self.groups = exchange.groups
        self.channels = exchange.channels

    def add_account(self, number: str, *, lid: str | None = None, name: str = "") -> Account:
        """Register a number ("+221 77 000 00 01" or digits); an account that exists already is returned."""
        return self._exchange.registry.add(number, lid=lid, name=name)

    def account_of(self, user: JID) -> Account | None:
        """The account behind a number JID or a LID, whatever its device."""
        return self._exchange.registry.account_of(user)

    def lid_of(self, number: JID) -> JID | None:
        """The LID of a number, same device."""
        return self._exchange.registry.lid_of(number)

    def number_of(self, lid: JID) -> JID | None:
        """The number of a LID, same device."""
        return self._exchange.registry.number_of(lid)

    def devices_of(self, user: JID) -> list[JID]:
        """Device JIDs of an account in the form of `user` (number or LID), the phone (device 0) first."""
        return self._exchange.registry.devices_of(user)

    def in_lids(self, chat: JID) -> bool:
        """Whether a chat's stanzas name people by LID: one with a LID, and most groups."""
        group = self.groups.find(chat)
        return group.by_lid if group is not None else chat.server == LID_SERVER

    def create_group(self, name: str, creator: Account, members: Sequence[Account], addressing: Addressing) -> Group:
        """A new group; its members' devices are told."""
        return group_changes.create(self._exchange, name, creator, members, addressing)

    def add_member(self, group: Group, account: Account) -> Group:
        """Let an account into a group; everybody's devices are told."""
        return group_changes.add(self._exchange, group, account)

    def remove_member(self, group: Group, account: Account) -> Group:
        """Put an account out of a group; everybody's devices are told, its own, too."""
        return group_changes.remove(self._exchange, group, account)

    def publish(self, channel: Channel, id: str, plaintext: bytes) -> None:
        """Put a serialised Message before all followers of a channel."""
        post(self._exchange, channel, id, plaintext)

    def group_devices(self, group: JID) -> list[JID]:
        """Every device of every member, in the group's form; none for a group that is unknown."""
        found = self.groups.find(group)
        return self.groups.devices(found) if found is not None else []

    def take_bundle(self, device: JID) -> Bundle | None:
        """Keys for one new session with a device; uses up one of its one-time prekeys, if one is left."""
        return self._exchange.take_bundle(device)

    def attach(self, device: LocalDevice) -> None:
        """Bring a local device online: what waits for it is delivered at once, marked `offline`."""
        self._exchange.locals[device.jid] = device
        self._nursery.start_soon(self._hand_out, device, self._exchange.arrive(device.jid))

    def detach(self, device: LocalDevice) -> None:
        """Take a local device offline: its stanzas wait until it is attached again, its keys remain."""
        self._exchange.leave(device.jid)

    async def submit(self, sender: JID, node: Node) -> Node | None:
        """Take a message, receipt, ack, chatstate or presence stanza from a local device.

        `sender` is the device's number JID or its LID: the form that receivers see as `from`. Messages are
        built as clients do: `<message to id type>` with `<participants><to jid><enc/></to>…` for every device
        of the receiver and every other one of the sender; or, for retries, one bare `<enc>` for the device in
        `to`; plus `<device-identity>` where an enc is a companion's pkmsg. The answer to a message is its ack.
        """
        await trio.lowlevel.checkpoint()
        answer = route(self._exchange, sender, node)
        if node.tag == "message" and answer is not None:
            self.ledger.acked(node.attr("id"), sender, int(answer.get("error", "0")) or None)
        return answer

    async def link_companion(self, *, ref: str, phone: JID, identity: bytes) -> Companion:
        """Link the client that shows `ref` to the phone's account and wait until the client has signed.

        `identity` is a serialised ADVSignedDeviceIdentityHMAC. Raises PairingRefused.
        """
        account = self.account_of(phone)
        if account is None:
            raise PairingRefused(f"{phone} has no account here: add it before it scans")
        return await self._pairing.candidate(ref).link(account, identity)

    def code_request(self, phone: JID) -> CodeRequest:
        """The pairing code that a client shows for this phone's number. Raises PairingRefused where none does."""
        return self._pairing.request(phone.user, self.clock.now())

    async def give_code(self, request: CodeRequest, *, hello: bytes, identity: bytes) -> CodeAnswer:
        """Tell the client what the phone made of the code typed into it. Raises PairingRefused.

        The client answers whether that was its code or not: it cannot know.
        """
        return await self._pairing.candidate(request.ref).give_code(request, hello, identity)

    async def close_pairings(self) -> None:
        """End the connections that wait to be linked, as the real server does in time."""
        for candidate in self._pairing.candidates():
            await candidate.drop()

    async def wait_ready(self, companion: JID) -> None:
        """Return once a wire client has logged in, uploaded its prekeys and asked for its stanzas."""
        await self._exchange.wait_present(companion)

    async def wait_prekeys(self, companion: JID, count: int, seconds: float = 10.0) -> None:
        """Return once so many one-time prekeys of a companion lie here. Raises TooSlowError after `seconds`."""
        with trio.fail_after(seconds):
            await self._exchange.wait_prekeys(companion, count)

    async def unlink(self, companion: JID) -> None:
        """Remove a companion: its connection ends with 401 device_removed, its next login fails with 401."""
        jid = self.number_of(companion) or companion
        self._exchange.unlink(jid)
        line = self._exchange.lines.get(jid)
        if line is not None:
            await line.end(DEVICE_REMOVED)

    def tell_new_identity(self, account: Account) -> None:
        """Tell the companions of all who have exchanged messages with an account that its identity is another.

        (whatsmeow, notification.go; that the server names the account by its number is assumed.)
        """
        self._exchange.tell_new_identity(account)

    def block(self, account: Account, other: Account) -> None:
        """Let an account block another: see `comptoir.lab.refusals` for what that means. Raises ValueError."""
        self._exchange.blocks.block(account, other)

    def unblock(self, account: Account, other: Account) -> None:
        self._exchange.blocks.unblock(account, other)

    def start_soon(self, task: Callable[..., Awaitable[None]], *args: object) -> None:
        """Run what somebody does of themselves; it ends with the lab at the latest."""
        self._nursery.start_soon(task, *args)

    async def put_app_state(self, account: Account, collection: str, patch: bytes) -> None:
        """Append a SyncdPatch to an account's collection and tell its companions that it changed."""
        await trio.lowlevel.checkpoint()
        self._exchange.put_app_state(account, collection, patch)

    def app_state(self, account: Account, collection: str) -> list[bytes]:
        """The patches of a collection so far; the first made version 1."""
        return self._exchange.app_state(account, collection)

    def waiting(self, device: JID) -> list[Node]:
        """What a device has not receipted yet, whether it has been delivered or not."""
        return self._exchange.mailbox(device).letters()

    async def _hand_out(self, device: LocalDevice, taker: Taker) -> None:
        await self._exchange.hand_out(taker, device.deliver, announce=False)
