"""A shop's catalogue out of the files in its folder: TOML, CSV or Excel, with all that is wrong in them at once."""

from comptoir.plugins.shop.files.reading import catalogue_of, is_open_ended, read_catalogue, sells_example

__all__ = ["catalogue_of", "is_open_ended", "read_catalogue", "sells_example"]
