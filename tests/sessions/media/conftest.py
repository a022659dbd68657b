"""A running lab for each test, in a folder of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from comptoir.lab import Lab, open_lab


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    async with open_lab(tmp_path / "lab") as lab:
        yield lab
