"""A recording through an endpoint: what it is sent, and what its answers mean."""

from email import message_from_bytes
from email.policy import HTTP

import pytest
import web_server
from web_server import Answer, Asked

from comptoir.sessions.outside.exchange import Outside
from comptoir.sessions.spec import TranscriptionSpec
from comptoir.sessions.transcribing.endpoint import said_by
from comptoir.sessions.transcribing.failed import TranscriptionFailed

RECORDING = b"OggS\r\n--\r\n" + bytes(range(256))


async def ask(web: web_server.Web, mime: str = "audio/ogg; codecs=opus") -> str:
    spec = TranscriptionSpec(url=web.url("/v1"), model="whisper-1", language="fr", key="sk-secret")
    return await said_by(spec, Outside(lambda _: True), RECORDING, mime)


def parts(asked: Asked) -> dict[str, tuple[str | None, str, bytes]]:
    """Each field's file name, type and content."""
    head = f"Content-Type: {asked.headers['content-type']}\r\n\r\n".encode()
    fields = message_from_bytes(head + asked.body, policy=HTTP).iter_parts()
    return {
        part.get_param("name", header="content-disposition"): (
            part.get_filename(),
            part.get_content_type(),
            part.get_payload(decode=True),
        )
        for part in fields
    }


async def test_an_endpoint_gets_the_recording_as_a_form_and_its_key_as_a_header() -> None:
    async with web_server.serving(lambda _: (200, {}, b'{"text": "Deux poulets."}')) as web:
        assert await ask(web) == "Deux poulets."
        await ask(web, 'audio/x"\r\nEvil: 1')
    first, second = web.asked
    assert (first.method, first.path) == ("POST", "/v1/audio/transcriptions")
    assert first.headers["authorization"] == "Bearer sk-secret"
    assert parts(first) == {
        "model": (None, "text/plain", b"whisper-1"),
        "language": (None, "text/plain", b"fr"),
        "response_format": (None, "text/plain", b"json"),
        "file": ("recording.ogg", "audio/ogg", RECORDING),
    }
    assert parts(second)["file"] == ("recording.ogg", "application/octet-stream", RECORDING)


@pytest.mark.parametrize(
    ("answer", "why", "final"),
    [
        ((503, {}, b""), "status 503", False),
        ((429, {}, b""), "status 429", False),
        ((401, {}, b"sk-secret is wrong"), "status 401$", True),
        ((302, {"Location": "https://elsewhere.example/"}, b""), "status 302", True),
        ((200, {}, b"<html>"), 'no {"text"', False),
        ((200, {}, b'{"text": 5}'), 'no {"text"', False),
    ],
)
async def test_other_answers_are_told_and_tried_again_where_that_may_help(
    answer: Answer, why: str, final: bool
) -> None:
    async with web_server.serving(lambda _: answer) as web:
        with pytest.raises(TranscriptionFailed, match=why) as failed:
            await ask(web)
    assert failed.value.final is final


async def test_nobody_there_may_be_there_later() -> None:
    spec = TranscriptionSpec(url="http://127.0.0.1:1", model="whisper-1")
    with pytest.raises(TranscriptionFailed, match="does not answer") as failed:
        await said_by(spec, Outside(lambda _: True), RECORDING, "audio/ogg")
    assert not failed.value.final
