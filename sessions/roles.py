"""Who the other side of a chat is, by the numbers in `tenant.toml` and by the account that the shop itself has."""

from comptoir.plugins.config import TenantConfig
from comptoir.sessions.journal import audiences, contacts, linkings
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.people import OWNER, Role, role_of


def role_in(db: Connection, contact: int, config: TenantConfig) -> tuple[Role, str]:
    """As `role_of`. The shop's chat with itself is the owner's: only the phone that holds the account writes there."""
    role, member = role_of(contacts.address_of(db, contact), config)
    return (OWNER, "") if role == "customer" and is_own_chat(db, contact) else (role, member)


def is_own_chat(db: Connection, contact: int) -> bool:
    """Whether this is the chat of the account that is linked now with itself."""
    session = linkings.current_session(db)
    return session is not None and audiences.is_own(db, session.id, contacts.address_of(db, contact))
