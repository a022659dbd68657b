"""The sessions of one device: for each peer device the state in use and the ones before it.

Several states are normal: when both sides start at once, each holds two, and whichever is used lives on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from comptoir.lab.signal import export, ratchet, x3dh
from comptoir.lab.signal.errors import BadMac, MalformedMessage, NoSession
from comptoir.lab.signal.keys import Bundle, LocalKeys
from comptoir.lab.signal.ratchet import State
from comptoir.lab.signal.wire import PreKeyMessage, SignalMessage

PKMSG: Final = "pkmsg"
MSG: Final = "msg"

MAX_STATES = 40


@dataclass(frozen=True, slots=True)
class Sealed:
    """A ciphertext for one device, and its place in our ratchet."""

    type: str
    body: bytes
    ratchet_key: bytes
    counter: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A plaintext from one device, and its place in that device's ratchet."""

    plaintext: bytes
    ratchet_key: bytes
    counter: int


class Sessions:
    """Encrypts for and decrypts from peer devices. An address is any text that names one device."""

    def __init__(self, keys: LocalKeys) -> None:
        self.keys = keys
        self._states: dict[str, tuple[State, ...]] = {}

    def has_session(self, address: str) -> bool:
        return address in self._states

    def start(self, address: str, bundle: Bundle) -> None:
        """Start a session, also where there is one: the old states stay readable. Raises BadSignature."""
        self._put_first(address, x3dh.start(self.keys.identity.pair, bundle))

    def forget(self, address: str) -> None:
        """Drop every state with a peer, as a device does that was set up anew."""
        self._states.pop(address, None)

    def encrypt(self, address: str, plaintext: bytes) -> Sealed:
        """Seal for one device: `pkmsg` until it has answered, then `msg`. Raises NoSession."""
        if address not in self._states:
            raise NoSession(f"no session with {address}: start one from a bundle first")
        state, *before = self._states[address]
        after, message = ratchet.seal(state, plaintext)
        self._states[address] = (after, *before)
        if state.pending is None:
            return Sealed(MSG, bytes(message), message.ratchet_key, message.counter)
        first = PreKeyMessage(
            self.keys.identity.registration_id,
            state.pending.prekey_id,
            state.pending.signed_prekey_id,
            state.pending.base_key,
            state.local_identity,
            message,
        )
        return Sealed(PKMSG, bytes(first), message.ratchet_key, message.counter)

    def decrypt(self, address: str, type: str, body: bytes) -> Opened:
        """Open what one device sent. Raises any SignalError; then nothing has changed."""
        match type:
            case "pkmsg":
                return self._decrypt_first(address, PreKeyMessage.parse(body))
            case "msg":
                return self._decrypt(address, SignalMessage.parse(body))
            case _:
                raise MalformedMessage(f"a message of type pkmsg or msg was expected, not {type!r}")

    def export(self) -> dict[str, Any]:
        """Keys and states as plain JSON."""
        return {
            "keys": self.keys.export(),
            "sessions": {
                address: [export.state(state) for state in states] for address, states in self._states.items()
            },
        }

    @classmethod
    def load(cls, data: dict[str, Any]) -> Sessions:
        """What `export` gave."""
        sessions = cls(LocalKeys.load(data["keys"]))
        for address, states in data["sessions"].items():
            sessions._states[address] = tuple(export.load_state(state) for state in states)
        return sessions

    def _decrypt_first(self, address: str, first: PreKeyMessage) -> Opened:
        states = self._states.get(address, ())
        known = any((state.base_key, state.remote_identity) == (first.base_key, first.identity) for state in states)
        if known:
            return self._decrypt(address, first.message)
        state, plaintext = ratchet.open_sealed(x3dh.answer(self.keys, first), first.message)
        self._put_first(address, state)
        if first.prekey_id is not None:
            self.keys.use_up(first.prekey_id)
        return Opened(plaintext, first.message.ratchet_key, first.message.counter)

    def _decrypt(self, address: str, message: SignalMessage) -> Opened:
        states = self._states.get(address)
        if states is None:
            raise NoSession(f"no session with {address}, and the message does not start one")
        for i, state in enumerate(states):
            try:
                after, plaintext = ratchet.open_sealed(state, message)
            except BadMac:
                continue
            # The state the peer uses becomes the one we use.
            self._states[address] = (after, *states[:i], *states[i + 1 :])
            return Opened(plaintext, message.ratchet_key, message.counter)
        raise BadMac(f"none of {len(states)} states with {address} can read the message")

    def _put_first(self, address: str, state: State) -> None:
        self._states[address] = (state, *self._states.get(address, ()))[:MAX_STATES]
