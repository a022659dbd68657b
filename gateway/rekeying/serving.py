"""What a rekeyer does for the daemon: two orders, and progress meanwhile."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import trio

from comptoir.gateway.vault import resealing
from comptoir.gateway.vault.errors import VaultDamaged, VaultFailed
from comptoir.gateway.vault.orders import DataKey
from comptoir.sessions.protocol import ErrorCode, Params, RpcError
from comptoir.sessions.rekeying import steps
from comptoir.sessions.rekeying.spec import RekeyingFailed, RekeySpec
from comptoir.sessions.rpc import Channel, ChannelClosed

TELL_EVERY = 0.2


async def main(spec: RekeySpec, connection: socket.socket) -> None:
    """Until the daemon closes the connection."""
    channel = Channel(trio.SocketStream(trio.socket.from_stdlib_socket(connection)))

    async def obey(order: str, _params: Params) -> Params:
        if order not in _ORDERS:
            raise RpcError(ErrorCode.METHOD_NOT_FOUND, f"a rekeyer knows {', '.join(_ORDERS)}, not {order}")
        try:
            await trio.to_thread.run_sync(_ORDERS[order], spec, _telling(channel), abandon_on_cancel=True)
        except RekeyingFailed as error:
            raise RpcError(ErrorCode.FAILED, str(error)) from error
        return {}

    await channel.serve(obey)


def build(spec: RekeySpec, tell: steps.Tell) -> None:
    """Everything under the new key, beside what is in use."""
    steps.build(spec, tell)
    tell("vault", 0, 1)
    with _failing():
        resealing.seal_anew(_vault(spec), spec.tenant, _old(spec), DataKey(spec.version, spec.new_key))
    tell("vault", 1, 1)


def commit(spec: RekeySpec, tell: steps.Tell) -> None:
    """Put it in the place of what is in use."""
    steps.commit(spec, tell)
    with _failing():
        resealing.switch(_vault(spec))


def _vault(spec: RekeySpec) -> Path:
    return spec.state_dir / "vault.db"


def _old(spec: RekeySpec) -> DataKey:
    return DataKey(spec.version - 1, spec.old_key)


@contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except (VaultFailed, VaultDamaged) as error:
        raise RekeyingFailed(str(error)) from error


_ORDERS: dict[str, Callable[[RekeySpec, steps.Tell], None]] = {"build": build, "commit": commit}


def _telling(channel: Channel) -> steps.Tell:
    """From the thread that works, now and then."""
    last = 0.0

    async def notify(params: Params) -> None:
        try:
            await channel.notify("progress", params)
        except ChannelClosed:
            return

    def tell(what: str, done: int, total: int) -> None:
        nonlocal last
        if done == total or time.monotonic() - last > TELL_EVERY:
            last = time.monotonic()
            trio.from_thread.run(notify, {"what": what, "done": done, "total": total})

    return tell
