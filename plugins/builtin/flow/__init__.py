"""`flow`: menus and questions, in an order that the tenant writes down in `flows/`."""

from comptoir.plugins.builtin.flow.plugin import Flows

__all__ = ["Flows"]
