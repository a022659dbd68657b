"""A blocking client of a running lab, for command lines and scripts; it needs the standard library only."""

from __future__ import annotations

import json
import socket
from collections.abc import Generator, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

TIMEOUT_SECONDS = 60.0


class LabError(Exception):
    """The lab refused a command; the text says why and what it expected."""


class LabUnreachable(LabError):
    """No lab answers where the description says; the text names the file and what to start."""


class LabClient:
    """One connection to the lab that a description file names; commands go one after the other.

    Every method raises LabError when the lab refuses, LabUnreachable when it does not answer.
    """

    def __init__(self, description: Path | str, timeout: float = TIMEOUT_SECONDS) -> None:
        self._path = Path(description)
        self._socket = self._connect(timeout)
        self._lines = self._socket.makefile("rb")

    def __enter__(self) -> LabClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._lines.close()
        self._socket.close()

    def call(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Run one command and return its result."""
        steps = self._run(command, arguments)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                result: dict[str, Any] = end.value
                return result

    def stream(self, command: str, **arguments: Any) -> Iterator[dict[str, Any]]:
        """Run one command and yield its items. A command that follows something ends when the lab does."""
        yield from self._run(command, arguments)

    def add_phone(self, number: str, name: str = "") -> dict[str, Any]:
        return self.call("phone", number=number, name=name)

    def add_customer(self, number: str, name: str = "") -> dict[str, Any]:
        return self.call("customer", number=number, name=name)

    def scan(self, qr: str, number: str, name: str = "") -> dict[str, Any]:
        """Let the phone `number` scan the text of a QR code; the result names the device that was linked."""
        return self.call("scan", qr=qr, number=number, name=name)

    def enter_code(self, code: str, number: str, name: str = "") -> dict[str, Any]:
        """Type a pairing code into the phone `number`; the result names the device that was linked."""
        return self.call("enter-code", code=code, number=number, name=name)

    def say(self, sender: str, to: str, text: str, **options: Any) -> str:
        """Send a text from a customer, or by hand from a phone; returns its id after the server's ack.

        Options: quote, mentions, expires_in, as_lid, secret, extended.
        """
        return str(self.call("say", sender=sender, to=to, text=text, **options)["id"])

    def post(self, sender: str, to: str, content: dict[str, Any], **options: Any) -> str:
        """Send anything else; `content` has a `kind` and its fields, as in the lab's README. Else as `say`."""
        return str(self.call("post", sender=sender, to=to, content=content, **options)["id"])

    def post_album(self, sender: str, to: str, files: list[dict[str, Any]]) -> list[str]:
        """Send several pictures and videos at once, each as in `post`; returns the ids, the announcement's first."""
        return [str(id) for id in self.call("post-album", sender=sender, to=to, files=files)["ids"]]

    def save(self, number: str, id: str, folder: Path | str) -> Path:
        """Put the file of a message that somebody heard into a folder of this machine; returns its path."""
        return Path(self.call("save", number=number, id=id, folder=str(Path(folder).absolute()))["path"])

    def heard(self, number: str, *, follow: bool = False, after: int = 0) -> Iterator[dict[str, Any]]:
        """What a person has decrypted, in order; with `follow` also what comes from now on."""
        if follow:
            self._socket.settimeout(None)
        return self.stream("heard", number=number, follow=follow, after=after)

    def group(self, name: str, members: list[str], **options: Any) -> dict[str, Any]:
        """Make a group; the result has its `address`, which goes wherever `to` is a number."""
        return self.call("group", name=name, members=members, **options)

    def post_status(self, sender: str, text: str, to: list[str]) -> str:
        """Post a status update that these numbers see; returns its id."""
        return str(self.call("post-status", sender=sender, text=text, to=to)["id"])

    def channel(self, name: str, followers: list[str]) -> dict[str, Any]:
        """Make a channel; the result has its `address`."""
        return self.call("channel", name=name, followers=followers)

    def publish(self, channel: str, text: str) -> str:
        """Post a text in the channel with this address; returns its id."""
        return str(self.call("publish", channel=channel, text=text)["id"])

    def ring(self, caller: str, to: str, *, video: bool = False) -> str:
        """Let a customer ring a number; returns the call's id."""
        return str(self.call("call", caller=caller, to=to, video=video)["call"])

    def hang_up(self, caller: str, call: str) -> None:
        """End a call that nobody answered."""
        self.call("hang-up", caller=caller, call=call)

    def state_of_call(self, caller: str, call: str) -> str:
        """ "ringing", "accepted", "rejected" or "ended"."""
        calls = self.call("calls", number=caller)["calls"]
        return next((str(each["state"]) for each in calls if each["id"] == call), "ended")

    def fault(self, name: str, number: str, **options: Any) -> dict[str, Any]:
        """Order a fault for an account; the names are in the lab's README."""
        return self.call("fault", name=name, number=number, **options)

    def ledger(self, sender: str | None = None, to: str | None = None) -> Iterator[dict[str, Any]]:
        return self.stream("ledger", sender=sender, to=to)

    def clock(self, offset: float | None = None) -> dict[str, Any]:
        """Read the lab's clock, or first set how many seconds it is ahead of the wall clock."""
        return self.call("clock", offset=offset)

    def unlink(self, number: str) -> dict[str, Any]:
        """Let the phone remove every device that is linked to it."""
        return self.call("unlink", number=number)

    def _connect(self, timeout: float) -> socket.socket:
        try:
            description = json.loads(self._path.read_text(encoding="utf-8"))
            host, _, port = str(description["api"]).rpartition(":")
        except OSError as error:
            raise LabUnreachable(f"{self._path}: {error.strerror}; `comptoir lab serve` writes it") from error
        except (ValueError, KeyError, TypeError) as error:
            raise LabUnreachable(
                f"{self._path}: JSON with proxy, ca_file, root_key and api was expected, as a lab writes it"
            ) from error
        try:
            return socket.create_connection((host, int(port)), timeout=timeout)
        except (OSError, ValueError) as error:
            raise LabUnreachable(
                f"{self._path}: no lab answers at {host}:{port}; start one with `comptoir lab serve`"
            ) from error

    def _run(self, command: str, arguments: dict[str, Any]) -> Generator[dict[str, Any], None, Any]:
        """Yields the items and returns the result."""
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            self._socket.sendall(json.dumps({"command": command, **given}).encode() + b"\n")
            for line in self._lines:
                answer = json.loads(line)
                if "item" in answer:
                    yield answer["item"]
                elif "error" in answer:
                    raise LabError(answer["error"])
                else:
                    return answer["result"]
        except OSError as error:
            raise LabUnreachable(f"{self._path}: the lab stopped answering ({error})") from error
        raise LabUnreachable(f"{self._path}: the lab closed the connection")
