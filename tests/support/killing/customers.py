"""The customers of one shop, who write in turns."""

import itertools
import random

from chaos import customers
from chaos.world import World


class Crowd:
    def __init__(self, world: World, shop: str) -> None:
        self.world = world
        self.shop = shop
        self.rng: random.Random = world.rng(shop)
        numbers = [number for name, number in world.chats if name == shop]
        self._turns = itertools.cycle(numbers)

    async def write(self, messages: int, *, files: bool = False) -> None:
        """Questions of so many customers, one each; with `files`, the first shows a file."""
        lab = self.world.here.lab
        for message in range(messages):
            deed = customers.show if files and message == 0 else customers.ask
            await deed(self.world, lab, self.rng, self.shop, next(self._turns))
