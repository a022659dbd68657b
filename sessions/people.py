"""The tenant's people, as its file names them: who somebody is, and where somebody is told."""

from collections.abc import Sequence
from typing import Literal

from comptoir.plugins.config import TenantConfig
from comptoir.sessions.events import Address

Role = Literal["customer", "owner", "team"]
OWNER: Literal["owner"] = "owner"
TEAM = "team"


def role_of(address: Address, config: TenantConfig) -> tuple[Role, str]:
    """Whether this is the owner or one of the team, and then the name there; a group of the team's counts as one."""
    if config.owner is not None and config.owner in address.aliases:
        return "owner", ""
    for member in config.team:
        if member.address in address.aliases:
            return "team", member.name
    return "customer", ""


def is_agent(name: str, config: TenantConfig) -> bool:
    """Whether a conversation can be theirs."""
    return name == OWNER or any(member.name == name for member in config.team)


def agent_called(name: str, config: TenantConfig) -> str | None:
    """Who is meant by a name as somebody types it, in capitals or without; None where nobody is."""
    names = (OWNER, *(member.name for member in config.team))
    return next((one for one in names if one.casefold() == name.strip().casefold()), None)


def addresses(to: Sequence[str], config: TenantConfig) -> tuple[list[Address], list[str]]:
    """Where these people are told, each place once; and the reasons why some cannot be."""
    found: dict[str, None] = {}
    missing = []
    by_name = {member.name: member.address for member in config.team}
    for name in to:
        if name == OWNER:
            if config.owner is None:
                missing.append("no owner in tenant.toml")
            else:
                found[config.owner] = None
        elif name == TEAM and TEAM not in by_name:
            if not by_name:
                missing.append("no team in tenant.toml")
            found |= dict.fromkeys(by_name.values())
        elif name in by_name:
            found[by_name[name]] = None
        else:
            missing.append(f"nobody named {name} in the team of tenant.toml")
    return [Address.parse(text) for text in found], missing
