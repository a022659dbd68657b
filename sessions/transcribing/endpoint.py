"""A recording through an endpoint that speaks as OpenAI's `audio/transcriptions` does."""

import json
import secrets

from comptoir.plugins.api import OutsideFailed
from comptoir.sessions.outside.exchange import Outside
from comptoir.sessions.spec import TranscriptionSpec
from comptoir.sessions.transcribing.failed import TranscriptionFailed

# What may go well another time.
_FOR_NOW = frozenset({408, 409, 425, 429})
# Endpoints know a format by the file's name.
_ENDINGS = {"audio/ogg": "ogg", "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/wav": "wav", "audio/aac": "aac"}
_ELSE = "ogg"


async def said_by(spec: TranscriptionSpec, outside: Outside, recording: bytes, mime: str) -> str:
    """What the endpoint makes of it; whoever waits sets the limit. Raises TranscriptionFailed."""
    kind = mime.partition(";")[0].strip().lower()
    boundary = secrets.token_hex(16)
    fields = {"model": spec.model, "language": spec.language, "response_format": "json"}
    body = _form(boundary, fields, recording, f"recording.{_ENDINGS.get(kind, _ELSE)}", kind)
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    if spec.key:
        headers["Authorization"] = f"Bearer {spec.key}"
    try:
        answer = await outside.post(f"{spec.url}/audio/transcriptions", headers, body)
    except OutsideFailed as failed:
        raise TranscriptionFailed(str(failed)) from None
    if not 200 <= answer.status < 300:
        final = answer.status < 500 and answer.status not in _FOR_NOW
        raise TranscriptionFailed(f"the endpoint answered with status {answer.status}", final=final)
    return _text(answer.body)


def _form(boundary: str, fields: dict[str, str], recording: bytes, name: str, kind: str) -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in fields.items()
        if value
    ]
    # A sender's word for what it is: nothing of it but letters may reach the header.
    shown = kind if kind in _ENDINGS else "application/octet-stream"
    file = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {shown}'
    head = "".join((*parts, f"--{boundary}\r\n{file}\r\n\r\n"))
    return b"".join((head.encode(), recording, f"\r\n--{boundary}--\r\n".encode()))


def _text(body: bytes) -> str:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    text = found.get("text") if isinstance(found, dict) else None
    if not isinstance(text, str):
        raise TranscriptionFailed('the endpoint answered with no {"text": …}')
    return text
