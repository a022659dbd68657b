"""A QR code as modules, as rows of a terminal and as a PNG file."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

Modules = tuple[tuple[bool, ...], ...]
"""Rows of the code without any border; True is dark."""

# Readers failed on codes without a border, and on sextants with less than two modules of it.
HALF_BLOCK_BORDER = 1
SEXTANT_BORDER = 2
# Paper and screens at a distance: the standard's own quiet zone.
PNG_BORDER = 4


@dataclass(frozen=True, slots=True)
class Picture:
    """Rows of equal length, to be drawn black on white: inverted colours are not read by every phone."""

    rows: tuple[str, ...]

    @property
    def columns(self) -> int:
        return len(self.rows[0])

    @property
    def lines(self) -> int:
        return len(self.rows)


def encode(code: str) -> Modules:
    """The smallest QR code that holds `code`. Error correction L keeps a pairing code at 57 modules."""
    from qrcode.constants import ERROR_CORRECT_L
    from qrcode.main import QRCode

    qr = QRCode(error_correction=ERROR_CORRECT_L, border=0)
    qr.add_data(code, optimize=0)
    return tuple(tuple(bool(module) for module in row) for row in qr.get_matrix())


def fit(modules: Modules, columns: int, lines: int) -> Picture | None:
    """Half blocks where they fit, because every font has them; else sextants; else nothing."""
    for draw in (half_blocks, sextants):
        picture = draw(modules)
        if picture.columns <= columns and picture.lines <= lines:
            return picture
    return None


def half_blocks(modules: Modules) -> Picture:
    """Two modules a cell, one above the other: square in the usual cell of 1:2."""
    return _draw(modules, HALF_BLOCK_BORDER, 1, 2, " ▀▄█".__getitem__)


def sextants(modules: Modules) -> Picture:
    """Six modules a cell, two wide and three high: 31 × 21 cells for a pairing code."""
    return _draw(modules, SEXTANT_BORDER, 2, 3, sextant)


def sextant(pattern: int) -> str:
    """The character with these sixths dark; bit 0 is top left, bit 1 top right, bit 5 bottom right."""
    match pattern:
        case 0:
            return " "
        case 0b010101:
            return "▌"
        case 0b101010:
            return "▐"
        case 0b111111:
            return "█"
    # Unicode numbers the patterns in order and leaves out the four that had a character before.
    return chr(0x1FB00 + pattern - 1 - (pattern > 0b010101) - (pattern > 0b101010))


def png(modules: Modules, scale: int = 8) -> bytes:
    """A black and white PNG, `scale` pixels a module."""
    size = (len(modules) + 2 * PNG_BORDER) * scale
    scanlines = bytearray()
    for row in with_border(modules, PNG_BORDER):
        pixels = "".join(("0" if dark else "1") * scale for dark in row)
        padded = pixels.ljust(-(-size // 8) * 8, "0")
        scanlines += (b"\0" + int(padded, 2).to_bytes(len(padded) // 8, "big")) * scale
    header = struct.pack(">IIBBBBB", size, size, 1, 0, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(scanlines)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def with_border(modules: Modules, border: int) -> Modules:
    """The same code with `border` light modules on each side."""
    side = (False,) * border
    edge = ((False,) * (len(modules) + 2 * border),) * border
    return (*edge, *((*side, *row, *side) for row in modules), *edge)


def _draw(modules: Modules, border: int, cell_columns: int, cell_rows: int, character: Callable[[int], str]) -> Picture:
    framed = with_border(modules, border)
    size = len(framed)

    def pattern(top: int, left: int) -> int:
        places = [(top + y, left + x) for y in range(cell_rows) for x in range(cell_columns)]
        return sum(1 << bit for bit, (y, x) in enumerate(places) if y < size and x < size and framed[y][x])

    return Picture(
        tuple(
            "".join(character(pattern(top, left)) for left in range(0, size, cell_columns))
            for top in range(0, size, cell_rows)
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
