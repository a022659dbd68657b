"""What somebody in the lab heard, one line a message."""

from typing import Any

from comptoir.cli.render.text import safe


def heard_line(item: dict[str, Any]) -> str:
    """`sender: text`, with what there is beside the text in square brackets before it."""
    parts = (_quoted(item), _what(item), str(item["text"]))
    return f"{safe(str(item['sender']))}: {safe(' '.join(part for part in parts if part))}"


def _quoted(item: dict[str, Any]) -> str:
    quote = item.get("content", {}).get("quote")
    return f"[to: {quote['text'] or quote['kind']}]" if quote else ""


def _what(item: dict[str, Any]) -> str:
    content: dict[str, Any] = item.get("content", {"kind": "text"})
    once = ", to be seen once" if content.get("view_once") else ""
    match content:
        case {"kind": "text"}:
            return ""
        case {"file": {"kind": kind, "size": size, "name": name, "seconds": seconds}}:
            facts = (kind, name, f"{size} bytes", f"{seconds} s" if seconds else "")
            return f"[{', '.join(fact for fact in facts if fact)}{once}]"
        case {"location": {"latitude": latitude, "longitude": longitude, **more}}:
            live = "live " if content["kind"] == "live_location" else ""
            return f"[{live}place {latitude}, {longitude} {more.get('name', '')}".rstrip() + "]"
        case {"cards": [_, *_] as cards}:
            return f"[card: {', '.join(card['name'] for card in cards)}]"
        case {"poll": {"question": question, "options": options}}:
            return f"[poll: {question} {' / '.join(options)}]"
        case {"kind": "vote", "options": options, "target": target}:
            chosen = "?" if options is None else ", ".join(options) or "nothing"
            return f"[votes in {target}: {chosen}]"
        case {"kind": "timer", "expires_in": seconds}:
            return f"[messages disappear after {seconds} s]" if seconds else "[messages stay]"
        case {"kind": kind, "target": str(target)} if target:
            return f"[{kind} of {target}]"
        case _:
            return f"[{content.get('kind', 'unknown')}]"
