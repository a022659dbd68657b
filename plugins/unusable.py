"""A plugin that is installed and cannot be used."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unusable:
    """Stands where its class would: its table is not checked, and the pipeline runs without it."""

    name: str
    reason: str
    """For status: what is wrong with it, in a line."""
