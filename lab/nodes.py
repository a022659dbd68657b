"""Stanzas as the lab's parts see them: trees of nodes, with JIDs for addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

NUMBER_SERVER: Final = "s.whatsapp.net"
LID_SERVER: Final = "lid"

# What a device JID says instead of its server's name (whatsmeow, types/jid.go).
DOMAINS: Final = {NUMBER_SERVER: 0, LID_SERVER: 1, "hosted": 128, "hosted.lid": 129}


class NodeError(ValueError):
    """Bytes that are no node, or a node without what was asked of it."""


@dataclass(frozen=True, slots=True, order=True)
class JID:
    """An address: a user on a server and, for one of the user's devices other than the phone, its number."""

    user: str
    server: str
    device: int = 0

    @classmethod
    def parse(cls, text: str) -> JID:
        """Read `user@server`, `user:device@server` or a bare `server`. Raises NodeError."""
        user, at, server = text.rpartition("@")
        user, _, device = user.partition(":")
        if not server or (at and not user) or (device and not device.isdecimal()):
            raise NodeError(f"{text!r} is not a JID: user@server or user:device@server was expected")
        return cls(user, server, int(device or 0))

    @property
    def bare(self) -> JID:
        """The user, whatever the device."""
        return JID(self.user, self.server) if self.device else self

    @property
    def signal_address(self) -> str:
        """The client's name for the device's Signal session: `USER:DEVICE`, with a LID `USER_1:DEVICE`."""
        domain = DOMAINS.get(self.server, 0)
        return f"{self.user}_{domain}:{self.device}" if domain else f"{self.user}:{self.device}"

    def with_device(self, device: int) -> JID:
        return JID(self.user, self.server, device)

    def __str__(self) -> str:
        device = f":{self.device}" if self.device else ""
        return f"{self.user}{device}@{self.server}" if self.user else self.server


@dataclass(frozen=True, slots=True)
class Node:
    """One element: a tag, attributes, and child nodes or bytes. `()` as content travels as no content."""

    tag: str
    attrs: Mapping[str, str | JID] = field(default_factory=dict)
    content: tuple[Node, ...] | bytes | None = None

    def children(self, tag: str | None = None) -> tuple[Node, ...]:
        """The child nodes, those of one tag if it is given."""
        if not isinstance(self.content, tuple):
            return ()
        return tuple(child for child in self.content if tag is None or child.tag == tag)

    def child(self, *path: str) -> Node | None:
        """The first child of that tag; with several tags, its first child of the next tag, and so on."""
        node: Node | None = self
        for tag in path:
            node = next(iter(node.children(tag)), None) if node is not None else None
        return node

    @property
    def data(self) -> bytes:
        """The content where it is bytes, else nothing."""
        return self.content if isinstance(self.content, bytes) else b""

    def get(self, name: str, default: str = "") -> str:
        """An attribute as text, or the default."""
        return str(self.attrs.get(name, default))

    def attr(self, name: str) -> str:
        """An attribute as text. Raises NodeError where there is none."""
        if name not in self.attrs:
            raise NodeError(f"<{self.tag}> lacks the attribute {name!r}; it has {', '.join(self.attrs) or 'none'}")
        return str(self.attrs[name])

    def jid(self, name: str) -> JID | None:
        """An attribute as JID, None where there is none. Raises NodeError when it is something else."""
        value = self.attrs.get(name)
        return JID.parse(value) if isinstance(value, str) else value

    def with_attrs(self, **attrs: str | JID) -> Node:
        """The same node with these attributes added or changed."""
        return Node(self.tag, {**self.attrs, **attrs}, self.content)

    def __str__(self) -> str:
        """XML-like, for logs; bytes only as their length."""
        attrs = "".join(f' {name}="{value}"' for name, value in self.attrs.items())
        if not self.content:
            return f"<{self.tag}{attrs}/>"
        if isinstance(self.content, bytes):
            return f"<{self.tag}{attrs}>{len(self.content)} bytes</{self.tag}>"
        return f"<{self.tag}{attrs}>{''.join(map(str, self.content))}</{self.tag}>"
