"""Letters large enough to be read across a room, or into a telephone."""

# Everything a pairing code is made of: no 0, I, O and U. Five by seven, so that half blocks make four lines of them.
_SHEET = """
  1     2     3     4     5     6     7     8     9     A     B
..#.. .###. ##### ...#. ##### ..##. ##### .###. .###. .###. ####.
.##.. #...# ...#. ..##. #.... .#... ....# #...# #...# #...# #...#
..#.. ....# ..#.. .#.#. ####. #.... ...#. #...# #...# #...# #...#
..#.. ...#. ...#. #..#. ....# ####. ..#.. .###. .#### ##### ####.
..#.. ..#.. ....# ##### ....# #...# .#... #...# ....# #...# #...#
..#.. .#... #...# ...#. #...# #...# .#... #...# ...#. #...# #...#
.###. ##### .###. ...#. .###. .###. .#... .###. .##.. #...# ####.

  C     D     E     F     G     H     J     K     L     M     N
.###. ###.. ##### ##### .###. #...# ..### #...# #.... #...# #...#
#...# #..#. #.... #.... #...# #...# ...#. #..#. #.... ##.## #...#
#.... #...# #.... #.... #.... #...# ...#. #.#.. #.... #.#.# ##..#
#.... #...# ####. ####. #.### ##### ...#. ##... #.... #.#.# #.#.#
#.... #...# #.... #.... #...# #...# ...#. #.#.. #.... #...# #..##
#...# #..#. #.... #.... #...# #...# #..#. #..#. #.... #...# #...#
.###. ###.. ##### #.... .###. #...# .##.. #...# ##### #...# #...#

  P     Q     R     S     T     V     W     X     Y     Z     -
####. .###. ####. .#### ##### #...# #...# #...# #...# ##### .....
#...# #...# #...# #.... ..#.. #...# #...# #...# #...# ....# .....
#...# #...# #...# #.... ..#.. #...# #...# .#.#. #...# ...#. .....
####. #...# ####. .###. ..#.. #...# #.#.# ..#.. .#.#. ..#.. #####
#.... #.#.# #.#.. ....# ..#.. #...# #.#.# .#.#. ..#.. .#... .....
#.... #..#. #..#. ....# ..#.. .#.#. #.#.# #...# ..#.. #.... .....
#.... .##.# #...# ####. ..#.. ..#.. .#.#. #...# ..#.. ##### .....
"""
_HALVES = {"..": " ", "#.": "▀", ".#": "▄", "##": "█"}


def large(text: str) -> tuple[str, ...] | None:
    """Four rows of equal length, six columns a letter; None where a letter is not among those of a code."""
    if not set(text) <= _GLYPHS.keys():
        return None
    rows = [".".join(_GLYPHS[letter][row] for letter in text) for row in range(7)]
    rows.append("." * len(rows[0]))
    return tuple(
        "".join(_HALVES[above + below] for above, below in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    )


def _read(sheet: str) -> dict[str, tuple[str, ...]]:
    glyphs = {}
    for part in sheet.strip("\n").split("\n\n"):
        names, *rows = part.split("\n")
        for letter, *drawn in zip(names.split(), *(row.split() for row in rows), strict=True):
            glyphs[letter] = tuple(drawn)
    return glyphs


_GLYPHS = _read(_SHEET)
