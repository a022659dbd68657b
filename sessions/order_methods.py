"""What the daemon may ask of a worker about the shop: orders, to move one on, what the owner changed by chat."""

from datetime import datetime
from functools import partial
from typing import Any

from comptoir.plugins.shop import states
from comptoir.plugins.shop.model import ORDER_STATES, CatalogueChange, MoveOrder, Order, OrderState
from comptoir.sessions.ground import Ground
from comptoir.sessions.journal import catalogue_changes
from comptoir.sessions.journal import orders as kept_orders
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.page import fit_rows
from comptoir.sessions.parameters import MAX_NUMBER, invalid, number_of
from comptoir.sessions.protocol import ErrorCode, Params, RpcError
from comptoir.sessions.shopkeeping import ordering
from comptoir.sessions.shopkeeping.acting import OPERATOR, Actor
from comptoir.sessions.times import now_ms, rfc3339
from comptoir.sessions.worker import Worker

MOST_STEPS = 100
"""Of an order's history, the last ones: an order must fit into a line however often it went to and fro."""


async def orders(worker: Worker, params: Params) -> Params:
    """A page of them, the newest first; those in a state."""
    states = () if params.get("state") is None else (_state(params["state"]),)
    before = number_of(params, "before", MAX_NUMBER)
    found = await worker.journal.read(partial(kept_orders.orders, states=states, before=before))
    rows = fit_rows([_order_json(order) for order in found])
    more = len(found) == kept_orders.MOST or len(rows) < len(found)
    return {"orders": rows} | ({"next": rows[-1]["number"]} if more else {})


async def order(worker: Worker, params: Params) -> Params:
    """One order."""
    number = number_of(params, "number")
    return await worker.journal.read(lambda db: _order_json(_kept(db, number).order))


async def move(worker: Worker, params: Params) -> Params:
    """An order goes on to another state, and customer and owner are told. The order as it then is."""
    number, state, config = number_of(params, "number"), _state(params.get("state")), worker.config
    if config is None:
        raise RpcError(ErrorCode.CONFIG_WRONG, worker.config_trouble)

    def write(db: Connection) -> tuple[bool, Params]:
        kept = _kept(db, number)
        allowed = states.possible(kept.order.state)
        if state not in (kept.order.state, *allowed):
            may = f"it can become {', '.join(allowed)}" if allowed else "that is its end"
            raise RpcError(ErrorCode.FAILED, f"order {number} is {kept.order.state}: {may}")
        ground = Ground(kept.contact, config, f"order:{number}")
        told = ordering.move(db, ground, Actor(OPERATOR, customer=False), MoveOrder(number, state), now_ms())
        return told, _order_json(_kept(db, number).order)

    told, moved = await worker.journal.write(write)
    if told:
        worker.wake_sender()
    return moved


async def changes(worker: Worker, _params: Params) -> Params:
    """What the owner changed by chat and is in force."""
    found = await worker.journal.read(catalogue_changes.in_force)
    return {"changes": [_change_json(change) for change in found]}


def _kept(db: Connection, number: int) -> kept_orders.Kept:
    kept = kept_orders.kept(db, number)
    if kept is None:
        raise RpcError(ErrorCode.NOT_FOUND, f"no order {number}: `comptoir orders` lists them")
    return kept


def _state(value: object) -> OrderState:
    found = next((state for state in ORDER_STATES if state == value), None)
    if found is None:
        raise invalid(f"state: one of {', '.join(ORDER_STATES)} was expected")
    return found


def _order_json(order: Order) -> dict[str, Any]:
    items = [
        {
            "sku": line.sku,
            "name": line.name,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "amount": line.amount,
        }
        for line in order.priced.lines
    ]
    spot = order.draft.spot
    return {
        "number": order.number,
        "chat": order.chat,
        "customer": order.customer,
        "items": items,
        "fee": order.priced.fee,
        "total": order.priced.total,
        "currency": order.priced.currency,
        "state": order.state,
        "payment": order.payment,
        "delivery": order.draft.delivery or None,
        "zone": order.zone or None,
        "address": order.draft.address or None,
        "location": None if spot is None else {"latitude": spot.latitude, "longitude": spot.longitude},
        "time": order.draft.time or None,
        "note": order.draft.note or None,
        "version": order.priced.version,
        "created": _time(order.created),
        "changed": _time(order.changed),
        "history": [
            {"state": step.state, "by": step.by, "time": _time(step.time)} for step in order.history[-MOST_STEPS:]
        ],
    }


def _change_json(change: CatalogueChange) -> dict[str, Any]:
    return {
        "sku": change.sku,
        "field": change.field,
        "value": change.value,
        "was": change.was,
        "name": change.name or None,
        "by": change.by,
        "time": _time(change.time),
    }


def _time(time: datetime) -> str:
    return rfc3339(round(time.timestamp() * 1000))
