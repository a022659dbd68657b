"""Every kind of message that people send each other, as their apps send it and as they see it."""

from comptoir.lab.kinds.contents import (
    Card,
    Cards,
    Deletion,
    Edit,
    File,
    FileKind,
    LiveLocation,
    Location,
    Poll,
    Reaction,
    Sendable,
    Timer,
    ViewOnce,
    Vote,
)
from comptoir.lab.kinds.shown import Quoted, Shown, ShownFile

__all__ = [
    "Card",
    "Cards",
    "Deletion",
    "Edit",
    "File",
    "FileKind",
    "LiveLocation",
    "Location",
    "Poll",
    "Quoted",
    "Reaction",
    "Sendable",
    "Shown",
    "ShownFile",
    "Timer",
    "ViewOnce",
    "Vote",
]
