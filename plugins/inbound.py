"""The table of `tenant.toml` about customers who write more than can be answered."""

from typing import Annotated

from pydantic import ConfigDict, Field

from comptoir.plugins.api import PluginConfig
from comptoir.plugins.wording import CustomerText


class InboundTable(PluginConfig):
    model_config = ConfigDict(strict=True)

    customer_per_minute: Annotated[int, Field(ge=1, le=600)] | None = None
    """Messages of one customer that are answered in a minute; less than the operator's limit, or it changes nothing."""
    answer: CustomerText | None = None
    """The one line for who writes more; None for ours."""
