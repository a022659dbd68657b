"""`comptoir.toml`, the operator's settings: parsed without I/O, every fault with its line."""

import logging
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from comptoir.gateway.log_format import LogSettings
from comptoir.gateway.model_settings import ModelSetting, ModelTable
from comptoir.gateway.transcription_settings import TranscriptionSetting, TranscriptionTable
from comptoir.plugins.faults import ConfigWrong, Fault
from comptoir.plugins.toml_file import read_toml
from comptoir.sessions.spec import FAST_RATES, NO_LIMITS, InboundLimits, MediaLimits, Rates

DEFAULT_TEXT = """\
# Settings of the whole machine. Every line that begins with # shows a default.
# Beside these, [models.NAME] is a language model that tenants may name: docs/configuration.md.
version = 1

[outbox]
# How fast each tenant may send: WhatsApp closes numbers that write like bots.
# chat_per_second = 1.0      # answers in one chat
# answers_per_minute = 30    # answers of one tenant
# notices_per_minute = 6     # messages to owners
# new_chats_per_day = 5      # first messages to people who never wrote
# typing = true              # show "typing…" before an answer
# quiet_ms = 1500            # wait until a chat was silent this long; 200 is the least that is safe

[inbound]
# How much of what customers write each tenant's pipeline takes in a minute; everything is kept.
# customer_per_minute = 20   # one customer; what they write beyond it is not answered, and they are told so once
# tenant_per_minute = 240    # all of them; what comes beyond it waits its turn

[media]
# Files that customers send and that are sent to them, for each tenant.
# quota_mb = 1024            # all together; beyond it the oldest go that no message waits for
# largest_mb = 100           # one file; larger ones are neither fetched nor sent

[plugins]
# memory_mb = 640            # of one tenant's process, which is replaced above it; files that are sent are not counted

[log]
# The daemon's log, on stderr, and one for each tenant. They hold ids, sizes and outcomes, never what people wrote.
# format = "text"            # or "json": one object a line
# to = "file"                # NAME.log for each tenant; or "journal": all into the system's journal
# level = "info"             # or "warning", "error"; "debug" keeps what plugins print, too
# numbers = "cut"            # +22177***01; or "whole"
# max_mb = 5                 # of a file; then a new one is begun
# keep = 3                   # older files of a tenant

[daemon]
# offline_seconds = 60       # a worker that was offline this long is replaced by a fresh one

[lab]
# Tests and benchmarks only; ignored unless the daemon was started with COMPTOIR_LAB.
# fast = false               # no rates, no typing, no joining of bursts
"""


_MB = 1_000_000


class SettingsWrong(ConfigWrong):
    """Everything that is wrong with `comptoir.toml`."""


@dataclass(frozen=True, slots=True)
class Settings:
    rates: Rates = field(default_factory=Rates)
    offline_seconds: int = 60
    """After how long without a connection a worker is recycled for the first time."""
    fast: bool = False
    media: MediaLimits = field(default_factory=MediaLimits)
    inbound: InboundLimits = field(default_factory=InboundLimits)
    inbound_written: InboundLimits = field(default=NO_LIMITS, compare=False)
    """What of it stands in the file."""
    log: LogSettings = field(default_factory=LogSettings)
    memory: int = 640 * 1_000_000
    """Bytes that a tenant's process may take."""
    models: tuple[ModelSetting, ...] = ()
    transcription: TranscriptionSetting | None = None

    def rates_in(self, lab: bool) -> Rates:
        """The rates to send with; only a lab may have none."""
        return FAST_RATES if self.fast and lab else self.rates

    def inbound_in(self, lab: bool) -> InboundLimits:
        """The limits to take messages by; a fast lab has none but those that are written."""
        return self.inbound_written if self.fast and lab else self.inbound


def load_settings(file: Path) -> Settings:
    """Raises SettingsWrong. A missing file means the defaults."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror or "").lower() if isinstance(error, OSError) else "not UTF-8"
        raise SettingsWrong([Fault(file, 1, f"cannot be read: {why}", "a readable UTF-8 file", "en")]) from None
    return parse_settings(text, file)


def parse_settings(text: str, file: Path) -> Settings:
    """Raises SettingsWrong with all faults, in English as all that operators read; `file` is only named."""
    try:
        toml = read_toml(text, file, "en")
    except ConfigWrong as error:
        raise SettingsWrong(list(error.faults)) from None
    parsed = toml.check(SettingsFile)
    if parsed is None or toml.faults:
        raise SettingsWrong(toml.faults)
    media = MediaLimits(parsed.media.quota_mb * _MB, parsed.media.largest_mb * _MB)
    return Settings(
        Rates(**parsed.outbox.model_dump()),
        parsed.daemon.offline_seconds,
        parsed.lab.fast,
        media,
        InboundLimits(**parsed.inbound.model_dump()),
        replace(NO_LIMITS, **parsed.inbound.model_dump(exclude_unset=True)),
        log=parsed.log.settings(),
        memory=parsed.plugins.memory_mb * _MB,
        models=tuple(table.setting(name) for name, table in parsed.models.items()),
        transcription=parsed.transcription.setting() if parsed.transcription else None,
    )


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Outbox(_Table):
    chat_per_second: Annotated[float, Field(gt=0, le=10)] = 1.0
    answers_per_minute: Annotated[int, Field(ge=1, le=600)] = 30
    notices_per_minute: Annotated[int, Field(ge=1, le=600)] = 6
    new_chats_per_day: Annotated[int, Field(ge=0, le=10_000)] = 5
    typing: bool = True
    quiet_ms: Annotated[int, Field(ge=200, le=60_000)] = 1_500


class _Inbound(_Table):
    customer_per_minute: Annotated[int, Field(ge=1, le=600)] = 20
    tenant_per_minute: Annotated[int, Field(ge=1, le=60_000)] = 240


class _Media(_Table):
    quota_mb: Annotated[int, Field(ge=1, le=1_000_000)] = 1024
    # The apps take documents up to 2 GB.
    largest_mb: Annotated[int, Field(ge=1, le=2_000)] = 100


class _Plugins(_Table):
    # A worker alone takes 60 MB.
    memory_mb: Annotated[int, Field(ge=128, le=1_000_000)] = 640


ModelName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]


class _Daemon(_Table):
    offline_seconds: Annotated[int, Field(ge=1, le=3_600)] = 60


class _Log(_Table):
    format: Literal["text", "json"] = "text"
    to: Literal["file", "journal"] = "file"
    level: Literal["debug", "info", "warning", "error"] = "info"
    numbers: Literal["cut", "whole"] = "cut"
    max_mb: Annotated[int, Field(ge=1, le=1_000)] = 5
    keep: Annotated[int, Field(ge=0, le=100)] = 3

    def settings(self) -> LogSettings:
        level = logging.getLevelNamesMapping()[self.level.upper()]
        whole = self.numbers == "whole"
        return LogSettings(self.format, self.to, level, whole, self.max_mb * _MB, self.keep)


class _Lab(_Table):
    fast: bool = False


class SettingsFile(_Table):
    """The file as it is written."""

    version: Literal[1]
    outbox: _Outbox = Field(default_factory=_Outbox)
    inbound: _Inbound = Field(default_factory=_Inbound)
    media: _Media = Field(default_factory=_Media)
    log: _Log = Field(default_factory=_Log)
    plugins: _Plugins = Field(default_factory=_Plugins)
    models: dict[ModelName, ModelTable] = Field(default_factory=dict)
    """Language models that tenants may name as `model` in `[plugins.clerk]`."""
    transcription: TranscriptionTable | None = None
    """How voice notes are put into words; without it people listen to them."""
    daemon: _Daemon = Field(default_factory=_Daemon)
    lab: _Lab = Field(default_factory=_Lab)
