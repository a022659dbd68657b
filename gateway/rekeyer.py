"""The process that encrypts one tenant's files with a new key, seen from the daemon."""

from collections.abc import Awaitable, Callable

import trio

from comptoir.gateway.forked_process import fork_process
from comptoir.gateway.installation import Installation
from comptoir.gateway.worker_output import keep_output
from comptoir.sessions.protocol import Params, RpcError
from comptoir.sessions.rekeying.spec import RekeyingFailed, RekeySpec
from comptoir.sessions.rpc import Channel, ChannelClosed

# A journal of ten gigabytes takes two minutes.
ORDER_LIMIT = 600.0

Tell = Callable[[Params], None]


class RekeyerDied(Exception):
    """It was killed, or hung, in the middle of its work: what it did so far may be done again."""


class Rekeyer:
    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    async def build(self) -> None:
        """Make everything that needs room beside what is in use. Raises RekeyingFailed, RekeyerDied."""
        await self._order("build")

    async def commit(self) -> None:
        """Put it in the place of the old; there is no way back from here. Raises RekeyingFailed, RekeyerDied."""
        await self._order("commit")

    async def _order(self, order: str) -> None:
        try:
            await self._channel.call(order, within=ORDER_LIMIT)
        except RpcError as error:
            raise RekeyingFailed(str(error)) from error
        except ChannelClosed:
            raise RekeyerDied(f"the process that encrypts with the new key ended in {order}") from None
        except trio.TooSlowError:
            raise RekeyerDied(f"the process that encrypts with the new key took over {ORDER_LIMIT:g} s") from None


async def with_rekeyer(
    installation: Installation, spec: RekeySpec, tell: Tell, work: Callable[[Rekeyer], Awaitable[None]]
) -> None:
    """Run `work` with a rekeyer of its own, which is gone afterwards. Raises ForkFailed, and what `work` raises."""

    async def hear(method: str, params: Params) -> None:
        if method == "progress":
            tell(params)

    failed: Exception | None = None
    name = f"rekeyer {spec.tenant}"
    log = installation.open_log(spec.tenant)
    async with (
        fork_process(installation.forkserver, installation.targets.rekeyer, spec, name) as process,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(keep_output, process.printed, log)
        nursery.start_soon(process.channel.serve, hear)
        try:
            await work(Rekeyer(process.channel))
        except Exception as error:
            # Not from inside the nursery, which would make a group of it.
            failed = error
        nursery.cancel_scope.cancel()
    if failed is not None:
        raise failed
