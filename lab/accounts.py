"""Who exists: accounts (a number and a LID each), their linked devices, the keys to start sessions with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from comptoir.lab.nodes import JID, LID_SERVER, NUMBER_SERVER
from comptoir.lab.numbers import digits
from comptoir.lab.signal.keys import Bundle, PreKey, SignedPreKey
from comptoir.lab.store import Store

PREKEYS_KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Account:
    number: str
    """Digits only, with the country code."""
    lid: str
    """Digits only."""
    name: str
    """The push name that others see."""

    def jid(self, device: int = 0, *, as_lid: bool = False) -> JID:
        return JID(self.lid, LID_SERVER, device) if as_lid else JID(self.number, NUMBER_SERVER, device)


@dataclass(slots=True)
class Device:
    """A wire client linked to an account: a *companion*. Only what the server may know of it."""

    jid: JID
    noise_key: bytes
    identity_key: bytes
    registration_id: int
    signed_prekey: SignedPreKey
    prekeys: dict[int, bytes] = field(default_factory=dict)
    """One-time prekeys that nobody has taken yet: id → public key."""

    def upload(self, prekeys: Mapping[int, bytes], signed_prekey: SignedPreKey) -> None:
        room = PREKEYS_KEPT - len(self.prekeys)
        self.prekeys.update(list(prekeys.items())[: max(room, 0)])
        self.signed_prekey = signed_prekey

    def take_bundle(self) -> Bundle:
        prekey = None
        if self.prekeys:
            id = min(self.prekeys)
            prekey = PreKey(id, self.prekeys.pop(id))
        return Bundle(self.registration_id, self.identity_key, self.signed_prekey, prekey)

    def export(self) -> bytes:
        return json.dumps(
            {
                "jid": str(self.jid),
                "noise_key": self.noise_key.hex(),
                "identity_key": self.identity_key.hex(),
                "registration_id": self.registration_id,
                "signed_prekey": self.signed_prekey.export(),
                "prekeys": {str(id): public.hex() for id, public in self.prekeys.items()},
            }
        ).encode()

    @classmethod
    def load(cls, body: bytes) -> Device:
        data: dict[str, Any] = json.loads(body)
        return cls(
            JID.parse(data["jid"]),
            bytes.fromhex(data["noise_key"]),
            bytes.fromhex(data["identity_key"]),
            data["registration_id"],
            SignedPreKey.load(data["signed_prekey"]),
            {int(id): bytes.fromhex(public) for id, public in data["prekeys"].items()},
        )


class Registry:
    """All accounts and companions, kept in the store. Numbers and LIDs are found either way."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._accounts: dict[str, Account] = {}
        self._numbers: dict[str, str] = {}
        self._companions: dict[JID, Device] = {}
        self._last_device: dict[str, int] = {}
        for body in store.documents("account/").values():
            data = json.loads(body)
            self._last_device[data["number"]] = data.pop("last_device")
            self._index(Account(**data))
        for body in store.documents("device/").values():
            device = Device.load(body)
            self._companions[device.jid] = device

    def add(self, number: str, *, lid: str | None = None, name: str = "") -> Account:
        """Register a number; an account that exists already is returned as it is."""
        key = digits(number)
        if not 6 <= len(key) <= 15:
            raise ValueError(f"{number!r} is not a phone number: digits with the country code were expected")
        if key not in self._accounts:
            self._index(Account(key, lid or _invented_lid(key), name))
            self._last_device[key] = 0
            self._keep(self._accounts[key])
        return self._accounts[key]

    def account_of(self, user: JID) -> Account | None:
        if user.server == LID_SERVER:
            return self._accounts.get(self._numbers.get(user.user, ""))
        return self._accounts.get(user.user) if user.server == NUMBER_SERVER else None

    def number_of(self, jid: JID) -> JID | None:
        account = self.account_of(jid)
        return None if account is None else account.jid(jid.device)

    def lid_of(self, jid: JID) -> JID | None:
        account = self.account_of(jid)
        return None if account is None else account.jid(jid.device, as_lid=True)

    def devices_of(self, user: JID) -> list[JID]:
        """The phone (device 0) first, then the companions, in the form of `user`."""
        account = self.account_of(user)
        if account is None:
            return []
        numbers = [0, *sorted(jid.device for jid in self._companions if jid.user == account.number)]
        return [account.jid(number, as_lid=user.server == LID_SERVER) for number in numbers]

    def companion(self, jid: JID) -> Device | None:
        number = self.number_of(jid)
        return self._companions.get(number) if number else None

    def companions_of(self, account: Account) -> list[Device]:
        return [device for device in self._companions.values() if device.jid.user == account.number]

    def next_device(self, account: Account) -> JID:
        """A device JID that no companion of this account ever had: a removed one stays removed."""
        self._last_device[account.number] += 1
        self._keep(account)
        return account.jid(self._last_device[account.number])

    def link(self, device: Device) -> None:
        self._companions[device.jid] = device
        self.changed(device)

    def unlink(self, jid: JID) -> None:
        self._companions.pop(jid, None)
        self._store.forget(f"device/{jid}")

    def changed(self, device: Device) -> None:
        self._store.remember(f"device/{device.jid}", device.export)

    def _index(self, account: Account) -> None:
        self._accounts[account.number] = account
        self._numbers[account.lid] = account.number

    def _keep(self, account: Account) -> None:
        data = asdict(account) | {"last_device": self._last_device[account.number]}
        self._store.put(f"account/{account.number}", json.dumps(data).encode())


def _invented_lid(number: str) -> str:
    """Fifteen digits that say nothing about the number, the same in every lab."""
    return str(10**14 + int.from_bytes(hashlib.sha256(b"lid" + number.encode()).digest()[:8]) % (9 * 10**14))
