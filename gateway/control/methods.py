"""What may be asked of the daemon. docs/control-protocol.md says the same to other people."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from comptoir.gateway.control.status import brief, full_status, status_of_all
from comptoir.gateway.control.table import Tell, method
from comptoir.gateway.events import EventHub, TooSlow
from comptoir.gateway.linking import link
from comptoir.gateway.orders import pause, resume, unlink
from comptoir.gateway.supervisor import Supervisor
from comptoir.sessions.descriptors import Descriptor
from comptoir.sessions.protocol import ErrorCode, Params, RpcError
from comptoir.sessions.times import now_ms, rfc3339

PROTOCOL_VERSION = 1
MAX_PAGE = 500
MAX_WAIT = 3_600.0
MAX_WAITS = 32
CALL_LIMIT = 30.0
# For a file to be sealed, or to be read by whoever asked for it.
FILE_LIMIT = 600.0
STATES = ("sent", "delivered", "read")


class Methods:
    """The handlers; each keyword-only parameter is one of the method's. All raise RpcError."""

    def __init__(self, supervisor: Supervisor, hub: EventHub, version: str, *, lab: bool) -> None:
        self._supervisor = supervisor
        self._hub = hub
        self._daemon = {"version": version, "pid": os.getpid(), "lab": lab}
        self._waits: Counter[str] = Counter()
        self._started = time.monotonic()

    @method("hello")
    async def hello(self, *, version: int) -> Any:
        if version != PROTOCOL_VERSION:
            raise RpcError(
                ErrorCode.FAILED,
                f"this daemon speaks version {PROTOCOL_VERSION} of the control protocol, not {version}: "
                "use the comptoir command that came with it",
            )
        return {"version": PROTOCOL_VERSION, "daemon": self._daemon["version"]} | {
            key: self._daemon[key] for key in ("pid", "lab")
        }

    @method("status")
    async def status(self, *, tenant: str | None = None) -> Any:
        supervisors = self._supervisor.tenants() if tenant is None else [self._supervisor.get(tenant)]
        rows = await status_of_all(supervisors)
        uptime = round(time.monotonic() - self._started, 3)
        return {"daemon": self._daemon | {"uptime": uptime, "notices": []}, "tenants": rows}

    @contextmanager
    def _one_more_wait(self, tenant: str) -> Iterator[None]:
        """A worker runs so many calls at once and no more: who only waits must leave room for the others."""
        if self._waits[tenant] >= MAX_WAITS:
            raise RpcError(ErrorCode.NOT_NOW, f"{tenant}: {MAX_WAITS} calls wait for messages already: try again later")
        self._waits[tenant] += 1
        try:
            yield
        finally:
            self._waits[tenant] -= 1

    # --- tenants -------------------------------------------------------------------------------------

    @method("tenant.add")
    async def tenant_add(
        self, *, tenant: str, template: str = "empty", owner: str | None = None, lang: str = "fr"
    ) -> Any:
        added = await self._supervisor.add(tenant, template, owner, lang)
        return {"tenant": tenant, "config": str(added.folder), "kept": added.kept}

    @method("tenant.list")
    async def tenant_list(self) -> Any:
        return {"tenants": [brief(supervisor) for supervisor in self._supervisor.tenants()]}

    @method("tenant.show")
    async def tenant_show(self, *, tenant: str) -> Any:
        supervisor = self._supervisor.get(tenant)
        return await full_status(supervisor, self._supervisor.config_dir(tenant))

    @method("tenant.pause")
    async def tenant_pause(self, *, tenant: str) -> Any:
        supervisor = self._supervisor.get(tenant)
        await pause(supervisor)
        return brief(supervisor)

    @method("tenant.resume")
    async def tenant_resume(self, *, tenant: str) -> Any:
        supervisor = self._supervisor.get(tenant)
        await resume(supervisor)
        return brief(supervisor)

    @method("tenant.remove")
    async def tenant_remove(self, *, tenant: str) -> Any:
        return {"tenant": tenant, "logged_out": await self._supervisor.remove(tenant)}

    @method("link", notification="link")
    async def link(self, tell: Tell, *, tenant: str, code: str | None = None) -> Any:
        return await link(self._supervisor.get(tenant), tell, code)

    @method("unlink")
    async def unlink(self, *, tenant: str) -> Any:
        return {"tenant": tenant, "logged_out": await unlink(self._supervisor.get(tenant))}

    @method("reload")
    async def reload(self, *, tenant: str) -> Any:
        return await self._supervisor.get(tenant).call("reload")

    @method("try")
    async def try_(
        self, *, tenant: str, text: str, from_: str | None = None, kind: str | None = None, at: str | None = None
    ) -> Any:
        imagined = {"text": text, "from": from_, "kind": kind, "at": at}
        return await self._supervisor.get(tenant).call("try", imagined)

    # --- messages ------------------------------------------------------------------------------------

    @method("send")
    async def send(  # noqa: PLR0913 (a parameter on the wire for each)
        self,
        *,
        tenant: str,
        to: str,
        text: str = "",
        file: Descriptor | None = None,
        name: str | None = None,
        kind: str | None = None,
        content: Params | None = None,
        quote: int | None = None,
        client_key: str | None = None,
    ) -> Any:
        params: Params = {"to": to, "text": text, "client_key": client_key, "by": "operator"}
        params |= {"content": content, "quote": quote}
        if file is not None:
            params |= {"file": file, "name": name, "kind": kind}
        within = CALL_LIMIT if file is None else FILE_LIMIT
        return await self._supervisor.get(tenant).call("send", params, within=within)

    @method("media.get")
    async def media_get(self, *, tenant: str, id: int, out: Descriptor) -> Any:
        return await self._supervisor.get(tenant).call("media", {"id": id, "out": out}, within=FILE_LIMIT)

    @method("message")
    async def message(self, *, tenant: str, id: int) -> Any:
        return await self._supervisor.get(tenant).call("message", {"id": id})

    @method("message.wait")
    async def message_wait(self, *, tenant: str, id: int, state: str, timeout: float = 60.0) -> Any:  # noqa: ASYNC109 (the worker's limit, a parameter on the wire)
        if state not in STATES:
            raise RpcError(ErrorCode.INVALID_PARAMS, f"state: expected one of {', '.join(STATES)}")
        if not 0 < timeout <= MAX_WAIT:
            raise RpcError(ErrorCode.INVALID_PARAMS, f"timeout: expected up to {MAX_WAIT:g} seconds")
        params = {"id": id, "state": state, "timeout": timeout}
        supervisor = self._supervisor.get(tenant)
        with self._one_more_wait(tenant):
            return await supervisor.call("wait", params, within=timeout + 5.0)

    @method("messages")
    async def messages(
        self, *, tenant: str, chat: str | None = None, limit: int = 50, before: int | None = None
    ) -> Any:
        if not 1 <= limit <= MAX_PAGE:
            raise RpcError(ErrorCode.INVALID_PARAMS, f"limit: expected 1 to {MAX_PAGE}")
        params = {"chat": chat, "limit": limit, "before": before}
        return await self._supervisor.get(tenant).call("messages", params)

    @method("events", notification="event")
    async def events(self, tell: Tell, *, tenant: str | None = None) -> Any:
        if tenant is not None:
            self._supervisor.get(tenant)
        with self._hub.follow(tenant) as subscription:
            await tell({"time": rfc3339(now_ms()), "tenant": tenant, "kind": "following"})
            try:
                async for event in subscription:
                    await tell(event)
            except TooSlow as error:
                raise RpcError(ErrorCode.NOT_NOW, f"{error}: follow again, and read faster") from None
