"""Where a stanza goes: to one account, to a group or a status audience, or as a call to whoever rings."""

from __future__ import annotations

from comptoir.lab import call_routing, group_routing, routing
from comptoir.lab.exchange import Exchange
from comptoir.lab.group_routing import AUDIENCE_SERVERS
from comptoir.lab.nodes import JID, Node


def route(exchange: Exchange, sender: JID, node: Node) -> Node | None:
    """Take any stanza but an iq from a device, named as its receivers are to see it. The answer, for a message,
    is its ack.
    """
    if node.tag == "call":
        return call_routing.route(exchange, sender, node)
    to = node.jid("to")
    if to is not None and to.server in AUDIENCE_SERVERS and node.tag != "ack":
        return group_routing.route(exchange, sender, to, node)
    return routing.route(exchange, sender, node)
