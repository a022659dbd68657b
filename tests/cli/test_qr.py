"""The code on screen is only good if readers read it: the cells are painted and given to a real one."""

import io

import painter
import pytest
import zxingcpp
from PIL import Image, ImageFilter, ImageOps

from comptoir.cli import qr

# As long as WhatsApp's: a reference, three keys in base64, the kind of device.
CODE = "https://wa.me/settings/linked_devices#2@" + ",".join(
    ["Zm9vYmFyYmF6" * 5 + "Q0", *("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0NTY3ODk=",) * 3, "1"]
)
MODULES = qr.encode(CODE)

# Width and height of a cell in pixels, from squat to slender; 1:2 is usual.
CELLS = [(8, 16), (9, 18), (10, 18), (8, 19), (7, 17), (12, 20)]


def paint(picture: qr.Picture, cell: tuple[int, int]) -> Image.Image:
    """The rows as a dark terminal shows them: black on white cells, black around."""
    image = painter.canvas(picture.columns, picture.lines, cell)
    for line, row in enumerate(picture.rows):
        for column, character in enumerate(row):
            painter.paint_cell(image, column, line, character, cell)
    return ImageOps.expand(image, border=40, fill=painter.BLACK)


def read(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell[0]}x{cell[1]}")
@pytest.mark.parametrize("draw", [qr.half_blocks, qr.sextants])
def test_a_reader_reads_the_terminal(draw, cell):
    assert read(paint(draw(MODULES), cell)) == [CODE]


@pytest.mark.parametrize("draw", [qr.half_blocks, qr.sextants])
def test_a_reader_reads_an_unsharp_tilted_photo_of_it(draw):
    image = paint(draw(MODULES), (10, 20)).rotate(7, expand=True, resample=Image.Resampling.BICUBIC)
    assert read(image.filter(ImageFilter.GaussianBlur(1.2))) == [CODE]


def test_a_reader_reads_the_png():
    assert read(Image.open(io.BytesIO(qr.png(MODULES)))) == [CODE]


def test_sizes_of_a_pairing_code():
    assert len(MODULES) == 57
    halves, sixths = qr.half_blocks(MODULES), qr.sextants(MODULES)
    assert (halves.columns, halves.lines) == (59, 30)
    assert (sixths.columns, sixths.lines) == (31, 21)


@pytest.mark.parametrize("window", [(80, 24), (58, 40), (100, 29)])
def test_sextants_where_half_blocks_do_not_fit(window):
    assert qr.fit(MODULES, *window) == qr.sextants(MODULES)


@pytest.mark.parametrize("window", [(59, 30), (200, 60)])
def test_half_blocks_where_they_fit(window):
    assert qr.fit(MODULES, *window) == qr.half_blocks(MODULES)


@pytest.mark.parametrize("window", [(30, 24), (80, 20)])
def test_nothing_where_neither_fits(window):
    assert qr.fit(MODULES, *window) is None


def test_every_pattern_of_six_fills_its_sixths():
    for pattern in range(64):
        boxes = painter.ink(qr.sextant(pattern))
        filled = {
            sixth
            for sixth in range(6)
            for left, top, right, bottom in boxes
            if left < sixth % 2 / 2 + 1 / 4 < right and top < sixth // 2 / 3 + 1 / 6 < bottom
        }
        assert filled == {sixth for sixth in range(6) if pattern >> sixth & 1}
