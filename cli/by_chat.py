"""What the owner changed by chat over the catalogue's file, for `check`: only a daemon knows."""

from typing import Any

from comptoir.cli.connection import call
from comptoir.cli.errors import CommandError
from comptoir.cli.output import print_warning
from comptoir.cli.render.text import local_time, safe


def changes_by_chat(name: str) -> list[dict[str, Any]] | None:
    """None where nobody could be asked, which is said."""
    try:
        found: list[dict[str, Any]] = call("catalogue.changes", tenant=name)["changes"]
    except CommandError as error:
        print_warning(f"what the owner changed by chat could not be asked for: {error.message}")
        return None
    return found


def change_line(change: dict[str, Any]) -> str:
    """`poulet: price 3500 by chat, 3000 in the file (owner, 2026-11-21 20:14)`."""
    value, was = (_shown(change[key]) for key in ("value", "was"))
    match change["field"]:
        case "added":
            what = f"{change['name']}, price {value}, added by chat"
        case "hidden":
            what = "no longer sold, by chat"
        case field:
            what = f"{field} {value} by chat, {was} in the file"
    return safe(f"{change['sku']}: {what} ({change['by']}, {local_time(change['time']):%Y-%m-%d %H:%M})")


def _shown(value: object) -> str:
    return "not counted" if value is None else str(value)
