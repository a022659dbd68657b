"""A day's figures, as the owner asks for them and as they are sent every day."""

from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from comptoir.plugins.api import Context
from comptoir.plugins.builtin.desk.pausing import is_paused
from comptoir.plugins.shop.model import Figures
from comptoir.plugins.shop.money import format_amount

MOST_PRODUCTS = 10
MOST_QUESTIONS = 10
_MAX_QUESTION = 120
LAST = "summed"
"""The key of the tenant's state: up to when figures were sent."""
LONGEST = timedelta(days=8)
"""After a longer absence a summary is of one day again."""


async def of_day(context: Context, day: Literal["today", "yesterday"]) -> str:
    """From midnight to midnight by the tenant's clock."""
    zone = ZoneInfo(context.tenant.timezone)
    date = context.now.astimezone(zone).date() - timedelta(days=day == "yesterday")
    begins, ends = (datetime.combine(date + timedelta(days=days), time(), zone) for days in (0, 1))
    span = f"{context.wording(day)}, {begins:%d/%m/%Y}"
    return await _told(context, await context.figures(begins, ends), span)


async def since_last(context: Context, due: datetime) -> str:
    """From the last summary to this one: what is in none of them does not exist."""
    ends = due.astimezone(ZoneInfo(context.tenant.timezone))
    begins = datetime.combine(ends.date() - timedelta(days=1), ends.time(), ends.tzinfo)
    last = await context.get(LAST, shared=True)
    if isinstance(last, str) and timedelta() < due - (sent := datetime.fromisoformat(last)) < LONGEST:
        begins = sent.astimezone(ends.tzinfo)
    context.put(LAST, due.isoformat(), shared=True)
    span = context.wording("span", begins=f"{begins:%d/%m %H:%M}", ends=f"{ends:%d/%m %H:%M}")
    return await _told(context, await context.figures(begins, ends), span)


async def _told(context: Context, figures: Figures, span: str) -> str:
    wording, currency = context.wording, figures.currency
    lines = [wording("figures_orders", orders=str(figures.orders))]
    if figures.cancelled:
        lines.append(wording("figures_cancelled", cancelled=str(figures.cancelled)))
    if figures.orders:
        revenue, paid = format_amount(figures.revenue, currency), format_amount(figures.paid, currency)
        lines.append(wording("figures_revenue", revenue=revenue, paid=paid))
    if figures.products:
        sold = (
            wording("goods_line", pieces=str(pieces), product=name, amount=format_amount(amount, currency))
            for name, pieces, amount in figures.products[:MOST_PRODUCTS]
        )
        lines.append(wording("figures_products", products="\n".join(sold)))
    if figures.unanswered_count:
        asked = (f"• {' '.join(text.split())[:_MAX_QUESTION]}" for text in figures.unanswered[-MOST_QUESTIONS:])
        count = str(figures.unanswered_count)
        lines.append(wording("figures_unanswered", count=count, questions="\n".join(asked)))
    if await is_paused(context):
        lines.append(wording("figures_paused"))
    return wording("figures", span=span, figures="\n".join(lines))
