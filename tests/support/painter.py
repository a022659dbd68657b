"""Paints the block characters of a terminal into pixels, so that a reader of codes can look at them."""

import unicodedata

from PIL import Image, ImageDraw

BLACK, WHITE = 0, 255

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, as parts of a cell."""

_BLOCKS: dict[str, list[Box]] = {
    "SPACE": [],
    "FULL BLOCK": [(0, 0, 1, 1)],
    "UPPER HALF BLOCK": [(0, 0, 1, 1 / 2)],
    "LOWER HALF BLOCK": [(0, 1 / 2, 1, 1)],
    "LEFT HALF BLOCK": [(0, 0, 1 / 2, 1)],
    "RIGHT HALF BLOCK": [(1 / 2, 0, 1, 1)],
}


def ink(character: str) -> list[Box]:
    """What a block character fills, by its Unicode name: sixths are numbered 1 to 6 from the top left."""
    name = unicodedata.name(character)
    if name in _BLOCKS:
        return _BLOCKS[name]
    sixths = [int(digit) - 1 for digit in name.removeprefix("BLOCK SEXTANT-")]
    return [(sixth % 2 / 2, sixth // 2 / 3, sixth % 2 / 2 + 1 / 2, sixth // 2 / 3 + 1 / 3) for sixth in sixths]


def canvas(columns: int, lines: int, cell: tuple[int, int]) -> Image.Image:
    """A dark window of so many cells."""
    return Image.new("L", (columns * cell[0], lines * cell[1]), BLACK)


def paint_cell(image: Image.Image, column: int, line: int, character: str, cell: tuple[int, int]) -> None:
    """Draw one black character on a white cell of so many pixels."""
    width, height = cell
    draw = ImageDraw.Draw(image)
    for colour, boxes in ((WHITE, [(0.0, 0.0, 1.0, 1.0)]), (BLACK, ink(character))):
        for left, top, right, bottom in boxes:
            draw.rectangle(
                (
                    column * width + round(left * width),
                    line * height + round(top * height),
                    column * width + round(right * width) - 1,
                    line * height + round(bottom * height) - 1,
                ),
                fill=colour,
            )
