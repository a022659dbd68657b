"""A channel's post on its way to the followers: in the clear, with a number of the server's."""

from __future__ import annotations

from comptoir.lab.channels import Channel
from comptoir.lab.exchange import Exchange
from comptoir.lab.nodes import JID, NUMBER_SERVER, Node


def post(exchange: Exchange, channel: Channel, id: str, plaintext: bytes) -> None:
    """Put a serialised Message into the mailboxes of all followers' devices (whatsmeow, message.go)."""
    channel = exchange.channels.count_post(channel)
    attrs: dict[str, str | JID] = {
        "id": id,
        "from": channel.jid,
        "type": "text",
        "t": str(int(exchange.clock.now())),
        "server_id": str(channel.posts),
    }
    message = Node("message", attrs, (Node("plaintext", {}, plaintext),))
    for number in channel.followers:
        for device in exchange.registry.devices_of(JID(number, NUMBER_SERVER)):
            exchange.put_message(device, message)
