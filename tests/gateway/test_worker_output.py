"""What a worker prints ends in its tenant's log: redacted, bounded, and with its last words."""

from pathlib import Path

import pytest
import trio
from trio.testing import lockstep_stream_pair, memory_stream_pair

from comptoir.gateway import worker_output
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


async def test_a_log_that_cannot_be_opened_closes_no_shop(open_shop, installation) -> None:
    installation.paths.tenant_log("awa").mkdir()
    async with open_shop() as shop:
        assert await shop.tenant.call("ping") == {}
        assert shop.tenant.ends.restarts == 0


async def test_what_a_log_had_no_room_for_is_discarded_until_it_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_output, "OPEN_AGAIN", 0.0)
    log = tmp_path / "tenant.log"
    log.mkdir()
    theirs, ours = lockstep_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keep_output, ours, log)
        await theirs.send_all(b"lost\n")
        # It reads on once it is done with the first line.
        await theirs.wait_send_all_might_not_block()
        log.rmdir()
        await theirs.send_all(b"kept\n")
        await theirs.aclose()
    assert [line.split()[-1] for line in log.read_text().splitlines()] == ["kept"]
