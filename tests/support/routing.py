"""Routes the messages of `tests/corpus` through the real plugins, and counts how many go where they should."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from routing_corpus import SHOPS, Labelled

from comptoir.plugins.builtin.answers import AnswersConfig
from comptoir.plugins.builtin.knowledge import FOLDER
from comptoir.plugins.builtin.knowledge.passages import cut
from comptoir.plugins.checking import prepare_tenant
from comptoir.plugins.config import TenantConfig
from comptoir.plugins.folder import text_of
from comptoir.plugins.testing.heard import Heard
from comptoir.plugins.testing.play import Play
from comptoir.plugins.wording import fill

CUSTOMER = "Awa"


@dataclass(frozen=True, slots=True)
class Routed:
    """Where a message went: nowhere, or to a route or two."""

    message: Labelled
    routes: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Something was said, and all of it is what the label asks for."""
        return bool(self.routes) and self.message.right.issuperset(self.routes)

    @property
    def wanted(self) -> bool:
        return self.message.route != "none"


class Router:
    """One shop of the corpus with its pipeline running. Stop it when done."""

    def __init__(self, shop: str) -> None:
        prepared = prepare_tenant(SHOPS / shop)
        self._config: TenantConfig = prepared.config
        self._titles = dict(_titles(prepared.tenant.files))
        self._play = Play(*(plugin for plugin in prepared.chosen))
        self._customers = 0

    def stop(self) -> None:
        self._play.stop()

    def routed(self, message: Labelled) -> Routed:
        """By a customer who never wrote before."""
        self._customers += 1
        heard = self.heard(message.text, f"+2217710{self._customers:05}")
        return Routed(message, tuple(self._routes(heard)))

    def heard(self, text: str, chat: str = "+221771000000") -> Heard:
        return self._play.customer(CUSTOMER, chat, is_new=False).says(text)

    def _routes(self, heard: Heard) -> Iterator[str]:
        """What answered at the first look. A person who is asked for because nobody knew is no answer."""
        assert not heard.faults
        plugin = heard.stopped_by
        said = "\n".join(heard.texts)
        match plugin:
            case None:
                return
            case "answers":
                yield from (f"answers:{name}" for name, text in self._entries() if text in said)
            case "knowledge":
                yield next(route for title, route in self._titles.items() if title in said)
            case _:
                yield plugin

    def _entries(self) -> Iterator[tuple[str, str]]:
        configs = (step.config for step in self._config.pipeline)
        answers = next(config for config in configs if isinstance(config, AnswersConfig))
        for entry in answers.entries:
            yield entry.title, fill(entry.text, name=CUSTOMER, shop=self._config.name)


def _titles(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    for name in sorted(files):
        if name.startswith(FOLDER):
            short = name.removeprefix(FOLDER)
            yield from (
                (f"*{one.title}*", f"knowledge:{short}#{one.title}") for one in cut(short, text_of(files, name))
            )


def route_all(messages: Iterable[Labelled]) -> list[Routed]:
    """Each through its own shop's plugins."""
    by_shop: dict[str, list[Labelled]] = {}
    for message in messages:
        by_shop.setdefault(message.shop, []).append(message)
    routed: list[Routed] = []
    for shop, theirs in by_shop.items():
        router = Router(shop)
        routed += [router.routed(message) for message in theirs]
        router.stop()
    return routed


@dataclass(frozen=True, slots=True)
class Figures:
    """How well messages were routed."""

    precision: float
    """Of the messages that something answered, the share that was answered rightly."""
    recall: float
    """Of the messages that something should answer, the share that was answered rightly."""
    count: int

    def __str__(self) -> str:
        return f"{self.count} messages: precision {self.precision:.3f}, recall {self.recall:.3f}"


def figures(routed: Iterable[Routed]) -> Figures:
    all_of_them = list(routed)
    answered = [one for one in all_of_them if one.routes]
    wanted = [one for one in all_of_them if one.wanted]
    precision = sum(one.right for one in answered) / len(answered)
    recall = sum(one.right for one in wanted) / len(wanted)
    return Figures(precision, recall, len(all_of_them))


def confusions(routed: Iterable[Routed]) -> str:
    """What went wrong, a line each; of the open part only."""
    wrong = [one for one in routed if (one.routes and not one.right) or (one.wanted and not one.routes)]
    assert not any(one.message.held_out for one in wrong)
    kinds = Counter(f"{one.message.route.split(':')[0]} -> {_plugin(one)}" for one in wrong)
    lines = [f"{count:3} {kind}" for kind, count in kinds.most_common()]
    lines += [f"{one.message.shop}: {one.message.text!r}: {one.message.route} -> {_said(one)}" for one in wrong]
    return "\n".join(lines)


def _plugin(one: Routed) -> str:
    return one.routes[0].split(":")[0] if one.routes else "none"


def _said(one: Routed) -> str:
    return ", ".join(one.routes) or "nothing"


def shops() -> list[Path]:
    return sorted(SHOPS.iterdir())
