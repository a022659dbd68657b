"""`comptoir.toml`, the operator's settings: parsed without I/O, every fault with its line."""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from comptoir.sessions.spec import FAST_RATES, Rates

DEFAULT_TEXT = """\
# Settings of the whole machine. Every line that begins with # shows a default.
version = 1

[outbox]
# How fast each tenant may send: WhatsApp closes numbers that write like machines.
# chat_per_second = 1.0      # answers in one chat
# answers_per_minute = 30    # answers of one tenant
# notices_per_minute = 6     # messages to owners
# new_chats_per_day = 5      # first messages to people who never wrote
# typing = true              # show "typing…" before an answer
# quiet_ms = 1500            # wait until a chat was silent this long; 200 is the least that is safe

[lab]
# Tests and benchmarks only; ignored unless the daemon was started with COMPTOIR_LAB.
# fast = false               # no rates, no typing, no joining of bursts
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a configuration file."""

    file: Path
    line: int
    what: str
    expected: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}, and {self.expected} was expected"


class SettingsWrong(Exception):
    """Everything that is wrong with the file at once."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Settings:
    rates: Rates = field(default_factory=Rates)
    fast: bool = False

    def rates_in(self, lab: bool) -> Rates:
        """The rates to send with; only a lab may have none."""
        return FAST_RATES if self.fast and lab else self.rates


def load_settings(file: Path) -> Settings:
    """Raises SettingsWrong. A missing file means the defaults."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsWrong([Fault(file, 1, f"cannot be read: {error}", "a readable UTF-8 file")]) from None
    return parse_settings(text, file)


def parse_settings(text: str, file: Path) -> Settings:
    """Raises SettingsWrong with all faults; `file` is only named in them."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsWrong([_syntax_fault(str(error), text, file)]) from None
    try:
        parsed = _File.model_validate(tables)
    except ValidationError as error:
        faults = [_value_fault(found, text, file) for found in error.errors()]
        raise SettingsWrong(sorted(faults, key=lambda fault: fault.line)) from None
    outbox = parsed.outbox
    return Settings(Rates(**outbox.model_dump()), parsed.lab.fast)


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Outbox(_Table):
    chat_per_second: Annotated[float, Field(gt=0, le=10)] = 1.0
    answers_per_minute: Annotated[int, Field(ge=1, le=600)] = 30
    notices_per_minute: Annotated[int, Field(ge=1, le=600)] = 6
    new_chats_per_day: Annotated[int, Field(ge=0, le=10_000)] = 5
    typing: bool = True
    quiet_ms: Annotated[int, Field(ge=200, le=60_000)] = 1_500


class _Lab(_Table):
    fast: bool = False


class _File(_Table):
    version: Literal[1]
    outbox: _Outbox = Field(default_factory=_Outbox)
    lab: _Lab = Field(default_factory=_Lab)


def line_of(text: str, location: tuple[int | str, ...]) -> int:
    """The line of a key, of its table where the key is missing, or 1.

    A plain search is enough for files of one level of tables; tomllib keeps no positions.
    """
    *tables, key = [str(part) for part in location]
    table = ".".join(tables)
    current, table_line = "", 1
    for number, line in enumerate(text.splitlines(), 1):
        if heading := re.match(r"\s*\[\s*([\w.-]+)\s*\]", line):
            current = heading[1]
            if current in (table, key):
                table_line = number
        elif current == table and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return number
    return table_line


def _value_fault(found: ErrorDetails, text: str, file: Path) -> Fault:
    """pydantic's finding as a sentence of ours."""
    name = ".".join(str(part) for part in found["loc"])
    match found["type"]:
        case "missing":
            what, expected = f"{name} is missing", "`version = 1` at the top"
        case "extra_forbidden":
            what, expected = f"{name} is not a setting", "a name from the file that `comptoir init` writes"
        case _:
            what, expected = f"{name} has a wrong value", found["msg"].removeprefix("Input should be ")
    return Fault(file, line_of(text, found["loc"]), what, expected)


def _syntax_fault(message: str, text: str, file: Path) -> Fault:
    found = re.search(r"\(at line (\d+), column \d+\)", message)
    line = int(found[1]) if found else max(1, len(text.splitlines()))
    return Fault(file, line, f"not TOML: {message.partition(' (at ')[0]}", "`name = value` or `[table]`")
