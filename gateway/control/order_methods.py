"""What may be asked of the daemon about a tenant's shop: its worker does it."""

from typing import Any

from comptoir.gateway.control.table import method
from comptoir.gateway.supervisor import Supervisor


class OrderMethods:
    """The handlers, as in `Methods`."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    @method("orders")
    async def orders(self, *, tenant: str, state: str | None = None, before: int | None = None) -> Any:
        return await self._supervisor.get(tenant).call("orders", {"state": state, "before": before})

    @method("order")
    async def order(self, *, tenant: str, number: int) -> Any:
        return await self._supervisor.get(tenant).call("order", {"number": number})

    @method("order.set")
    async def move(self, *, tenant: str, number: int, state: str) -> Any:
        return await self._supervisor.get(tenant).call("order.set", {"number": number, "state": state})

    @method("catalogue.changes")
    async def changes(self, *, tenant: str) -> Any:
        return await self._supervisor.get(tenant).call("catalogue.changes", {})
