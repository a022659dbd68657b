"""Orders at the desk: listed, shown, moved on, paid."""

from comptoir.plugins.builtin.desk.commands import SetOrder, SetQuoted, ShowOrder
from comptoir.plugins.builtin.desk.sitting import Sitting
from comptoir.plugins.builtin.handover.commands import Command
from comptoir.plugins.builtin.handover.desk import do as do_in_conversation
from comptoir.plugins.builtin.handover.desk import listed
from comptoir.plugins.shop.model import MOST_ORDERS, MarkPayment, MoveOrder, Order
from comptoir.plugins.shop.money import format_amount
from comptoir.plugins.shop.states import possible
from comptoir.plugins.text import one_line

MAP = "https://maps.google.com/?q={latitude:.6f},{longitude:.6f}"
_MAX_NAME = 40


async def list_orders(sitting: Sitting) -> None:
    orders = await sitting.context.orders(open_only=True)
    if not orders:
        sitting.say("no_orders")
        return
    lines = (
        sitting.context.wording(
            "order_line",
            number=str(order.number),
            customer=_customer(order),
            total=_total(order),
            state=_state(sitting, order),
            payment=_payment(sitting, order),
        )
        for order in sorted(orders, key=lambda order: order.number)
    )
    more = "\n…" if len(orders) == MOST_ORDERS else ""
    sitting.say("orders", orders="\n".join(lines) + more)


async def show_order(sitting: Sitting, command: ShowOrder) -> None:
    order = await _found(sitting, command.number)
    if order is None:
        return
    currency = order.priced.currency
    lines = [
        sitting.context.wording(
            "goods_line", pieces=str(line.quantity), product=line.name, amount=format_amount(line.amount, currency)
        )
        for line in order.priced.lines
    ]
    if order.zone:
        fee = format_amount(order.priced.fee, currency)
        lines.append(sitting.context.wording("order_fee", zone=order.zone, fee=fee))
    sitting.say(
        "order_details",
        number=str(order.number),
        customer=_customer(order),
        chat=order.chat,
        lines="\n".join(lines),
        total=_total(order),
        details="".join(f"{detail}\n" for detail in _details(sitting, order)),
        state=_state(sitting, order),
        payment=_payment(sitting, order),
    )


async def set_order(sitting: Sitting, command: SetOrder) -> None:
    """Move it on, or say what is known of its payment; customers are told where it is written down."""
    order = await _found(sitting, command.number)
    if order is None:
        return
    told = {"number": str(order.number), "customer": _customer(order)}
    state = _state(sitting, order)
    if command.to in ("paid", "open"):
        _set_payment(sitting, order, command, told)
    elif command.to == order.state:
        sitting.say("order_already", state=state, **told)
    elif command.to in possible(order.state):
        sitting.context.do(MoveOrder(order.number, command.to))
        sitting.say("order_set", state=sitting.context.wording(f"state_{command.to}"), **told)
    else:
        sitting.say("order_not_yet" if order.is_open else "order_ended", state=state, **told)


async def set_quoted(sitting: Sitting, command: SetQuoted, number: int | None) -> None:
    """`prête` below a message of ours about an order is about that order."""
    if number is not None:
        await set_order(sitting, SetOrder(number, command.to))
        return
    orders = await sitting.context.orders(open_only=True)
    said = sitting.context.wording(f"state_{command.to}")
    sitting.say("which_order", number=str(orders[0].number if orders else 12), said=said)
    if orders:
        await list_orders(sitting)


async def in_conversation(sitting: Sitting, command: Command) -> None:
    """What is said to a customer, or becomes of their conversation; a wrong number may be an order's."""
    sitting.said.append(await do_in_conversation(sitting.context, command))
    known = await sitting.context.cases()
    if all(case.conversation.number != command.number for case in known) and await sitting.context.orders(
        command.number
    ):
        sitting.say("order_hint", number=str(command.number))


async def list_conversations(sitting: Sitting) -> None:
    sitting.said.append(listed(sitting.context, await sitting.context.cases()))


def _set_payment(sitting: Sitting, order: Order, command: SetOrder, told: dict[str, str]) -> None:
    word = sitting.context.wording(f"state_{command.to}")
    if not sitting.is_owner:
        sitting.say("owner_only")
    elif order.state == "cancelled":
        sitting.say("order_ended", state=_state(sitting, order), **told)
    elif order.payment == command.to:
        sitting.say("order_already", state=word, **told)
    else:
        sitting.context.do(MarkPayment(order.number, "paid" if command.to == "paid" else "open"))
        sitting.say("order_set", state=word, **told)


async def _found(sitting: Sitting, number: int) -> Order | None:
    """None where there is no such order, which is said."""
    orders = await sitting.context.orders(number)
    if orders:
        return orders[0]
    sitting.say("order_unknown", number=str(number))
    cases = await sitting.context.cases()
    if any(case.conversation.number == number for case in cases):
        sitting.say("conversation_hint", number=str(number))
    else:
        await list_orders(sitting)
    return None


def _details(sitting: Sitting, order: Order) -> list[str]:
    draft, wording = order.draft, sitting.context.wording
    found = [wording("order_pickup")] if draft.delivery == "pickup" else []
    if draft.address:
        found.append(wording("order_address", address=draft.address))
    if draft.spot is not None:
        found.append(MAP.format(latitude=draft.spot.latitude, longitude=draft.spot.longitude))
    if draft.time:
        found.append(wording("order_time", time=draft.time))
    if draft.note:
        found.append(wording("order_note", note=draft.note))
    return found


def _customer(order: Order) -> str:
    return one_line(order.customer, _MAX_NAME) or order.chat


def _total(order: Order) -> str:
    return format_amount(order.priced.total, order.priced.currency)


def _state(sitting: Sitting, order: Order) -> str:
    return sitting.context.wording(f"state_{order.state}")


def _payment(sitting: Sitting, order: Order) -> str:
    return "" if order.payment == "open" else sitting.context.wording(f"payment_{order.payment}")
