"""What the people who answer read of a chat, and when a customer may expect one of them."""

from collections.abc import Sequence

from comptoir.plugins.api import Context, Line
from comptoir.plugins.opening import Opening, said_moment
from comptoir.plugins.text import one_line

LINES = 6
MAX_MARK = 100
MAX_LINE = 300
"""Characters of one message in a summary."""


def called(context: Context) -> str:
    """How a customer is called among those who answer."""
    return one_line(context.contact.name, 40) or context.contact.chat


async def summary(context: Context, lines: Sequence[Line] | None = None) -> str:
    """The chat's last messages, or `lines` of them, each with who wrote it."""
    shown = await context.history(LINES) if lines is None else lines[-LINES:]
    return "\n".join(f"{_writer(context, line)} : {_said(line)}" for line in shown)


def mark(lines: Sequence[Line]) -> str:
    """Names the last of `lines`. Its time alone would not do: WhatsApp tells it in whole seconds."""
    return f"{lines[-1].time.isoformat()} {lines[-1].by} {lines[-1].text[:MAX_MARK]}" if lines else ""


def unseen(lines: Sequence[Line], seen: object) -> Sequence[Line]:
    """Those after the one that `seen` names, and after the last that a person wrote."""
    marked = (at + 1 for at, line in enumerate(lines) if mark([line]) == seen or is_persons(line))
    return lines[max(marked, default=0) :]


def is_persons(line: Line) -> bool:
    """Whether one of the tenant's people wrote it."""
    return line.by == "owner" or line.by.startswith("agent:")


def opening_line(context: Context, opening: Opening | None) -> str:
    """Where the shop is closed, when somebody will be there; else nothing."""
    state = opening.at(context.now) if opening else None
    if opening is None or state is None or state.open or state.until is None:
        return ""
    when = said_moment(state.until, opening.local(context.now), context.tenant.language)
    return context.wording("closed", opening=when)


def _writer(context: Context, line: Line) -> str:
    if line.by == "customer":
        return context.wording("by_customer")
    if line.by.startswith("agent:") and line.by != "agent:owner":
        return line.by.removeprefix("agent:")
    return context.wording("by_bot" if line.by.startswith("plugin:") else "by_person")


def _said(line: Line) -> str:
    text = one_line(line.text, MAX_LINE + 1)
    short = text if len(text) <= MAX_LINE else text[: MAX_LINE - 1] + "…"
    return short if line.kind == "text" else f"[{line.kind}] {short}".strip()
