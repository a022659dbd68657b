"""Whom a plugin may tell: the owner, the whole team, or names in it."""

from collections.abc import Iterable, Iterator, Sequence

from comptoir.plugins.api import Mistake, Tenant
from comptoir.plugins.faults import nearest

Key = tuple[str | int, ...]


def mistakes(named: Iterable[tuple[Key, Sequence[str]]], tenant: Tenant) -> Iterator[Mistake]:
    """What is wrong with lists of names, for `Plugin.check`; each name once, with its key in the plugin's table."""
    seen: set[str] = set()
    for key, to in named:
        for place, name in enumerate(to):
            if name not in seen:
                seen.add(name)
                yield from _mistakes((*key, place), name, tenant)


def _mistakes(key: Key, name: str, tenant: Tenant) -> Iterator[Mistake]:
    names = [member.name for member in tenant.team]
    if name == "owner":
        if tenant.owner is None:
            yield _mistake(
                key,
                tenant,
                ("personne ne peut être prévenu : owner manque", 'votre numéro, comme owner = "+221771234567"'),
                ("nobody can be told: owner is missing", 'your number, as owner = "+221771234567"'),
            )
    elif name == "team":
        if not names:
            yield _mistake(
                key,
                tenant,
                ("« team » est prévenue, et l'équipe est vide", "un bloc [[team]] par personne"),
                ('"team" is told, and the team is empty', "a block [[team]] for each person"),
            )
    elif name not in names:
        meant = nearest(name, ["owner", "team", *names])
        known = ", ".join(["owner", "team", *names])
        yield _mistake(
            key,
            tenant,
            (f"« {name} » n'est pas dans l'équipe", f"« {meant} »" if meant else f"un de ceux-ci : {known}"),
            (f'"{name}" is not in the team', f'"{meant}"' if meant else f"one of these: {known}"),
        )


def _mistake(key: Key, tenant: Tenant, fr: tuple[str, str], en: tuple[str, str]) -> Mistake:
    return Mistake(*(en if tenant.language == "en" else fr), key=key)
