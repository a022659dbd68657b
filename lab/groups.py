"""Groups as the server knows them: a name, members, and in which form their messages name them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Final, Literal

from comptoir.lab.accounts import Account, Registry
from comptoir.lab.nodes import JID, LID_SERVER, NUMBER_SERVER
from comptoir.lab.store import Store

GROUP_SERVER: Final = "g.us"
BROADCAST_SERVER: Final = "broadcast"
STATUS: Final = JID("status", BROADCAST_SERVER)
"""Where status updates are sent; who gets one stands in each of them."""

Addressing = Literal["lid", "pn"]

# What ids of groups begin with nowadays; older ones are their creator's number and a time.
_ID_PREFIX = "120363"


@dataclass(frozen=True, slots=True)
class Group:
    """One group at one moment."""

    id: str
    """Digits."""
    name: str
    creator: str
    """Digits of a number; the only admin."""
    members: tuple[str, ...]
    """Digits of numbers, the creator among them."""
    addressing: Addressing
    """Whether its stanzas name members by LID, as in groups of today, or by number."""
    created: int
    """Whole seconds."""

    @property
    def jid(self) -> JID:
        return JID(self.id, GROUP_SERVER)

    @property
    def address(self) -> str:
        """How people in the lab write it: "group:DIGITS"."""
        return f"group:{self.id}"

    @property
    def by_lid(self) -> bool:
        return self.addressing == "lid"


class Groups:
    """All groups, kept in the store."""

    def __init__(self, store: Store, registry: Registry) -> None:
        self._store = store
        self._registry = registry
        self._groups: dict[str, Group] = {}
        for body in store.documents("group/").values():
            data = json.loads(body)
            group = Group(**data | {"members": tuple(data["members"])})
            self._groups[group.id] = group

    def all(self) -> list[Group]:
        return list(self._groups.values())

    def find(self, jid: JID) -> Group | None:
        return self._groups.get(jid.user) if jid.server == GROUP_SERVER else None

    def of(self, account: Account) -> list[Group]:
        """The groups that an account is a member of."""
        return [group for group in self._groups.values() if account.number in group.members]

    def create(self, name: str, creator: str, members: tuple[str, ...], addressing: Addressing, now: int) -> Group:
        """A new group; numbers are digits of accounts that exist."""
        id = f"{_ID_PREFIX}{len(self._groups) + 1:012d}"
        everybody = tuple(dict.fromkeys((creator, *members)))
        return self._keep(Group(id, name, creator, everybody, addressing, now))

    def add(self, group: Group, number: str) -> Group:
        return self._keep(replace(group, members=tuple(dict.fromkeys((*group.members, number)))))

    def remove(self, group: Group, number: str) -> Group:
        return self._keep(replace(group, members=tuple(each for each in group.members if each != number)))

    def devices(self, group: Group) -> list[JID]:
        """Every device of every member, in the group's form."""
        server = LID_SERVER if group.by_lid else NUMBER_SERVER
        found: list[JID] = []
        for account in self.accounts(group):
            found += self._registry.devices_of(JID(account.lid if group.by_lid else account.number, server))
        return found

    def accounts(self, group: Group) -> list[Account]:
        """The members' accounts."""
        accounts = (self._registry.account_of(JID(number, NUMBER_SERVER)) for number in group.members)
        return [account for account in accounts if account is not None]

    def _keep(self, group: Group) -> Group:
        self._groups[group.id] = group
        self._store.put(f"group/{group.id}", json.dumps(asdict(group)).encode())
        return group
