"""A companion got word of a message but no ciphertext, and asks its own phone for it: request and answer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from comptoir.lab import protobufs as pb
from comptoir.lab.messages import Content
from comptoir.lab.nodes import Node

KEPT = 256
# Seen once and gone: phones do not hand them on (assumed).
_NOT_HANDED_ON = frozenset({"viewOnceMessage", "viewOnceMessageV2", "viewOnceMessageV2Extension"})


class Received:
    """The phone's memory of the last messages, as companions get them on request (WebMessageInfo)."""

    def __init__(self) -> None:
        self._messages: OrderedDict[str, Any] = OrderedDict()

    def note(self, stanza: Node, content: Content) -> None:
        """Remember a message of somebody else."""
        if content.kind in _NOT_HANDED_ON:
            return
        info = pb.web.WebMessageInfo()
        info.key.remoteJID, info.key.fromMe, info.key.ID = stanza.attr("from"), False, stanza.attr("id")
        if "participant" in stanza.attrs:
            info.key.participant = stanza.attr("participant")
        info.message.CopyFrom(content.message)
        info.messageTimestamp = int(stanza.attr("t"))
        info.pushName = stanza.get("notify")
        self._messages[stanza.attr("id")] = info
        if len(self._messages) > KEPT:
            self._messages.popitem(last=False)

    def answer(self, request_id: str, wanted: list[str]) -> Any:
        """The answer to a request for these ids; None where none of them is here."""
        found = [self._messages[id] for id in wanted if id in self._messages]
        if not found:
            return None
        message = pb.e2e.Message()
        protocol = message.protocolMessage
        protocol.type = pb.e2e.ProtocolMessage.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE
        response = protocol.peerDataOperationRequestResponseMessage
        response.peerDataOperationRequestType = pb.e2e.PeerDataOperationRequestType.PLACEHOLDER_MESSAGE_RESEND
        response.stanzaID = request_id
        for info in found:
            part = response.peerDataOperationResult.add()
            part.placeholderMessageResendResponse.webMessageInfoBytes = info.SerializeToString()
        return message


def wanted(content: Content) -> list[str]:
    """The ids that a companion's request names; empty for anything that is no request."""
    return list(_wanted(content))


def _wanted(content: Content) -> Iterator[str]:
    if content.kind == "protocolMessage":
        request = content.message.protocolMessage.peerDataOperationRequestMessage
        for each in request.placeholderMessageResendRequest:
            yield str(each.messageKey.ID)
