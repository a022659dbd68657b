"""`tenant.toml`, what a tenant decides: parsed without I/O, every fault at once, each with its line."""

import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from comptoir.plugins.api import Hours, Member, Plugin, PluginConfig, Tenant
from comptoir.plugins.audiences import ChannelTable, GroupTable, StatusTable
from comptoir.plugins.builtin.calls import CallTable
from comptoir.plugins.faults import ConfigWrong, Lang, nearest, wrong_value
from comptoir.plugins.greetings import GreetingTable
from comptoir.plugins.inbound import InboundTable
from comptoir.plugins.numbers import is_e164
from comptoir.plugins.toml_file import TomlFile, read_toml
from comptoir.plugins.toml_positions import Path as Place
from comptoir.plugins.toml_syntax import UNREADABLE

FILE_NAME = "tenant.toml"
Plugins = Mapping[str, type[Plugin]]


@dataclass(frozen=True, slots=True)
class Step:
    """A place in the pipeline: which plugin, and its table."""

    plugin: str
    config: PluginConfig


@dataclass(frozen=True, slots=True)
class TenantConfig:
    """A tenant's decisions, checked."""

    name: str
    """As customers know it."""
    lang: Lang
    country: str
    """ISO 3166, for numbers in local form."""
    timezone: str
    owner: str | None
    """`+E164`; None where nobody is to be told."""
    silence_minutes: int
    """No automatic answer in a chat for this long after the owner wrote there by hand."""
    join_seconds: float
    """Messages that follow one another within this time are answered as one; 0 for never."""
    stale_hours: float
    """Mail that is older than this when its turn comes is not answered."""
    on_uncertain: Literal["hold", "send"]
    """An answer that may have left before a crash: hold it for a person, or send it again."""
    pipeline: tuple[Step, ...]
    groups: GroupTable = field(default_factory=GroupTable)
    status: StatusTable = field(default_factory=StatusTable)
    channels: ChannelTable = field(default_factory=ChannelTable)
    calls: CallTable = field(default_factory=CallTable)
    greetings: GreetingTable = field(default_factory=GreetingTable)
    inbound: InboundTable = field(default_factory=InboundTable)
    hours: Hours | None = None
    team: tuple[Member, ...] = ()
    plugin_seconds: float = 20
    """How long a plugin may take for one message."""
    expire_hours: float = 24
    """A conversation in which nobody wrote for this long is closed."""
    wording: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The tenant's own words in place of a plugin's, by plugin and key."""

    def tenant(self, files: Mapping[str, bytes]) -> Tenant:
        """What plugins see of it, with what lies in its folder."""
        return Tenant(self.name, self.lang, self.country, self.timezone, self.owner, self.team, self.hours, files)


def parse_tenant(text: str, file: Path, plugins: Plugins) -> TenantConfig:
    """The tenant's decisions. `file` is only named in faults. Raises ConfigWrong with all faults."""
    toml = read_toml(text, file)
    settings = toml.check(_File)
    steps = _steps(toml, plugins)
    if settings is None or toml.faults:
        raise ConfigWrong(toml.faults)
    # Not model_dump, which would make dictionaries of the tables.
    decided = {name: getattr(settings, name) for name in _File.model_fields.keys() - {"version", "pipeline", "plugins"}}
    return TenantConfig(**decided, pipeline=steps)


def _steps(toml: TomlFile, plugins: Plugins) -> tuple[Step, ...]:
    """The pipeline in its order. Tables of plugins that are not in it are checked all the same."""
    given = toml.tables.get("plugins", {})
    order = toml.tables.get("pipeline", [])
    if not isinstance(given, dict):
        return ()  # noted by the check of the whole file
    configs: dict[str, PluginConfig] = {}
    for name, table in given.items():
        if name.startswith(UNREADABLE):
            continue
        if name not in plugins:
            toml.note(("plugins", name), *_unknown_plugin(name, plugins, toml.lang), key=True)
        elif config := toml.check(plugins[name].Config, table, ("plugins", name)):
            configs[name] = config
    steps: list[Step] = []
    for index, name in enumerate(order if isinstance(order, list) else []):
        at = ("pipeline", index)
        if not isinstance(name, str):
            continue  # noted by the check of the whole file
        if name not in plugins:
            toml.note(at, *_unknown_plugin(name, plugins, toml.lang))
        elif name in order[:index]:
            toml.note(at, *_repeated_plugin(name, toml.lang))
        elif name in given:
            steps += [Step(name, configs[name])] if name in configs else []
        elif config := _defaults(plugins[name], name, at, toml):
            steps.append(Step(name, config))
    return tuple(steps)


def _defaults(plugin: type[Plugin], name: str, at: Place, toml: TomlFile) -> PluginConfig | None:
    try:
        return plugin.Config()
    except ValidationError:
        if toml.lang == "fr":
            toml.note(at, f"« {name} » n'a pas de réglages", f"une table [plugins.{name}]")
        else:
            toml.note(at, f"`{name}` has no settings", f"a table [plugins.{name}]")
        return None


def _unknown_plugin(name: str, plugins: Plugins, lang: Lang) -> tuple[str, str]:
    meant = nearest(name, list(plugins))
    listed = ", ".join(sorted(plugins))
    if lang == "fr":
        return f"il n'y a pas de plugin « {name} »", f"« {meant} »" if meant else f"un de ceux-ci : {listed}"
    return f"there is no plugin `{name}`", f"`{meant}`" if meant else f"one of these: {listed}"


def _repeated_plugin(name: str, lang: Lang) -> tuple[str, str]:
    if lang == "fr":
        return f"« {name} » est deux fois dans pipeline", "chaque plugin une seule fois"
    return f"`{name}` is in the pipeline twice", "each plugin only once"


def _check_country(value: str) -> str:
    if not re.fullmatch("[A-Z]{2}", value):
        raise wrong_value(
            (f"« {value} »", "le code du pays en deux lettres, comme SN ou CI"),
            (f'"{value}"', "the country's code of two letters, as SN or CI"),
        )
    return value


def _check_owner(value: str) -> str:
    if not is_e164(value):
        raise wrong_value(
            (f"« {value} »", "un numéro complet sans espaces, comme +221771234567"),
            (f'"{value}"', "a full number without spaces, as +221771234567"),
        )
    return value


def _check_timezone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        meant = nearest(value, sorted(zoneinfo.available_timezones())) or "Africa/Dakar"
        raise wrong_value(
            (f"« {value} »", f"un fuseau horaire, comme {meant}"), (f'"{value}"', f"a time zone, as {meant}")
        ) from None
    return value


class _File(BaseModel):
    """The file as it is written; `pipeline` and `plugins` are read further by `_steps`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    version: Literal[1]
    name: Annotated[str, Field(min_length=1, max_length=80)]
    lang: Literal["fr", "en"] = "fr"
    country: Annotated[str, AfterValidator(_check_country)]
    timezone: Annotated[str, AfterValidator(_check_timezone)]
    owner: Annotated[str, AfterValidator(_check_owner)] | None = None
    silence_minutes: Annotated[int, Field(ge=0, le=7 * 24 * 60)] = 60
    join_seconds: Annotated[float, Field(ge=0, le=60)] = 3
    stale_hours: Annotated[float, Field(gt=0, le=7 * 24)] = 6
    on_uncertain: Literal["hold", "send"] = "hold"
    groups: GroupTable = GroupTable()
    status: StatusTable = StatusTable()
    channels: ChannelTable = ChannelTable()
    calls: CallTable = CallTable()
    greetings: GreetingTable = GreetingTable()
    inbound: InboundTable = InboundTable()
    pipeline: list[str]
    plugins: dict[str, dict[str, Any]] = {}
