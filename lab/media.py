"""The media host: encrypted files by the hash of their bytes, in memory and bounded."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections import OrderedDict
from urllib.parse import urlsplit

from comptoir.lab.http import Request, Response

HOST = "mmg.whatsapp.net"
BYTES_KEPT = 256 << 20


class Media:
    """Uploads and downloads as clients make them (whatsmeow, upload.go and download.go)."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0

    def put(self, data: bytes, kind: str = "md-msg-hist") -> str:
        """Keep an encrypted file; returns its direct path. The oldest files go when the host is full."""
        name = hashlib.sha256(data).hexdigest()
        self._remove(name)
        self._files[name] = data
        self._bytes += len(data)
        while self._bytes > BYTES_KEPT:
            self._remove(next(iter(self._files)))
        # Clients append "&hash=…" to a direct path: it must hold a question mark.
        return f"/v/{kind}/{name}?ccb=1"

    def get(self, direct_path: str) -> bytes | None:
        return self._files.get(_last_part(direct_path))

    def __len__(self) -> int:
        """How many files there are."""
        return len(self._files)

    def answer(self, request: Request) -> Response:
        match request.method:
            case "GET":
                data = self.get(request.target)
                return Response(404) if data is None else Response(200, data)
            case "POST":
                return self._upload(request)
            case "DELETE":
                return Response(200 if self._remove(_name_of_token(request.target)) else 404)
            case _:
                return Response(405)

    def _upload(self, request: Request) -> Response:
        parts = urlsplit(request.target).path.split("/")
        if len(parts) != 4 or _name_of_token(request.target) != hashlib.sha256(request.body).hexdigest():
            return Response(400, b"POST /mms/TYPE/HASH was expected, HASH being that of the body\n")
        direct_path = self.put(request.body, parts[2])
        answer = {"url": f"https://{HOST}{direct_path}", "direct_path": direct_path}
        return Response(200, json.dumps(answer).encode(), {"Content-Type": "application/json"})

    def _remove(self, name: str) -> bool:
        data = self._files.pop(name, None)
        self._bytes -= len(data or b"")
        return data is not None


def _last_part(target: str) -> str:
    return urlsplit(target).path.rpartition("/")[2]


def _name_of_token(target: str) -> str:
    """Uploads and deletions name a file by the URL-safe base64 of its hash."""
    try:
        return base64.urlsafe_b64decode(_last_part(target).replace("%3D", "=")).hex()
    except (binascii.Error, ValueError):
        return ""
