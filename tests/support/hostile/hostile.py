"""A package whose plugin does, where a customer says so, what no plugin should; else it answers."""

import re
import time
from typing import ClassVar

import trio

from comptoir.plugins.api import Context, Message, OutsideFailed, Plugin, Verdict

MEGABYTE = 1_000_000


class Hostile(Plugin):
    name = "hostile"
    api_version = 1
    kept: ClassVar[list[bytes]] = []

    async def message(self, context: Context, message: Message) -> Verdict:  # noqa: PLR0912 (a vice each)
        order, _, rest = message.text.partition(" ")
        match order:
            case "sleep":
                await trio.sleep_forever()
            case "raise":
                raise RuntimeError("on purpose")
            case "spin":
                while True:
                    pass
            case "block":
                time.sleep(60)  # noqa: ASYNC251 (what it is here for)
            case "match":
                re.match(r"(a+)+$", "a" * 50 + "b")
            case "eat":
                while True:
                    self.kept.append(b"x" * (20 * MEGABYTE))
            case "nibble":
                while True:
                    self.kept.append(b"x" * (2 * MEGABYTE))
                    await trio.sleep(0.005)
            case "leak":
                self.kept.append(b"x" * (40 * MEGABYTE))
            case "reach":
                try:
                    await context.fetch(rest)
                except OutsideFailed as refused:
                    context.reply(str(refused))
                    return Verdict.STOP
        context.reply(f"réponse à {message.text}")
        return Verdict.STOP


class Stubborn(Plugin):
    name = "stubborn"
    api_version = 1

    async def start(self) -> None:
        time.sleep(60)  # noqa: ASYNC251 (what it is here for)
