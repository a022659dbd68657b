"""What the daemon knows of a tenant for good: its row in the registry, and what to tell others of a change."""

import logging
import sqlite3
from dataclasses import replace
from typing import Any

import trio

from comptoir.gateway.installation import Installation
from comptoir.gateway.policy import LINK_AGAIN, what_to_do
from comptoir.gateway.registry import Tenant
from comptoir.gateway.rotation import Rotation
from comptoir.sessions.log_line import note
from comptoir.sessions.protocol import Params
from comptoir.sessions.times import now_ms

logger = logging.getLogger(__name__)


class TenantRecord:
    """`deciding` is held by whoever looks at the row to decide and then changes it. No worker is called
    meanwhile: hearing it may need the lock too.
    """

    def __init__(self, installation: Installation, row: Tenant) -> None:
        self.row = row
        self.deciding = trio.Lock()
        self.installation = installation
        self.rotation: Rotation | None = None
        """Of its data key: the one under way, or the last one."""
        self._number_is_kept = True

    @property
    def busy(self) -> str | None:
        """Why no worker is forked just now, where that is as it should be."""
        return self.rotation.reason if self.rotation and self.rotation.outcome is None else None

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def on_wrong_server(self) -> str | None:
        """Why the session must not meet the server that this daemon connects to, or None."""
        return self.installation.wrong_server(self.row)

    @property
    def parked(self) -> str | None:
        """Why the session must not connect, or None."""
        return self.row.parked_reason or self.on_wrong_server

    async def change(self, **fields: Any) -> None:
        """Store fields of the row. Raises sqlite3.Error, and then nothing has changed."""
        await self.installation.registry.change(self.row, **fields)
        # Only these: others may have changed meanwhile.
        self.row = replace(self.row, **fields)

    async def park(self, reason: str, detail: str = "") -> None:
        """Note that the session stops until a person acts, even where that cannot be written down."""
        ended: dict[str, Any] = {"lab": None} if reason in LINK_AGAIN else {}
        parking: dict[str, Any] = {"parked_reason": reason, "parked_detail": detail or None, "parked_at": now_ms()}
        async with self.deciding:
            try:
                await self.change(**parking, **ended)
            except sqlite3.Error:
                # A full disk is no reason to connect a banned number again.
                logger.exception("%s: parked (%s) only until the daemon ends", self.name, reason)
                self.row = replace(self.row, **parking, **ended)
        self.publish("parked", reason=reason, detail=detail, advice=what_to_do(reason, self.name, detail))

    async def note_linked(self, number: str) -> None:
        """There is a session, and of this number. Raises NumberTaken, sqlite3.Error; nothing has changed then."""
        await self._change_number(number, lab=self.installation.lab is not None)

    async def learn_number(self, number: str) -> None:
        """Note what number the session is of by now, if there is one. Raises NumberTaken."""
        lab = self.row.lab
        if lab is None or (self._number_is_kept and (number, lab) == (self.row.number, self.row.lab)):
            return
        try:
            await self._change_number(number, lab=lab)
            self._number_is_kept = True
        except sqlite3.Error:
            # The next report is the next attempt.
            logger.exception("%s: its number is known only until the daemon ends", self.name)
            self.row = replace(self.row, number=number, lab=lab)
            self._number_is_kept = False

    async def _change_number(self, number: str, *, lab: bool) -> None:
        await self.installation.registry.change_number(self.row, number, lab)
        self.row = replace(self.row, number=number, lab=lab)

    def publish(self, kind: str, /, **data: Any) -> None:
        """An event of the daemon's own; it also goes to the log, and so holds nothing that customers wrote."""
        note(logger, kind, tenant=self.name, **data)
        self.installation.hub.publish(self.name, kind, **data)

    def forward(self, event: Params) -> None:
        """An event of the worker's; it may hold what customers wrote."""
        data = {key: value for key, value in event.items() if key != "kind"}
        self.installation.hub.publish(self.name, str(event.get("kind", "unknown")), **data)
