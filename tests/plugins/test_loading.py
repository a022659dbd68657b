"""Starting and stopping the plugins of a file."""

from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from comptoir.plugins.api import API_VERSION, Plugin, PluginConfig
from comptoir.plugins.builtin.answers import Answers
from comptoir.plugins.config import TenantConfig, parse_tenant
from comptoir.plugins.loading import START_LIMIT, known_plugins, start_pipeline
from comptoir.plugins.templates import render

HEAD = 'version = 1\nname = "x"\ncountry = "SN"\ntimezone = "Africa/Dakar"\n'


class Good(Plugin):
    name = "good"
    stopped = 0

    async def stop(self) -> None:
        Good.stopped += 1


class Broken(Plugin):
    name = "broken"

    async def start(self) -> None:
        raise LookupError("no price list")

    async def stop(self) -> None:
        raise AssertionError("it never started")


class Asleep(Plugin):
    name = "asleep"

    async def start(self) -> None:
        await trio.sleep_forever()


class Leaving(Plugin):
    name = "leaving"

    async def start(self) -> None:
        raise SystemExit("bye")


class Tomorrow(Plugin):
    name = "tomorrow"
    api_version = API_VERSION + 1


class Stubborn(Plugin):
    name = "stubborn"

    async def stop(self) -> None:
        await trio.sleep_forever()


class Sour(Plugin):
    name = "sour"

    async def stop(self) -> None:
        raise ValueError


KINDS = (Good, Broken, Asleep, Leaving, Tomorrow, Stubborn, Sour)
PLUGINS: dict[str, type[Plugin]] = {kind.name: kind for kind in KINDS}


def configured(*names: str) -> TenantConfig:
    listed = ", ".join(f'"{name}"' for name in names)
    return parse_tenant(f"{HEAD}pipeline = [{listed}]\n", Path("x"), PLUGINS)


async def test_the_built_ins_of_a_template_start() -> None:
    config = parse_tenant(render("clothes", {"name": "x"}), Path("x"), known_plugins())
    pipeline = await start_pipeline(config, {})
    assert [plugin.name for plugin in pipeline.plugins] == ["optout", "takeover", "welcome", "answers"]
    assert isinstance(pipeline.chosen[1], Answers)
    assert pipeline.left_out == ()
    await pipeline.stop()


async def test_one_that_does_not_start_is_left_out_by_name(autojump_clock: MockClock) -> None:
    pipeline = await start_pipeline(configured("asleep", "broken", "good", "leaving", "tomorrow"), {}, PLUGINS)
    assert [plugin.name for plugin in pipeline.plugins] == ["optout", "takeover", "good"]
    assert [(left.plugin, left.reason) for left in pipeline.left_out] == [
        ("asleep", f"did not start within {START_LIMIT:.0f} s"),
        ("broken", "did not start: LookupError: no price list"),
        ("leaving", "did not start: SystemExit: bye"),
        ("tomorrow", "needs version 2 of the plugin API, this is version 1"),
    ]


async def test_stopping_waits_for_no_plugin(autojump_clock: MockClock, caplog: pytest.LogCaptureFixture) -> None:
    pipeline = await start_pipeline(configured("good", "stubborn", "sour"), {}, PLUGINS)
    before = Good.stopped
    with trio.fail_after(10):
        await pipeline.stop()
    assert Good.stopped == before + 1
    assert "plugin sour did not stop: ValueError" in caplog.text


async def test_a_config_is_checked_by_the_plugins_own_model() -> None:
    (step,) = configured("good").pipeline
    assert step.config == PluginConfig()
