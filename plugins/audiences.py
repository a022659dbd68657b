"""Tables of `tenant.toml` about what is ignored unless the tenant wants it: groups, status, channels, calls."""

from typing import Literal

from pydantic import ConfigDict

from comptoir.plugins.api import PluginConfig


class _Table(PluginConfig):
    model_config = ConfigDict(strict=True)


class GroupTable(_Table):
    answer: Literal["never", "named"] = "never"
    """`named`: where a message mentions the shop's number, answers one of its messages, or says its name."""


class StatusTable(_Table):
    show: bool = False
    """Keep what others post, to be read in `messages`; it is never answered."""


class ChannelTable(_Table):
    show: bool = False
    """Likewise."""
