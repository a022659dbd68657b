"""Calls on their way: an offer rings on every device of the callee, what follows reaches the other side.

Only the signalling: nobody in the lab ever speaks (whatsmeow, call.go).
"""

from __future__ import annotations

from comptoir.lab.exchange import Exchange
from comptoir.lab.nodes import JID, LID_SERVER, Node

_PLATFORM = {"platform": "android", "version": "2.26.30.75"}
# What the callee's other devices are told when one of them has taken or refused the call.
_ELSEWHERE = {"accept": "accepted_elsewhere", "reject": "rejected_elsewhere"}


def route(exchange: Exchange, sender: JID, node: Node) -> Node | None:
    """Pass a call stanza on. A message's ack is no answer to it; what comes back is the server's own."""
    to, own = node.jid("to"), exchange.registry.account_of(sender)
    steps = node.children()
    if to is None or own is None or not steps:
        return None
    step = steps[0]
    for device in exchange.registry.devices_of(to):
        exchange.mailbox(device).put(_stanza(exchange, sender, node, step))
    if step.tag in _ELSEWHERE:
        over = Node("terminate", {**step.attrs, "reason": _ELSEWHERE[step.tag]})
        for device in exchange.registry.devices_of(sender):
            if device != sender:
                exchange.mailbox(device).put(_stanza(exchange, to, node, over))
    return Node("ack", {"class": "call", "id": node.attr("id"), "from": to})


def _stanza(exchange: Exchange, sender: JID, node: Node, step: Node) -> Node:
    account = exchange.registry.account_of(sender)
    attrs: dict[str, str | JID] = {"id": node.attr("id"), "from": sender.bare, "t": str(int(exchange.clock.now()))}
    if account is not None and account.name:
        attrs["notify"] = account.name
    creator = step.jid("call-creator")
    caller = exchange.registry.account_of(creator) if creator is not None else None
    if creator is not None and caller is not None:
        by_lid = creator.server == LID_SERVER
        step = step.with_attrs(**{"caller_pn" if by_lid else "caller_lid": caller.jid(as_lid=not by_lid)})
    return Node("call", {**attrs, **_PLATFORM}, (step,))
