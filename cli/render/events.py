"""What happens, one line each."""

from typing import Any

from rich.text import Text

from comptoir.cli.render.text import local_time, safe, told

_HEAD = ("time", "tenant", "kind")


def event_line(event: dict[str, Any]) -> Text:
    """`07:00:03  chez-awa  stale  chat=+221…`: the fields of an event depend on its kind."""
    details = "  ".join(f"{safe(key)}={_value(value)}" for key, value in event.items() if key not in _HEAD)
    return Text.assemble(
        (f"{local_time(event['time']):%H:%M:%S}  ", "dim"),
        (f"{safe(event.get('tenant') or '-')}  ", "bold"),
        (safe(event["kind"]), "cyan"),
        f"  {details}" if details else "",
    )


def _value(value: Any) -> str:
    text = told(value if isinstance(value, str) else str(value))
    return f'"{text}"' if " " in text or not text else text
