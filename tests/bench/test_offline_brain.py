"""How long the offline brain takes for a message in a shop with many products, and to begin with them.

Run as a script, with the number of products (5,000 without one). A message is walked whole, by the clerk in the test
kit; processor time is shown beside the clock's, which tells of a busy machine, too. As a test it holds that the time
does not grow as the catalogue does.
"""

import random
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from comptoir.plugins.builtin.clerk import Clerk
from comptoir.plugins.shop.model import Catalogue, Product, Variant, Zone
from comptoir.plugins.testing import Play
from comptoir.plugins.testing.play import TENANT, made_of

PRODUCTS = 5_000
MESSAGES = 300
SEED = 6

_THINGS = (
    "savon", "lessive", "huile", "riz", "sucre", "lait", "café", "thé vert", "biscuit", "chocolat", "chemise", "robe",
    "pagne", "basket", "sandale", "ceinture", "casquette", "marteau", "tournevis", "peinture", "ciment", "clou", "vis",
    "ampoule", "câble", "prise", "interrupteur", "cahier", "stylo", "règle", "crème", "parfum", "shampoing", "pommade",
    "yaourt", "beurre", "farine", "spaghetti", "sardine", "tomate", "mayonnaise", "bouillon", "piment", "attiéké",
)  # fmt: skip
_KINDS = (
    "de coco", "de karité", "parfumé", "en poudre", "liquide", "brisé", "long grain", "en morceaux", "concentré", "bio",
    "pour enfant", "pour homme", "pour femme", "brodé", "en coton", "en cuir", "électrique", "à bois", "mat", "noir",
    "double", "premium", "de Dakar", "du Sahel", "extra", "classique", "familial", "de luxe", "pliable", "royal",
)  # fmt: skip
_MARKS = ("Awa", "Teranga", "Baobab", "Djolof", "Casa", "Kirène", "Lagune", "Nimba", "Sahel", "Zénith")


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds; the building is that of the clerk, which reads the whole catalogue."""

    building: float
    clock: tuple[float, ...]
    processor: tuple[float, ...]

    @property
    def p95(self) -> float:
        return percentile(self.clock)


def percentile(times: Sequence[float], part: int = 95) -> float:
    return statistics.quantiles(times, n=100)[part - 1]


def catalogue(products: int) -> Catalogue:
    """As varied as a supermarket's: things of many kinds and marks, some of them in several sizes."""
    chance = random.Random(SEED)
    every = [(thing, kind, mark) for thing in _THINGS for kind in _KINDS for mark in _MARKS]
    chosen = chance.sample(every, products)
    zones = tuple(Zone(f"zone-{number}", f"Quartier {number}", 500 * number) for number in range(1, 30))
    return Catalogue("XOF", tuple(_product(number, one, chance) for number, one in enumerate(chosen)), zones)


def _product(number: int, said: tuple[str, str, str], chance: random.Random) -> Product:
    price = chance.randrange(100, 20_000, 50)
    plain = (Variant(f"p{number}", price, chance.choice((None, 0, 5, 50))),)
    sizes = tuple(Variant(f"p{number}-{size}", price, None, (("size", size),)) for size in ("S", "M", "L", "XL"))
    return Product(f"p{number}", " ".join(said).capitalize(), sizes if number % 7 == 0 else plain, category=said[0])


def messages(sold: Catalogue, count: int) -> Iterator[str]:
    """What customers write: whole names and parts of them, several at once, with mistakes, and what is not sold."""
    chance = random.Random(SEED)
    frames = (
        "bonjour", "c combien {a} ?", "vous avez {a} svp", "je veux 2 {a}", "donnez moi {a} et trois {b}",
        "mettez une douzaine de {a}, deux {b} et {c} s'il vous plait", "jve {a} non plutot {b}", "et {a} c'est dispo ?",
        "montrez moi la liste", "enlevez {a}", "avez vous des pneus de camion", "vous livrez ou", "c'est tout merci",
    )  # fmt: skip
    for _ in range(count):
        said = {letter: _mistyped(chance.choice(sold.products).name, chance) for letter in "abc"}
        yield chance.choice(frames).format(**said)


def _mistyped(name: str, chance: random.Random) -> str:
    words = name.lower().split()
    shown = words[: chance.randint(1, len(words))]
    at = chance.randrange(len(shown))
    if len(shown[at]) > 4 and chance.random() < 0.5:
        drop = chance.randrange(1, len(shown[at]))
        shown[at] = shown[at][:drop] + shown[at][drop + 1 :]
    return " ".join(shown)


def measure(products: int, count: int = MESSAGES) -> Measured:
    """One message after the other, each by a customer of its own, so that no open question shortens the way."""
    sold = catalogue(products)
    begun = time.perf_counter()
    play = Play(*made_of([Clerk], replace(TENANT, catalogue=sold), {}))
    play.customer("Awa", "+221770000000").says("bonjour")
    building = time.perf_counter() - begun
    clock, processor = [], []
    for number, text in enumerate(messages(sold, count), 1):
        customer = play.customer("Awa", f"+22177{number:07}", is_new=False)
        begun, used = time.perf_counter(), time.process_time()
        customer.says(text)
        clock.append(time.perf_counter() - begun)
        processor.append(time.process_time() - used)
    play.stop()
    return Measured(building, tuple(clock), tuple(processor))


def test_a_message_costs_little_more_among_a_hundred_times_the_products() -> None:
    few, many = measure(50, 80), measure(PRODUCTS, 80)
    print(f"p95 of {PRODUCTS} products: {many.p95 * 1000:.1f} ms; of 50: {few.p95 * 1000:.1f} ms")
    # Of processor time, in one process: the machine's speed and its other work count for both.
    assert statistics.mean(many.processor) < 6 * statistics.mean(few.processor)


def main() -> None:
    products = int(sys.argv[1]) if len(sys.argv) > 1 else PRODUCTS
    found = measure(products)
    print(f"{products} products: ready in {found.building:.2f} s; {len(found.clock)} messages")
    for name, times in (("clock", found.clock), ("processor", found.processor)):
        p50, p95, most = statistics.median(times), percentile(times), max(times)
        print(f"  {name:9} p50 {p50 * 1000:6.1f} ms   p95 {p95 * 1000:6.1f} ms   most {most * 1000:6.1f} ms")


if __name__ == "__main__":
    main()
