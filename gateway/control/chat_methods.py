"""What may be asked of the daemon about conversations: a tenant's worker does it."""

from typing import Any

from comptoir.gateway.control.table import method
from comptoir.gateway.supervisor import Supervisor


class ChatMethods:
    """The handlers, as in `Methods`."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    @method("chats")
    async def chats(self, *, tenant: str, state: str | None = None, chat: str | None = None) -> Any:
        return await self._supervisor.get(tenant).call("chats", {"state": state, "chat": chat})

    @method("chat.assign")
    async def assign(self, *, tenant: str, chat: str, agent: str) -> Any:
        return await self._supervisor.get(tenant).call("chat.assign", {"chat": chat, "agent": agent})

    @method("chat.pause")
    async def pause(self, *, tenant: str, chat: str) -> Any:
        return await self._supervisor.get(tenant).call("chat.pause", {"chat": chat})

    @method("chat.resume")
    async def resume(self, *, tenant: str, chat: str) -> Any:
        return await self._supervisor.get(tenant).call("chat.resume", {"chat": chat})

    @method("chat.close")
    async def close(self, *, tenant: str, chat: str) -> Any:
        return await self._supervisor.get(tenant).call("chat.close", {"chat": chat})
