"""What effects stand on: in which chat, by whose rules, for what cause."""

from dataclasses import dataclass, field

from comptoir.plugins.config import TenantConfig
from comptoir.sessions.enclosing import Enclosed
from comptoir.sessions.shopkeeping.shop import Shop


@dataclass(frozen=True, slots=True)
class Ground:
    """The same for all effects of a walk."""

    contact: int
    config: TenantConfig
    cause: str
    """As in `causes`."""
    message: int | None = None
    """The one that is answered; None for a timer, a receipt or a change."""
    files: Enclosed = field(default_factory=dict)
    """Those of its replies."""
    withheld: str = ""
    """Why replies do not go out."""
    shop: Shop | None = None
    """Where something can be sold."""
