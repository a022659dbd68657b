"""What pytest finds by itself where comptoir is installed: the fixture `play`."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from comptoir.plugins.api import Plugin, Tenant
from comptoir.plugins.testing.play import TENANT, Play, Player, made_of


@pytest.fixture
def play() -> Iterator[Player]:
    """Plays that are stopped when the test ends; `config` holds a table for each plugin, by its name."""
    made: list[Play] = []

    def begin(
        *plugins: type[Plugin] | Plugin,
        tenant: Tenant = TENANT,
        config: Mapping[str, Mapping[str, Any]] | None = None,
        **more: Any,
    ) -> Play:
        made.append(Play(*made_of(plugins, tenant, config or {}), **more))
        return made[-1]

    yield begin
    for one in made:
        one.stop()
