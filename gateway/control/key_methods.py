"""What may be asked of the daemon about keys."""

from typing import Any

from comptoir.gateway import key_orders
from comptoir.gateway.control.table import Tell, method
from comptoir.gateway.installation import Installation
from comptoir.gateway.supervisor import Supervisor


class KeyMethods:
    """The handlers, as in `Methods`."""

    def __init__(self, supervisor: Supervisor, installation: Installation) -> None:
        self._supervisor = supervisor
        self._installation = installation

    @method("keys.rotate", notification="rotation")
    async def rotate(self, tell: Tell, *, tenant: str) -> Any:
        return await key_orders.rotate(self._supervisor.get(tenant), tell)

    @method("keys.rotate_master")
    async def rotate_master(self) -> Any:
        return await key_orders.rotate_master(self._installation, self._supervisor.tenants)
