"""Who may speak to the daemon: the kernel says who is at the other end of a Unix socket."""

import socket
import struct
from dataclasses import dataclass

from comptoir.gateway.forkserver import is_descendant

_UCRED = struct.Struct("3i")


@dataclass(frozen=True, slots=True)
class Peer:
    pid: int
    uid: int


def peer_of(credentials: bytes) -> Peer:
    """From what SO_PEERCRED gives: the process that connected, with the rights it had then."""
    pid, uid, _gid = _UCRED.unpack(credentials)
    return Peer(pid, uid)


PEER_CREDENTIALS = (socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)


def refusal(peer: Peer, owner: int) -> str | None:
    """Why this peer may not speak, or None. `owner` is the user that owns state/.

    Workers run as the operator's user, so the user alone does not tell them apart: whatever a plugin
    started is a descendant of the forkserver, and with it of this daemon, which adopts what it loses.
    """
    if peer.uid not in (0, owner):
        return f"user {peer.uid} is not an operator: run this as root or as the user that owns state/"
    if peer.pid <= 0 or is_descendant(peer.pid):
        return "workers and what they start may not control the daemon"
    return None
