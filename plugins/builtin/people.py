"""Whom a plugin may tell: the owner, the whole team, or names in it."""

from collections.abc import Iterable, Iterator

from comptoir.plugins.api import Mistake, Tenant
from comptoir.plugins.faults import nearest


def mistakes(to: Iterable[str], tenant: Tenant) -> Iterator[Mistake]:
    """What is wrong with these, for `Plugin.check`; each said once."""
    names = [member.name for member in tenant.team]
    for name in dict.fromkeys(to):
        if name == "owner":
            if tenant.owner is None:
                yield _mistake(
                    tenant,
                    ("personne ne peut être prévenu : owner manque", 'votre numéro, comme owner = "+221771234567"'),
                    ("nobody can be told: owner is missing", 'your number, as owner = "+221771234567"'),
                )
        elif name == "team":
            if not names:
                yield _mistake(
                    tenant,
                    ("« team » est prévenue, et l'équipe est vide", "un bloc [[team]] par personne"),
                    ('"team" is told, and the team is empty', "a block [[team]] for each person"),
                )
        elif name not in names:
            meant = nearest(name, ["owner", "team", *names])
            known = ", ".join(["owner", "team", *names])
            yield _mistake(
                tenant,
                (f"« {name} » n'est pas dans l'équipe", f"« {meant} »" if meant else f"un de ceux-ci : {known}"),
                (f'"{name}" is not in the team', f'"{meant}"' if meant else f"one of these: {known}"),
            )


def _mistake(tenant: Tenant, fr: tuple[str, str], en: tuple[str, str]) -> Mistake:
    return Mistake("tenant.toml", 1, 1, *(en if tenant.language == "en" else fr))
