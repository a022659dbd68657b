"""Channels: posts that their followers get in the clear, numbered by the server (whatsmeow, newsletter.go)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Final

from comptoir.lab.nodes import JID
from comptoir.lab.store import Store

CHANNEL_SERVER: Final = "newsletter"

_ID_PREFIX = "120363"


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel at one moment."""

    id: str
    """Digits."""
    name: str
    followers: tuple[str, ...]
    """Digits of numbers."""
    posts: int = 0
    """How many there were so far; the last one's number."""

    @property
    def jid(self) -> JID:
        return JID(self.id, CHANNEL_SERVER)

    @property
    def address(self) -> str:
        """How people in the lab write it: "channel:DIGITS"."""
        return f"channel:{self.id}"


class Channels:
    """All channels, kept in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._channels: dict[str, Channel] = {}
        for body in store.documents("channel/").values():
            data = json.loads(body)
            channel = Channel(**data | {"followers": tuple(data["followers"])})
            self._channels[channel.id] = channel

    def all(self) -> list[Channel]:
        return list(self._channels.values())

    def find(self, jid: JID) -> Channel | None:
        return self._channels.get(jid.user) if jid.server == CHANNEL_SERVER else None

    def create(self, name: str, followers: tuple[str, ...]) -> Channel:
        # Other ids than groups have, so that a test cannot mistake one for the other.
        return self._keep(Channel(f"{_ID_PREFIX}9{len(self._channels) + 1:011d}", name, followers))

    def count_post(self, channel: Channel) -> Channel:
        """The channel with one post more."""
        return self._keep(replace(channel, posts=channel.posts + 1))

    def _keep(self, channel: Channel) -> Channel:
        self._channels[channel.id] = channel
        self._store.put(f"channel/{channel.id}", json.dumps(asdict(channel)).encode())
        return channel
