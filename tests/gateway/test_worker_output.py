"""What a worker prints ends in its tenant's log: redacted, bounded, and with its last words."""

import json
import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import lockstep_stream_pair, memory_stream_pair

from comptoir.gateway import tenant_log
from comptoir.gateway.log_format import LogSettings
from comptoir.gateway.tenant_log import open_log
from comptoir.gateway.worker_output import MAX_LINE, Lines, keep_output
from comptoir.sessions.log_line import MARK, LogLine, encode
from comptoir.sessions.protocol import RpcError


async def test_last_words_of_an_aborting_worker_are_kept(open_shop) -> None:
    async with open_shop() as shop:
        with pytest.raises(RpcError):
            await shop.order("abort panic: boom in 221770000001@s.whatsapp.net\ngoroutine 1")
        await shop.events.until("worker_died")
        log = shop.installation.paths.tenant_log("awa").read_text()
    assert "ERROR printed: panic: boom in 22177***01@s.whatsapp.net" in log
    assert log.rstrip().endswith("ERROR printed: goroutine 1")


async def test_lines_are_cut_and_any_bytes_are_taken(tmp_path: Path) -> None:
    ours, theirs = memory_stream_pair()
    await theirs.send_all(b"x" * 100_000 + b"\n\xff\xfe oui\n\nlast")
    await theirs.aclose()
    with trio.fail_after(5):
        await keep_output(ours, open_log(LogSettings(), tmp_path / "tenant.log", "awa"))
    lines = (tmp_path / "tenant.log").read_text().splitlines()
    assert len(lines) == 3
    assert max(map(len, lines)) < 2_200
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
    monkeypatch.setattr(tenant_log, "OPEN_AGAIN", 0.0)
    log = tmp_path / "tenant.log"
    log.mkdir()
    theirs, ours = lockstep_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keep_output, ours, open_log(LogSettings(), log, "awa"))
        await theirs.send_all(b"lost\n")
        # It reads on once it is done with the first line.
        await theirs.wait_send_all_might_not_block()
        log.rmdir()
        await theirs.send_all(b"kept\n")
        await theirs.aclose()
    assert [line.split()[-1] for line in log.read_text().splitlines()] == ["kept"]


NUMBERS = b"from 221770000001 to 100000000000042@lid\n"
OURS = encode(LogLine(logging.INFO, "messages", "received", {"chat": "+221770000001", "message": 3}))


@given(st.lists(st.integers(0, 400), max_size=6), st.sampled_from(["text", "json"]))
def test_numbers_are_cut_in_whatever_pieces_they_come(tmp_path_factory, cuts: list[int], form: str) -> None:
    said = (NUMBERS + OURS) * 4
    lines, whole, last = Lines(), [], 0
    for cut in [*sorted(cuts), len(said)]:
        whole += lines.feed(said[last:cut])
        last = cut
    file = tmp_path_factory.mktemp("log") / "awa.log"
    log = open_log(replace(LogSettings(), format=form), file, "awa")
    for line in whole:
        log.write(line)
    log.close()
    text = file.read_text()
    assert len(text.splitlines()) == 8
    assert not re.search(r"(?<![-T:.])\d{6}", text)


@given(st.integers(MAX_LINE - 40, MAX_LINE + 40))
def test_a_line_that_is_too_long_loses_its_rest_and_no_half_of_a_number_stays(length: int) -> None:
    lines = Lines()
    data = b"x " * (length // 2) + b"221770000001 rest\nnext\n"
    found = [line for size in range(0, len(data), 1000) for line in lines.feed(data[size : size + 1000])]
    assert [line.text for line in found][-1] == "next"
    assert len(found) == 2
    assert "2217" not in found[0].text


def test_a_torn_line_of_ours_is_kept_as_what_was_printed() -> None:
    (line,) = Lines().feed(OURS[:30] + b"\n")
    assert line.logger == "printed"
    assert MARK not in line.text


async def test_in_json_go_s_own_lines_are_json_too(tmp_path: Path) -> None:
    ours, theirs = memory_stream_pair()
    await theirs.send_all(b"Press Ctrl+C to exit\n" + OURS)
    await theirs.aclose()
    await keep_output(ours, open_log(LogSettings(format="json"), tmp_path / "awa.log", "awa"))
    go, received = map(json.loads, (tmp_path / "awa.log").read_text().splitlines())
    assert (go["logger"], go["text"], go["tenant"]) == ("printed", "Press Ctrl+C to exit", "awa")
    assert (received["text"], received["chat"], received["message"]) == ("received", "+22177***01", 3)
