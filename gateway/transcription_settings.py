"""`[transcription]` of `comptoir.toml`: how recordings are put into words; parsed without I/O."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from comptoir.gateway.model_keys import KeyReferenceWrong, key_of
from comptoir.gateway.model_settings import KeyReference, Url
from comptoir.gateway.paths import Paths
from comptoir.plugins.faults import wrong_value
from comptoir.sessions.spec import TranscriptionSpec

_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class TranscriptionSetting:
    """What the file says; `spec` lacks the key."""

    spec: TranscriptionSpec
    at_once: int = 1
    """Recordings of all tenants together."""
    key: str = field(default="", repr=False)
    """Where the key is, as a `KeyReference`."""

    def with_key(self, paths: Paths) -> TranscriptionSpec:
        """What workers are given; without its key it says why instead: the shops go on without. Blocks."""
        try:
            return replace(self.spec, key=key_of(self.key, paths))
        except KeyReferenceWrong as wrong:
            return replace(self.spec, wrong=str(wrong))


def _check_command(value: list[str]) -> list[str]:
    if not Path(value[0]).is_absolute():
        raise wrong_value(
            (f"{value[0]!r} ne commence pas par /", "le chemin complet d'un programme"),
            (f"{value[0]!r} does not begin with /", "the whole path of a program"),
        )
    if not any("{file}" in part for part in value[1:]):
        raise wrong_value(
            ("aucun argument ne dit où est l'enregistrement", "{file} dans un des arguments"),
            ("no argument says where the recording is", "{file} in one of the arguments"),
        )
    return value


_Word = Annotated[str, Field(min_length=1, max_length=1_000, pattern=r"^[^\x00]+$")]


class TranscriptionTable(BaseModel):
    """The table as it is written."""

    model_config = ConfigDict(extra="forbid", strict=True)

    command: Annotated[list[_Word], Field(min_length=2, max_length=50), AfterValidator(_check_command)] | None = None
    """A program and its arguments; `{file}` becomes the recording's path. What it prints is the text."""
    url: Url = ""
    """Of an endpoint in the place of a command, as `https://api.openai.com/v1`."""
    model: Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    """The endpoint's model, as `whisper-1`."""
    language: Annotated[str, Field(pattern=r"^([a-z]{2})?$")] = ""
    """What is spoken, as `fr`; empty: the endpoint finds out."""
    key: KeyReference = ""
    """Where the endpoint's key is: `file:NAME` in `config/secrets/`, or `credential:NAME` of systemd."""
    seconds: Annotated[int, Field(ge=1, le=600)] = 120
    """What one recording may take; then a person listens to it."""
    largest_mb: Annotated[int, Field(ge=1, le=50)] = 16
    """Larger ones are left to people."""
    at_once: Annotated[int, Field(ge=1, le=8)] = 1
    """Recordings of all tenants together that are put into words at a time; the others wait in one line."""

    @model_validator(mode="after")
    def _says_how(self) -> "TranscriptionTable":
        if (self.command is None) == (not self.url):
            raise wrong_value(
                ("command et url : l'un des deux est à dire", "soit command, soit url et model"),
                ("command and url: one of the two is to be said", "either command, or url and model"),
            )
        if self.url and not self.model:
            raise wrong_value(
                ("url sans model", "le modèle de cette adresse, comme whisper-1"),
                ("url without model", "that endpoint's model, as whisper-1"),
            )
        return self

    def setting(self) -> TranscriptionSetting:
        fields = self.model_dump(include={"url", "model", "language", "seconds"})
        spec = TranscriptionSpec(command=tuple(self.command or ()), largest=self.largest_mb * _MB, **fields)
        return TranscriptionSetting(spec, self.at_once, self.key)
