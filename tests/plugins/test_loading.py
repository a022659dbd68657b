"""Starting and stopping the plugins of a file."""

from dataclasses import replace
from pathlib import Path

import pytest
import trio
from pydantic import field_validator
from trio.testing import MockClock

from comptoir.plugins.api import API_VERSION, Mistake, Plugin, PluginConfig
from comptoir.plugins.builtin.takeover import Takeover
from comptoir.plugins.config import Step, TenantConfig, parse_tenant
from comptoir.plugins.faults import ConfigWrong
from comptoir.plugins.installed import Found, Unusable
from comptoir.plugins.loading import BUILT_IN, MANDATORY, START_LIMIT, known_plugins, prepare, start_pipeline
from comptoir.plugins.templates import render_files

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


class Touchy(Plugin):
    name = "touchy"

    class Config(PluginConfig):
        price: int = 0

        @field_validator("price")
        @classmethod
        def _fall(cls, price: int) -> int:
            raise RuntimeError(f"no price list for {price}")


class Sour(Plugin):
    name = "sour"

    async def stop(self) -> None:
        raise ValueError


KINDS = (Good, Broken, Asleep, Leaving, Tomorrow, Stubborn, Sour, Touchy)
PLUGINS: dict[str, type[Plugin]] = {kind.name: kind for kind in KINDS}


def configured(*names: str) -> TenantConfig:
    listed = ", ".join(f'"{name}"' for name in names)
    return parse_tenant(f"{HEAD}pipeline = [{listed}]\n", Path("x"), PLUGINS)


async def test_one_whose_config_falls_over_its_table_is_left_out_by_name() -> None:
    text = f'{HEAD}pipeline = ["touchy", "good"]\n[plugins.touchy]\nprice = 3\n'
    pipeline = await start_pipeline(parse_tenant(text, Path("x"), PLUGINS), {}, PLUGINS)
    assert [(left.plugin, left.reason) for left in pipeline.left_out] == [("touchy", "its Config raised RuntimeError")]
    assert [plugin.name for plugin in pipeline.chosen] == ["good"]


async def test_the_built_ins_of_a_template_start() -> None:
    rendered = render_files("clothes", {"name": "x", "owner": "+221771234567"})
    files = {name: text.encode() for name, text in rendered.items()}
    config = parse_tenant(files.pop("tenant.toml").decode(), Path("x"), known_plugins())
    pipeline = await start_pipeline(config, files)
    assert [plugin.name for plugin in pipeline.mandatory] == ["optout", "takeover"]
    assert [plugin.name for plugin in pipeline.chosen] == [step.plugin for step in config.pipeline]
    assert [type(plugin) for plugin in pipeline.chosen] == [BUILT_IN[step.plugin] for step in config.pipeline]
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


class Sloppy(Plugin):
    """Finds something wrong in the tenant's files."""

    name = "sloppy"

    def check(self) -> list[Mistake]:
        if "menu.md" in self.tenant.files:
            return [Mistake("pas de prix", "un prix", "menu.md", 3, 7)]
        return []


class Puzzled(Plugin):
    name = "puzzled"

    def check(self) -> list[Mistake]:
        raise LookupError("menu")


async def test_what_a_plugin_finds_wrong_in_the_files_starts_nothing() -> None:
    known = {kind.name: kind for kind in (Good, Sloppy)}
    steps = tuple(Step(name, PluginConfig()) for name in known)
    config = replace(configured("good"), pipeline=steps)
    with pytest.raises(ConfigWrong) as wrong:
        await start_pipeline(config, {"menu.md": b""}, known, folder=Path("awa"))
    assert str(wrong.value) == "awa/menu.md:3: colonne 7 : pas de prix ; attendu : un prix"
    pipeline = await start_pipeline(config, {}, known)
    assert pipeline.left_out == ()


async def test_what_cannot_be_used_is_left_out_by_name() -> None:
    known: dict[str, Found] = {"good": Good, "crm": Unusable("crm", "cannot be imported: x"), "puzzled": Puzzled}
    names = ("crm", "puzzled", "good", "gone")
    config = replace(configured("good"), pipeline=tuple(Step(name, PluginConfig()) for name in names))
    pipeline = await start_pipeline(config, {}, known)
    assert [plugin.name for plugin in pipeline.chosen] == ["good"]
    assert [(left.plugin, left.reason) for left in pipeline.left_out] == [
        ("crm", "cannot be imported: x"),
        ("puzzled", "did not look at its files: LookupError: menu"),
        ("gone", "is no longer installed"),
    ]


async def test_mandatory_plugins_are_first_and_have_the_tenants_tables() -> None:
    text = f'{HEAD}pipeline = ["good", "takeover"]\n[plugins.takeover]\nremind_minutes = 5\n'
    config = parse_tenant(text, Path("x"), PLUGINS, MANDATORY)
    pipeline = await start_pipeline(config, {}, PLUGINS)
    assert pipeline.names == ("optout", "takeover", "good")
    (_, takeover) = pipeline.mandatory
    assert isinstance(takeover, Takeover)
    assert takeover.config.remind_minutes == 5


def test_what_a_plugin_finds_wrong_in_its_table_is_told_where_it_stands() -> None:
    text = f"""{HEAD}owner = "+221770000001"
pipeline = ["handover", "hours", "notify"]

[plugins.handover]
to = ["owner", "Fatou"]

[[plugins.notify.rules]]
new = true
to = ["owner"]
[[plugins.notify.rules]]
new = true
to = [
    "owner",
    "Awa",
]
"""
    config = parse_tenant(text, Path("tenant.toml"), known_plugins(), MANDATORY)
    with pytest.raises(ConfigWrong) as wrong:
        prepare(config, {})
    assert [(fault.line, fault.column, fault.what) for fault in wrong.value.faults] == [
        (6, 25, "« hours » est dans pipeline, et rien ne dit quand vous ouvrez"),
        (9, 16, "« Fatou » n'est pas dans l'équipe"),
        (18, 5, "« Awa » n'est pas dans l'équipe"),
    ]
