"""Tables of `tenant.toml` about what is ignored unless the tenant wants it: groups, status, channels, calls."""

from typing import Literal

from pydantic import ConfigDict

from comptoir.plugins.api import PluginConfig
from comptoir.plugins.wording import CustomerText


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


class CallTable(_Table):
    answer: CustomerText | None = None
    """What a caller reads after a call that nobody took, once an hour at most; None for nothing."""
    reject: bool = False
    """Refuse calls as they come instead of letting the phone ring."""

    @property
    def kept(self) -> bool:
        """Whether calls are journaled at all."""
        return self.reject or self.answer is not None
