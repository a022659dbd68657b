"""What a worker prints ends in its tenant's log: redacted, bounded, and with its last words."""

from pathlib import Path

import pytest
import trio
from trio.testing import memory_stream_pair

from comptoir.gateway.worker_output import keep_output
from comptoir.sessions import output
from comptoir.sessions.protocol import RpcError


async def test_last_words_of_an_aborting_worker_are_kept(open_shop) -> None:
    async with open_shop() as shop:
        with pytest.raises(RpcError):
            await shop.order("abort panic: boom in 221770000001@s.whatsapp.net\ngoroutine 1")
        await shop.events.until("worker_died")
        log = shop.installation.paths.tenant_log("awa").read_text()
    assert "panic: boom in 22177***01@s.whatsapp.net" in log
    assert log.rstrip().endswith("goroutine 1")


async def test_lines_are_cut_and_any_bytes_are_taken(tmp_path: Path) -> None:
    ours, theirs = memory_stream_pair()
    await theirs.send_all(b"x" * 100_000 + b"\n\xff\xfe oui\n\nlast")
    await theirs.aclose()
    with trio.fail_after(5):
        await keep_output(ours, tmp_path / "tenant.log")
    lines = (tmp_path / "tenant.log").read_text().splitlines()
    assert max(map(len, lines)) < output.MAX_LINE + 40
    assert lines[-2].endswith(" oui")
    assert lines[-1].endswith(" last")
