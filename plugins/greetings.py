"""The table of `tenant.toml` about what WhatsApp Business on the shop's phone writes by itself."""

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from comptoir.plugins.api import PluginConfig
from comptoir.plugins.faults import wrong_value


def _check_text(text: str) -> str:
    if not text.strip():
        raise wrong_value(("texte vide", "ce que le téléphone écrit"), ("empty text", "what the phone writes"))
    return text


class GreetingTable(PluginConfig):
    model_config = ConfigDict(strict=True)

    detect: bool = True
    """Recognise such texts; otherwise only those in `texts` do not count as the owner's hand."""
    texts: Annotated[
        tuple[Annotated[str, Field(max_length=4_000), AfterValidator(_check_text)], ...],
        Field(strict=False, max_length=20),
    ] = ()
    """The greeting and the away message as the phone has them."""
