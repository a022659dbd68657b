"""Who has blocked whom: kept for each account, as the list behind "blocked contacts" in the app's settings."""

from __future__ import annotations

import json

from comptoir.lab.accounts import Account
from comptoir.lab.store import Store

BLOCKED_AT_MOST = 1_000


class Blocks:
    """Accounts by number, blocked accounts in the order in which they were blocked."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def blocked_by(self, account: Account) -> tuple[str, ...]:
        """The numbers (digits) that this account has blocked."""
        body = self._store.document(_name(account))
        return tuple(json.loads(body)) if body else ()

    def has_blocked(self, account: Account, other: Account) -> bool:
        return other.number in self.blocked_by(account)

    def block(self, account: Account, other: Account) -> None:
        """Raises ValueError when the list is full."""
        blocked = self.blocked_by(account)
        if len(blocked) >= BLOCKED_AT_MOST:
            raise ValueError(f"+{account.number} has blocked {BLOCKED_AT_MOST} others already")
        if other.number not in blocked:
            self._keep(account, (*blocked, other.number))

    def unblock(self, account: Account, other: Account) -> None:
        self._keep(account, tuple(number for number in self.blocked_by(account) if number != other.number))

    def _keep(self, account: Account, blocked: tuple[str, ...]) -> None:
        self._store.put(_name(account), json.dumps(blocked).encode())


def _name(account: Account) -> str:
    return f"blocked/{account.number}"
