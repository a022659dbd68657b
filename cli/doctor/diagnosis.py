"""All findings on an installation, in the order in which they are worth reading."""

from comptoir.cli.doctor import daemon, installation, machine, tenants
from comptoir.cli.doctor.facts import Facts
from comptoir.cli.doctor.finding import Finding


def diagnose(facts: Facts) -> list[Finding]:
    """Pure: the same facts give the same findings."""
    parts = (machine, installation, daemon, tenants)
    return [finding for part in parts for finding in part.findings(facts)]
