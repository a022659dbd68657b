"""Says why a plugin decides as it does, in the tenant's language."""

from comptoir.plugins.api import Context


def explain(context: Context, fr: str, en: str) -> None:
    context.explain(en if context.tenant.language == "en" else fr)
