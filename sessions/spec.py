"""What the daemon gives a worker when it forks it."""

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast the outbox may go. None switches a limit off, which only lab mode may do."""

    chat_per_second: float | None = 1.0
    answers_per_minute: int | None = 30
    notices_per_minute: int | None = 6
    new_chats_per_day: int | None = 5
    typing: bool = True
    quiet_ms: int = 1_500
    """A chat must have been silent this long: sending while receiving can lose the answer."""


# 200 ms is the shortest quiet spell at which no answer was lost in measurements.
FAST_RATES = Rates(None, None, None, None, typing=False, quiet_ms=200)


@dataclass(frozen=True, slots=True)
class InboundLimits:
    """How much the pipeline takes in a minute. None switches a limit off, which only lab mode does."""

    customer_per_minute: int | None = 20
    """Of one customer; what they write beyond it is kept and not answered."""
    tenant_per_minute: int | None = 240
    """Of all together; what comes beyond it waits."""


NO_LIMITS = InboundLimits(None, None)


@dataclass(frozen=True, slots=True)
class LabServer:
    """The stand-in server of lab mode, as its description file names it."""

    proxy: str
    ca_file: Path
    root_key: bytes


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """What a tenant's files may take, in bytes."""

    quota: int = 1024 * 1_000_000
    """All of them: beyond it the oldest go that no message waits for."""
    largest: int = 100 * 1_000_000
    """One: larger ones are neither fetched nor sent."""


ModelKind = Literal["openai", "anthropic"]


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A language model that the operator offers to tenants, and what it may cost them."""

    name: str
    kind: ModelKind
    model: str
    """As its provider names it."""
    url: str = ""
    """Empty for the provider's own."""
    key: str = field(default="", repr=False)
    stream: bool = False
    price_in: float = 0.0
    """Of a million tokens, in the operator's currency."""
    price_out: float = 0.0
    chat_tokens: int = 200_000
    """Most of one chat in a day."""
    tenant_tokens: int = 5_000_000
    chat_cost: float | None = None
    tenant_cost: float | None = None
    wrong: str = ""
    """Why it cannot be asked, where that is known: its key is not to be had."""


@dataclass(frozen=True, slots=True)
class TranscriptionSpec:
    """How recordings are put into words: by a command of this machine, or an endpoint that speaks as OpenAI's does."""

    command: tuple[str, ...] = ()
    """`{file}` in it becomes the recording's path; what it prints is the text."""
    url: str = ""
    model: str = ""
    language: str = ""
    """As ISO 639-1, for the endpoint; empty: it finds out."""
    key: str = field(default="", repr=False)
    seconds: int = 120
    """That one recording may take."""
    largest: int = 16 * 1_000_000
    """Bytes of a recording; larger ones are left to people."""
    wrong: str = ""
    """Why it cannot be used, where that is known: its key is not to be had."""


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """Everything a worker needs to know at birth; it reads nothing of the daemon's."""

    tenant: str
    config_dir: Path
    """The tenant's own files: `tenant.toml` and beside it."""
    state_dir: Path
    """`tenant.db` and media."""
    session_dir: Path
    """In RAM: `session.db`, and `lock`, which the worker holds for life."""
    data_key: bytes = field(repr=False)
    """32 bytes: the tenant's data key."""
    linked: bool = False
    """Connect with the stored session. Without it the worker loads neonize only when told to link."""
    paused: bool = False
    parked: str | None = None
    """Why the session is parked, to be shown in status; the worker then only serves its journal."""
    lab: LabServer | None = None
    fast: bool = False
    """Lab only: no rates, no typing, no joining of bursts."""
    rates: Rates = field(default_factory=Rates)
    media: MediaLimits = field(default_factory=MediaLimits)
    inbound: InboundLimits = field(default_factory=InboundLimits)
    memory: int = 640 * 1_000_000
    """Bytes that the process may take before it is replaced."""
    log_level: int = logging.INFO
    models: tuple[ModelSpec, ...] = ()
    transcription: TranscriptionSpec | None = None

    @property
    def journal_path(self) -> Path:
        return self.state_dir / "tenant.db"

    @property
    def media_dir(self) -> Path:
        return self.state_dir / "media"

    @property
    def session_path(self) -> Path:
        return self.session_dir / "session.db"

    @property
    def lock_path(self) -> Path:
        return self.session_dir / "lock"
