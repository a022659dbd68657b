"""Where what plugins remember stands, with versions that show whether a decision still holds."""

from dataclasses import dataclass
from typing import Any

TENANT = 0
"""The contact of state that belongs to the tenant as a whole."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a plugin keeps one value."""

    plugin: str
    contact: int
    key: str


@dataclass(frozen=True, slots=True)
class Value:
    """A JSON value and its version: 0 where nothing was ever put, one more with every change."""

    value: Any
    version: int
