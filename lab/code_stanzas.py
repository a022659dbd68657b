"""The stanzas of linking by a pairing code, read and written (whatsmeow, pair-code.go)."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from comptoir.lab.crypto import KEY_LENGTH
from comptoir.lab.nodes import JID, Node, NodeError
from comptoir.lab.pairing_code import BUNDLE_LENGTH, WRAPPED_LENGTH

TAG = "link_code_companion_reg"
# The server takes common browsers and systems only, in this form (whatsmeow, PairPhone).
_DISPLAY = re.compile(r"(Chrome|Edge|Firefox|IE|Opera|Safari) \([A-Za-z ]+\)")


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """A client shows a code and waits for the phone of a number to give it."""

    ref: str
    number: str
    """Digits only."""
    noise: bytes
    hello: bytes
    """The client's ephemeral key, wrapped with the code."""
    until: float
    """Lab time at which the code expires."""


@dataclass(frozen=True, slots=True)
class CodeAnswer:
    """What a client answers to a phone that gave a code, whichever code it was."""

    bundle: bytes
    identity: bytes


def stage(iq: Node) -> str:
    """`companion_hello`, `companion_finish`, or nothing for an iq about something else."""
    child = iq.child(TAG)
    return child.get("stage") if child is not None else ""


def read_request(iq: Node, until: float) -> CodeRequest | None:
    """The request in a companion_hello; None where the client gives itself no name that is taken. Raises NodeError."""
    hello = iq.child(TAG)
    jid = hello.jid("jid") if hello is not None else None
    if hello is None or jid is None:
        raise NodeError(f"<{TAG}> lacks the number that it asks a code for")
    if not _DISPLAY.fullmatch(_data(hello, "companion_platform_display").decode(errors="replace")):
        return None
    return CodeRequest(
        secrets.token_urlsafe(24),
        jid.user,
        _data(hello, "companion_server_auth_key_pub", KEY_LENGTH),
        _data(hello, "link_code_pairing_wrapped_companion_ephemeral_pub", WRAPPED_LENGTH),
        until,
    )


def accepted(request: CodeRequest) -> Node:
    """The content of the answer to a companion_hello."""
    return Node(TAG, {"stage": "companion_hello"}, (_ref(request),))


def primary_hello(server: JID, request: CodeRequest, hello: bytes, identity: bytes, now: int) -> Node:
    """Tells the client that a phone was given a code: the phone's wrapped ephemeral key, and its own."""
    children = (
        _ref(request),
        Node("link_code_pairing_wrapped_primary_ephemeral_pub", {}, hello),
        Node("primary_identity_pub", {}, identity),
    )
    attrs: dict[str, str | JID] = {"from": server, "type": TAG, "id": secrets.token_hex(8), "t": str(now)}
    return Node("notification", attrs, (Node(TAG, {"stage": "primary_hello"}, children),))


def read_answer(iq: Node) -> tuple[str, CodeAnswer]:
    """The ref that a companion_finish is about, and what it brings. Raises NodeError."""
    finish = iq.child(TAG)
    assert finish is not None, "its stage was read from there"
    answer = CodeAnswer(
        _data(finish, "link_code_pairing_wrapped_key_bundle", BUNDLE_LENGTH),
        _data(finish, "companion_identity_public", KEY_LENGTH),
    )
    return _data(finish, "link_code_pairing_ref").decode(errors="replace"), answer


def _ref(request: CodeRequest) -> Node:
    return Node("link_code_pairing_ref", {}, request.ref.encode())


def _data(node: Node, tag: str, length: int | None = None) -> bytes:
    child = node.child(tag)
    if child is None or not child.data or (length is not None and len(child.data) != length):
        raise NodeError(f"<{node.tag}> lacks a <{tag}>" + (f" of {length} bytes" if length else ""))
    return child.data
