"""The table of `tenant.toml` about conversations."""

from typing import Annotated

from pydantic import ConfigDict, Field

from comptoir.plugins.api import PluginConfig


class ConversationTable(PluginConfig):
    """When a conversation is over by itself."""

    model_config = ConfigDict(strict=True)

    expire_hours: Annotated[float, Field(ge=0.5, le=30 * 24)] = 24
    """After this long without a message, from either side, it is closed; the next message begins another."""
