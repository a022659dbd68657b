"""Memory for a whole file that goes back to the system at once, as the heap's does not."""

import ctypes
import mmap
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


@contextmanager
def filled(content: Iterator[bytes], size: int) -> Iterator[Any]:
    """A ctypes array of `size` bytes that holds all of `content`; not to be used afterwards.

    Raises what `content` raises, and ValueError where it is not of this size.
    """
    memory = mmap.mmap(-1, size)
    try:
        for chunk in content:
            memory.write(chunk)
        if memory.tell() != size:
            raise ValueError(f"{memory.tell()} bytes came where {size} were expected")
        array = (ctypes.c_char * size).from_buffer(memory)
        try:
            yield array
        finally:
            del array
    finally:
        # Whoever still holds the array decides when it goes.
        with suppress(BufferError):
            memory.close()
