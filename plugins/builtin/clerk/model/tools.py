"""What a model may do, as it is told of it. `bench.py` carries it out, by the offline brain's own code."""

from collections.abc import Mapping
from typing import Any

from comptoir.plugins.models import Tool


def _tool(called: str, about: str, required: tuple[str, ...] = (), /, **properties: Mapping[str, Any]) -> Tool:
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return Tool(called, about, schema)


_TEXT = {"type": "string"}

TOOLS = (
    _tool("search_catalogue", "Finds products by the customer's words. Only what it finds is sold.", ("query",),
          query=_TEXT, category=_TEXT),
    _tool("show_product", "One product with its variants, options, prices and what is left.", ("sku",), sku=_TEXT),
    _tool("put_in_cart", "Sets how many pieces of a variant are in the cart in all; 0 takes it out.",
          ("sku", "quantity"), sku=_TEXT, quantity={"type": "integer", "minimum": 0},
          options={"type": "array", "items": _TEXT}),
    _tool("show_cart", "What is in the cart, with amounts and total."),
    _tool("delivery_options", "Zones with their fees; with arguments, notes how and where the customer wants it.",
          way={"type": "string", "enum": ["pickup", "delivery"]}, zone=_TEXT, address=_TEXT, name=_TEXT, time=_TEXT),
    _tool("confirm", "Shows the customer the summary. Only their own yes to it places the order."),
    _tool("hand_over", "A person of the shop goes on in this chat.", reason=_TEXT),
)  # fmt: skip
