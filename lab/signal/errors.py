"""Why a Signal message or a bundle is refused; the session is then as it was before."""

from __future__ import annotations


class SignalError(Exception):
    """Base of the others."""


class MalformedMessage(SignalError):
    """The bytes are no Signal message of version 3."""


class NoSession(SignalError):
    """A message of type `msg`, or one to be encrypted, for a peer with whom no session was started."""


class NoSenderKey(SignalError):
    """A message of type `skmsg` in a chain that its sender has not handed over."""


class UnknownPreKey(SignalError):
    """A message of type `pkmsg` for a prekey that this device never had or has already used."""


class BadSignature(SignalError):
    """A bundle whose signed prekey was not signed by its identity."""


class BadMac(SignalError):
    """No state of the session can read the message: it was altered, or sealed in a session unknown here."""


class DuplicateMessage(SignalError):
    """The message's counter was decrypted before ("old counter")."""


class TooFarAhead(SignalError):
    """The message's counter would skip more message keys than are kept."""
