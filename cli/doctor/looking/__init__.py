"""Everything that the doctor can see."""

from comptoir.cli.doctor.facts import Facts
from comptoir.cli.doctor.looking.daemon import look_at_daemon
from comptoir.cli.doctor.looking.installation import look_at_installation
from comptoir.cli.doctor.looking.machine import look_at_machine
from comptoir.gateway.paths import Paths


def look(paths: Paths, tenant: str | None = None) -> Facts:
    """Raises ControlError for a tenant that a running daemon does not know."""
    daemon = look_at_daemon(paths, tenant)
    return Facts(look_at_machine(paths.state), look_at_installation(paths, tenant), daemon, tenant)
