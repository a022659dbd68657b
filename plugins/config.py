"""`tenant.toml`, what a tenant decides: parsed without I/O, every fault at once, each with its line."""

import re
import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from comptoir.plugins.api import Hours, Member, Plugin, PluginConfig, Tenant
from comptoir.plugins.audiences import ChannelTable, GroupTable, StatusTable
from comptoir.plugins.builtin.calls import CallTable
from comptoir.plugins.conversation import ConversationTable
from comptoir.plugins.faults import ConfigWrong, Lang, nearest, wrong_value
from comptoir.plugins.greetings import GreetingTable
from comptoir.plugins.hours import HoursTable
from comptoir.plugins.inbound import InboundTable
from comptoir.plugins.installed import NAME, Found, Unusable
from comptoir.plugins.shop.model import Catalogue
from comptoir.plugins.shop.money import CURRENCIES, currency_of
from comptoir.plugins.team import Team, check_number
from comptoir.plugins.toml_file import TomlFile, read_toml
from comptoir.plugins.toml_positions import Path as Place
from comptoir.plugins.toml_syntax import UNREADABLE

FILE_NAME = "tenant.toml"
Plugins = Mapping[str, Found]


@dataclass(frozen=True, slots=True)
class Step:
    """A place in the pipeline: which plugin, and its table."""

    plugin: str
    config: PluginConfig


class Failed(PluginConfig):
    """In place of a table that the plugin's own code fell over: the plugin is left out, and the rest runs."""

    reason: str


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
    mandatory: tuple[Step, ...] = ()
    """What is first in every pipeline."""
    hours: Hours | None = None
    team: tuple[Member, ...] = ()
    plugin_seconds: float = 20
    """How long a plugin may take for one message."""
    expire_hours: float = 24
    """A conversation in which nobody wrote for this long is closed."""
    own_chat: bool = False
    """A plugin of the pipeline takes what the owner writes in the shop's chat with itself."""
    text: str = field(default="", repr=False)
    """The file as it was read, to say where in it something stands."""
    wording: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The tenant's own words in place of a plugin's, by plugin and key."""
    currency: str | None = None
    """What the shop counts in; None where neither the file nor the country says it."""
    catalogue: Catalogue | None = field(default=None, repr=False)
    """What it sells, where its folder says so."""

    def tenant(self, files: Mapping[str, bytes]) -> Tenant:
        """What plugins see of it, with what lies in its folder."""
        return Tenant(
            self.name,
            self.lang,
            self.country,
            self.timezone,
            self.owner,
            self.team,
            self.hours,
            files,
            self.catalogue,
        )


def parse_tenant(
    text: str,
    file: Path,
    plugins: Plugins,
    mandatory: Mapping[str, type[Plugin]] = MappingProxyType({}),
    wording: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> TenantConfig:
    """The tenant's decisions. `file` is only named in faults. Raises ConfigWrong with all faults.

    `mandatory` plugins are in no pipeline and have a table all the same. Of `plugins` only those are asked for that the
    file names: to ask may import a package.
    """
    toml = read_toml(text, file)
    settings = toml.check(TenantFile)
    _note_owner_in_team(toml)
    configs = _configs(toml, plugins, mandatory)
    steps = _steps(toml, plugins, mandatory, configs)
    if settings is None or toml.faults:
        raise ConfigWrong(toml.faults)
    # Not model_dump, which would make dictionaries of the tables.
    decided = {name: getattr(settings, name) for name in TenantFile.model_fields.keys() - _READ_FURTHER}
    return TenantConfig(
        **decided,
        text=text,
        pipeline=steps,
        mandatory=tuple(Step(name, configs.get(name) or kind.Config()) for name, kind in mandatory.items()),
        hours=settings.hours.hours() if settings.hours else None,
        team=tuple(member.member() for member in settings.team),
        expire_hours=settings.conversation.expire_hours,
        currency=settings.currency or currency_of(settings.country),
        own_chat=any(getattr(plugins[step.plugin], "own_chat", False) for step in steps),
        wording=wording,
    )


def _note_owner_in_team(toml: TomlFile) -> None:
    owner, team = toml.tables.get("owner"), toml.tables.get("team")
    for index, member in enumerate(team if isinstance(team, list) else []):
        if owner and isinstance(member, dict) and member.get("number") == owner:
            fr = (f"{owner} est déjà le numéro du propriétaire", "un numéro pour chacun")
            en = (f"{owner} is the owner's number already", "one number for each")
            toml.note(("team", index, "number"), *(fr if toml.lang == "fr" else en))


def _configs(toml: TomlFile, plugins: Plugins, mandatory: Mapping[str, type[Plugin]]) -> dict[str, PluginConfig]:
    """What stands in the plugins' tables, also of those that are not in the pipeline."""
    given = toml.tables.get("plugins", {})
    configs: dict[str, PluginConfig] = {}
    for name, table in given.items() if isinstance(given, dict) else ():  # else noted by the check of the whole file
        if name.startswith(UNREADABLE):
            continue
        if name not in plugins and name not in mandatory:
            known = [*plugins, *mandatory]
            toml.note(("plugins", name), *_unknown_plugin(name, known, toml.lang), key=True)
        elif isinstance(found := mandatory.get(name) or plugins[name], Unusable):
            configs[name] = PluginConfig()
        elif config := _or_failed(partial(toml.check, found.Config, table, ("plugins", name))):
            configs[name] = config
    return configs


def _steps(
    toml: TomlFile, plugins: Plugins, mandatory: Mapping[str, type[Plugin]], configs: Mapping[str, PluginConfig]
) -> tuple[Step, ...]:
    """The pipeline in its order."""
    given, order = toml.tables.get("plugins", {}), toml.tables.get("pipeline", [])
    steps: list[Step] = []
    for index, name in enumerate(order if isinstance(order, list) else []):
        at = ("pipeline", index)
        if not isinstance(name, str) or name in mandatory:
            continue  # noted by the check of the whole file; or in every pipeline anyway
        if name not in plugins:
            toml.note(at, *_unknown_plugin(name, list(plugins), toml.lang))
        elif name in order[:index]:
            toml.note(at, *_repeated_plugin(name, toml.lang))
        elif isinstance(given, dict) and name in given:
            steps += [Step(name, configs[name])] if name in configs else []
        elif config := _or_failed(partial(_defaults, plugins[name], name, at, toml)):
            steps.append(Step(name, config))
    return tuple(steps)


def _or_failed(made: Callable[[], PluginConfig | None]) -> PluginConfig | None:
    """Others' validators may raise anything; what they mean by it are ValueErrors, and faults."""
    try:
        return made()
    except (Exception, SystemExit) as error:
        return Failed(reason=f"its Config raised {type(error).__name__}")


def _defaults(plugin: Found, name: str, at: Place, toml: TomlFile) -> PluginConfig | None:
    if isinstance(plugin, Unusable):
        return PluginConfig()
    try:
        return plugin.Config()
    except ValidationError:
        if toml.lang == "fr":
            toml.note(at, f"« {name} » n'a pas de réglages", f"une table [plugins.{name}]")
        else:
            toml.note(at, f"`{name}` has no settings", f"a table [plugins.{name}]")
        return None


def _unknown_plugin(name: str, plugins: Sequence[str], lang: Lang) -> tuple[str, str]:
    # Packages may offer what no file can name.
    known = sorted(one for one in plugins if NAME.fullmatch(one))
    meant = nearest(name, known)
    listed = ", ".join(known)
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


def _check_timezone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        meant = nearest(value, sorted(zoneinfo.available_timezones())) or "Africa/Dakar"
        raise wrong_value(
            (f"« {value} »", f"un fuseau horaire, comme {meant}"), (f'"{value}"', f"a time zone, as {meant}")
        ) from None
    return value


def _check_currency(value: str) -> str:
    if value not in CURRENCIES:
        listed = ", ".join(CURRENCIES)
        raise wrong_value((f"« {value} »", f"l'une de celles-ci : {listed}"), (f'"{value}"', f"one of these: {listed}"))
    return value


class TenantFile(BaseModel):
    """The file as it is written; `pipeline` and `plugins` are read further by plugin."""

    model_config = ConfigDict(extra="forbid", strict=True)

    version: Literal[1]
    """Of this file's form: 1."""
    name: Annotated[str, Field(min_length=1, max_length=80)]
    """The business as its customers know it; `{shop}` in every text."""
    lang: Literal["fr", "en"] = "fr"
    """The language of what plugins say by themselves, and of faults in this file."""
    country: Annotated[str, AfterValidator(_check_country)]
    """ISO 3166 code, two capitals, as `SN`: for numbers in local form and public holidays."""
    timezone: Annotated[str, AfterValidator(_check_timezone)]
    """As `Africa/Dakar`: for opening hours and times in texts."""
    currency: Annotated[str, AfterValidator(_check_currency)] | None = None
    """What prices are in, as `XOF`; without it the country's currency."""
    owner: Annotated[str, AfterValidator(check_number)] | None = None
    """The owner's own number in full, as `+221771234567`; without it nobody is told of anything."""
    team: Team = ()
    """Who else works there, a block `[[team]]` for each."""
    silence_minutes: Annotated[int, Field(ge=0, le=7 * 24 * 60)] = 60
    """After the owner answered a customer by hand, plugins are silent in that chat for this long."""
    join_seconds: Annotated[float, Field(ge=0, le=60)] = 3
    """Messages that follow one another within this time get one answer; 0 for never."""
    stale_hours: Annotated[float, Field(gt=0, le=7 * 24)] = 6
    """A message that is older when its turn comes gets no automatic answer."""
    on_uncertain: Literal["hold", "send"] = "hold"
    """An answer that may have left before a failure: `hold` it for a person, or `send` it again."""
    plugin_seconds: Annotated[float, Field(ge=1, le=60)] = 20
    """How long a plugin may take for one message; then it is passed by."""
    hours: HoursTable | None = None
    """Opening hours; without this table nothing depends on them."""
    conversation: ConversationTable = ConversationTable()
    """When a conversation is over."""
    groups: GroupTable = GroupTable()
    """Groups that the shop's number is in."""
    status: StatusTable = StatusTable()
    """What the shop's contacts post as status."""
    channels: ChannelTable = ChannelTable()
    """What channels post that the shop follows."""
    calls: CallTable = CallTable()
    """Calls: a linked device cannot talk."""
    greetings: GreetingTable = GreetingTable()
    """What WhatsApp Business on the shop's phone writes by itself."""
    inbound: InboundTable = InboundTable()
    """Customers who write more than can be answered."""
    pipeline: list[str]
    """The plugins that handle a message, in order. `optout` and `takeover` are before them in any case."""
    plugins: dict[str, dict[str, Any]] = {}
    """A table for each plugin's settings."""


_READ_FURTHER = {"version", "currency", "pipeline", "plugins", "hours", "team", "conversation"}
