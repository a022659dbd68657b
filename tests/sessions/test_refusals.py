"""Error texts of the client library: only what surely stayed here may be sent again."""

import pytest

from comptoir.sessions.outbox.port import NotConnected, SendRefused, SendUnknown
from comptoir.sessions.refusals import understand


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("no LID found for 221779999999@s.whatsapp.net from server", SendRefused),
        ("server returned error 463", SendRefused),
        ("failed to send message node: frame too large (got 16966369 bytes, max 16777216 bytes)", SendRefused),
        ("server returned error 479", SendRefused),
        ("failed to send message node: websocket not connected", NotConnected),
        ("failed to get device list: websocket not connected", NotConnected),
        ("failed to get device list: websocket disconnected before info query returned response", NotConnected),
        # Said of this one message while there is a connection: to be tried again, but not for ever.
        ("failed to get user info for x to fill LID cache: info query timed out", SendRefused),
        ("failed to get device list: info query returned status 429: rate-overlimit", SendRefused),
        ("failed to encrypt group message to send x to y: no such key", SendRefused),
        ("failed to fetch LID mappings: database is locked", SendRefused),
        ("can't encrypt message for device: no signal session established with x", SendRefused),
        # The frame was sent once and repeated after a reconnect: it may have left the first time.
        ("websocket not connected", SendUnknown),
        ("failed to write msg: use of closed network connection", SendUnknown),
        ("timed out waiting for message send response", SendUnknown),
        ("websocket disconnected before message send returned response", SendUnknown),
        ("something that no version said before", SendUnknown),
    ],
)
def test_what_an_error_means(text: str, error: type[Exception]) -> None:
    assert type(understand(text)) is error


@pytest.mark.parametrize(
    ("text", "code", "permanent"),
    [
        ("server returned error 463", 463, False),
        ("server returned error 479", 479, True),
        ("server returned error 429", 429, False),
        ("server returned error 403", 403, True),
        ("server returned error 413", 413, True),
        ("failed to send message node: frame too large (got 16966369 bytes, max 16777216 bytes)", 413, True),
        ("server returned error 500", 500, False),
        ("server returned error 503", 503, False),
        ("failed to get device list: info query timed out", 0, False),
        ("no LID found for x", 404, True),
    ],
)
def test_a_refusal_says_whether_trying_again_can_help(text: str, code: int, permanent: bool) -> None:
    refusal = understand(text)
    assert isinstance(refusal, SendRefused)
    assert (refusal.code, refusal.permanent) == (code, permanent)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("failed to get group members: that group does not exist", 404, "no such group"),
        ("failed to get group members: you're not participating in that group", 403, "added by an admin"),
        ("server returned error 403", 403, "no longer in it"),
        ("server returned error 413", 413, "shorten it"),
    ],
)
def test_of_a_group_it_says_what_is_so_of_groups(text: str, code: int, words: str) -> None:
    refusal = understand(text, group=True)
    assert isinstance(refusal, SendRefused)
    assert (refusal.code, refusal.permanent) == (code, True)
    assert words in str(refusal)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no LID found for x", "not on WhatsApp: check it"),
        ("server returned error 403", "unblock it there, then send again"),
        ("server returned error 413", "shorten it, or send it in parts"),
        ("server returned error 429", "fewer messages at a time"),
        ("server returned error 463", "no new chats for now"),
        ("server returned error 479", "refused it (server returned error 479)"),
        ("server returned error 503", "could not take it now (server returned error 503)"),
    ],
)
def test_a_refusal_says_what_was_wrong_and_what_to_do(text: str, words: str) -> None:
    assert words in str(understand(text))
