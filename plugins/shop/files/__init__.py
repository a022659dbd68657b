"""A shop's catalogue out of the files in its folder: TOML, CSV or Excel, with all that is wrong in them at once."""

from comptoir.plugins.shop.files.reading import read_catalogue, sells_example

__all__ = ["read_catalogue", "sells_example"]
