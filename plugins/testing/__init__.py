"""The test kit: plays a conversation against plugins, in memory, with a clock that goes only when told.

    def test_it_greets(play: Player) -> None:
        customer = play(Greeter).customer("Awa")
        assert customer.says("bonjour").texts == ["Bonjour Awa !"]

`play`, a fixture that pytest finds by itself once comptoir is installed, takes plugin classes, or instances, and makes
a `Play` of them. Every message goes the way that it goes in a worker: by the same code, through all of the plugins in
their order, with the same limits; what they ask for is then done in memory. Nothing is sent and nobody is asked.
`comptoir.plugins.testing.shop` plays a tenant's folder as it is.
"""

from comptoir.plugins.testing.heard import Heard
from comptoir.plugins.testing.play import NOON, OWNER, TENANT, Person, Play, Player, quoted

__all__ = ["NOON", "OWNER", "TENANT", "Heard", "Person", "Play", "Player", "quoted"]
