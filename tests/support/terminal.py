"""What commands write: lines in a pipe, or the window of a terminal and the codes in it."""

import codecs
import fcntl
import os
import re
import select
import struct
import termios
import time
from collections.abc import Callable
from typing import IO

import zxingcpp
from painter import canvas, paint_cell

CELL = (10, 20)
# Black on white as a terminal is told: with 256 colours, and with the 16 of an older one.
PAPER = {"38;5;16;48;5;231", "30;107"}
_TOKEN = re.compile(r"\x1b\[(\??[\d;]*)([A-Za-z])|([\s\S])")
_CUT_OFF = re.compile(r"\x1b(\[[?\d;]*)?$")


def read_line(stream: IO[bytes], timeout: float = 30) -> bytes:
    """The next line of an unbuffered pipe; fails where none comes in time."""
    assert select.select([stream], [], [], timeout)[0], f"no line within {timeout} s"
    return stream.readline()


class Terminal:
    """A pseudo terminal; processes write to `slave`. Understands what rich's full screen writes, no more."""

    def __init__(self, columns: int, lines: int) -> None:
        self.master, self.slave = os.openpty()
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._unread = ""
        self._style = ""
        self.resize(columns, lines)

    def resize(self, columns: int, lines: int) -> None:
        self.columns, self.lines = columns, lines
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self._clear()

    def close(self) -> None:
        os.close(self.master)
        os.close(self.slave)

    @property
    def streams(self) -> dict[str, int]:
        """For Popen: all three on this terminal."""
        return dict.fromkeys(("stdin", "stdout", "stderr"), self.slave)

    def control(self) -> None:
        """For a child process before it runs: this is its terminal, Ctrl-C included."""
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)

    def wait(self, shown: Callable[[], object], timeout: float = 20) -> None:
        """Read until that is true of the window."""
        deadline = time.monotonic() + timeout
        while not shown():
            ready, _, _ = select.select([self.master], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"not shown within {timeout} s; the window:\n{self.text}"
            self._feed(os.read(self.master, 65_536))

    @property
    def text(self) -> str:
        """The window's lines."""
        return "\n".join("".join(character for character, _ in row).rstrip() for row in self._cells)

    def style_of(self, text: str) -> str:
        """How the first of its characters is drawn, as numbers of the escape sequence."""
        line = next(number for number, shown in enumerate(self.text.split("\n")) if text in shown)
        return self._cells[line][self.text.split("\n")[line].index(text)][1]

    def codes(self) -> list[str]:
        """What a reader held before the window reads."""
        image = canvas(self.columns, self.lines, CELL)
        for line, row in enumerate(self._cells):
            for column, (character, style) in enumerate(row):
                if style in PAPER:
                    paint_cell(image, column, line, character, CELL)
        return [found.text for found in zxingcpp.read_barcodes(image)]

    def _clear(self) -> None:
        self._cells = [[(" ", "")] * self.columns for _ in range(self.lines)]
        self._line = self._column = 0

    def _feed(self, data: bytes) -> None:
        # A character or a sequence may come in two pieces.
        text = self._unread + self._decoder.decode(data)
        cut_off = _CUT_OFF.search(text)
        whole, self._unread = (text[: cut_off.start()], cut_off[0]) if cut_off else (text, "")
        for arguments, order, character in _TOKEN.findall(whole):
            if order:
                self._obey(arguments, order)
            else:
                self._write(character)

    def _obey(self, arguments: str, order: str) -> None:
        match order:
            case "m":
                self._style = "" if arguments in {"", "0"} else arguments
            case "H":
                self._line = self._column = 0
            case "J":
                self._clear()
            case "K" if arguments == "2":
                self._cells[self._line] = [(" ", "")] * self.columns
            case "A":
                self._line = max(0, self._line - int(arguments or 1))
            case "h" | "l" if arguments == "?1049":
                self._clear()
            case "h" | "l" if arguments == "?25":
                pass
            case _:
                raise AssertionError(f"an order this terminal does not know: {arguments}{order}")

    def _write(self, character: str) -> None:
        if character == "\r":
            self._column = 0
            return
        if character == "\n" or self._column == self.columns:
            self._line, self._column = self._line + 1, 0
        if self._line == self.lines:
            self._cells = [*self._cells[1:], [(" ", "")] * self.columns]
            self._line -= 1
        if character != "\n":
            self._cells[self._line][self._column] = character, self._style
            self._column += 1
