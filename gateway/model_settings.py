"""`[models.NAME]` of `comptoir.toml`: which language models tenants may name; parsed without I/O."""

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from comptoir.plugins.faults import wrong_value
from comptoir.sessions.spec import ModelKind, ModelSpec

_KEY = re.compile(r"(file|credential):([A-Za-z0-9][A-Za-z0-9_.-]{0,99})")
_PRELOADED: dict[ModelKind, str] = {
    "openai": "comptoir.sessions.models.openai",
    "anthropic": "comptoir.sessions.models.anthropic",
}


@dataclass(frozen=True, slots=True)
class ModelSetting:
    """What the file says of one; `spec` lacks the key."""

    spec: ModelSpec
    key: str = field(default="", repr=False)
    """Where the key is: `file:NAME` or `credential:NAME`; empty where the server wants none."""


def preloads(models: tuple[ModelSetting, ...]) -> tuple[str, ...]:
    """Modules that every worker shares where one of these is configured."""
    return tuple(sorted({_PRELOADED[model.spec.kind] for model in models}))


def _check_url(value: str) -> str:
    if _is_endpoint(value):
        return value.rstrip("/")
    # Not quoted: people write keys into addresses.
    raise wrong_value(
        ("cette adresse", "https://…, ou http:// pour une machine du réseau local"),
        ("this address", "https://…, or http:// for a machine of the local network"),
    )


def _is_endpoint(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if not parts.hostname or parts.query or parts.fragment or parts.username is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_near(parts.hostname))


def _is_near(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_private


def _check_key(value: str) -> str:
    if not _KEY.fullmatch(value):
        # Never quoted: it may be the key itself.
        raise wrong_value(
            ("ce n'est pas une référence", "file:NOM, un fichier de config/secrets, ou credential:NOM"),
            ("no reference", "file:NAME, a file in config/secrets, or credential:NAME"),
        )
    return value


KeyReference = Annotated[str, AfterValidator(_check_key)]
"""`file:NAME` or `credential:NAME`; see `model_keys.key_of`."""
Url = Annotated[str, AfterValidator(_check_url)]
Tokens = Annotated[int, Field(ge=0, le=10**9)]
Money = Annotated[float, Field(ge=0, le=1e6)]


class ModelTable(BaseModel):
    """The table as it is written."""

    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Literal["openai", "anthropic"]
    """What it speaks: `openai` also Gemini, Mistral, Ollama, llama.cpp and others. Each has an extra to install."""
    model: Annotated[str, Field(min_length=1, max_length=200)]
    """As its provider names it."""
    url: Url = ""
    """Of the endpoint, as `http://127.0.0.1:11434/v1`; empty for that of OpenAI or Anthropic."""
    key: KeyReference = ""
    """Where its key is, never the key: `file:NAME` in `config/secrets/`, readable by the daemon's user alone, or
    `credential:NAME` of systemd. Empty where none is wanted.
    """
    stream: bool = False
    """Have the answer sent in pieces, for servers that do nothing else."""
    price_in: Money = 0.0
    """What a million tokens that are sent cost, in the currency that you pay in."""
    price_out: Money = 0.0
    """What a million tokens that come back cost."""
    chat_tokens: Tokens = 200_000
    """Most of one chat in a day."""
    tenant_tokens: Tokens = 5_000_000
    """Most of one tenant in a day, all chats together."""
    chat_cost: Money | None = None
    """The same in money."""
    tenant_cost: Money | None = None
    """The same in money."""

    def setting(self, name: str) -> ModelSetting:
        fields = self.model_dump(exclude={"key"})
        return ModelSetting(ModelSpec(name=name, **fields), self.key)
