"""The lab: a local stand-in for WhatsApp's chat server, with phones and customers, for tests and demos.

`open_lab` runs one. Nothing here imports anything of Comptoir's outside this package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from comptoir.lab.lab import Lab, LabInUse, open_lab

__all__ = ["Lab", "LabInUse", "open_lab"]


def __getattr__(name: str) -> Any:
    # Late: whoever only talks to a lab that runs elsewhere needs neither trio nor the protobufs.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from comptoir.lab import lab

    return getattr(lab, name)
