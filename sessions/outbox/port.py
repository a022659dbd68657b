"""What the sender needs of the link, and how a send can end."""

from dataclasses import dataclass
from typing import Protocol

from comptoir.sessions.events import Address
from comptoir.sessions.journal.queued import QueuedMessage


@dataclass(frozen=True, slots=True)
class Sent:
    """The server acknowledged the message."""

    whatsapp_id: str
    server_time: int


class SendRefused(Exception):
    """The server, or the library before it, said no: the message did not leave."""

    def __init__(self, code: int, text: str, *, permanent: bool) -> None:
        super().__init__(text)
        self.code = code
        """The server's error code, 0 where there is none."""
        self.text = text
        self.permanent = permanent
        """Trying again cannot help, as with a number that is not on WhatsApp."""


class NotConnected(Exception):
    """There was no connection to send on: the message did not leave."""


class SendUnknown(Exception):
    """No acknowledgement came: the message may have left or not."""


class SendingLink(Protocol):
    async def send(self, message: QueuedMessage, secret: bytes) -> Sent:
        """Send a message with this 32-byte message secret, and wait for the server's acknowledgement.

        Raises SendRefused, NotConnected or SendUnknown. Must not return, nor raise the first two, while it is
        unknown whether the message left; the caller waits as long as that takes.
        """
        ...

    def heard_at(self, address: Address) -> int | None:
        """When the customer last wrote, journaled or not yet, in milliseconds; None where that is long ago."""
        ...

    async def typing(self, address: Address, on: bool) -> None:
        """Show the chat that somebody is typing, or no longer is. A failure is not worth an exception."""
        ...
