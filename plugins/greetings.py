"""The table of `tenant.toml` about what WhatsApp Business on the shop's phone writes by itself."""

from typing import Annotated

from pydantic import ConfigDict, Field

from comptoir.plugins.api import PluginConfig


class GreetingTable(PluginConfig):
    model_config = ConfigDict(strict=True)

    detect: bool = True
    """Recognise such texts; otherwise only those in `texts` do not count as the owner's hand."""
    texts: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=4_000)], ...], Field(strict=False, max_length=20)
    ] = ()
    """The greeting and the away message as the phone has them."""
