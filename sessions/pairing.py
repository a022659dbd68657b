"""What a link attempt offers the owner: QR codes, or one pairing code for their number. Never both: a pairing code
that is typed, even wrongly, silently spoils the QR codes of its connection.
"""

import logging
import threading
import time
from collections.abc import Callable

from comptoir.sessions import changes
from comptoir.sessions.client import Client
from comptoir.sessions.events import Changed, PairingCodeOffered, QrOffered

logger = logging.getLogger("link")

# Seconds each code lives: whatsmeow shows the first of six for a minute, the others for twenty.
_FIRST_CODE, _NEXT_CODE = 60, 20
# All six: then whatsmeow closes the connection, and with it the pairing code that was asked for on it.
_WINDOW = _FIRST_CODE + 5 * _NEXT_CODE


class Pairing:
    """Reports offers, and how the attempt ended, to `change`; with a `code_for` it offers a code for that number."""

    def __init__(self, client: Client, change: Callable[[Changed], None], code_for: str | None) -> None:
        self._client = client
        self._change = change
        self._code_for = code_for
        self._codes = 0

    def on_qr(self, code: str) -> None:
        """Called on neonize's thread."""
        self._codes += 1
        if self._code_for is None:
            self._change(QrOffered(code, _FIRST_CODE if self._codes == 1 else _NEXT_CODE))
        elif self._codes == 1:
            # The first QR code says that the connection stands. This thread must go on: it takes the answers.
            threading.Thread(target=self._ask_for_code, args=(self._code_for,), name="code", daemon=True).start()

    def on_status(self, status: str) -> None:
        """Called on neonize's thread."""
        if end := changes.pairing_end(status):
            self._change(end)

    def _ask_for_code(self, number: str) -> None:
        asked = time.monotonic()
        try:
            code = self._client.pairing_code(number)
        except Exception as error:
            logger.warning("pairing code: %s", error)
            self._change(changes.code_refused(str(error)))
        else:
            self._change(PairingCodeOffered(code, int(_WINDOW - (time.monotonic() - asked))))
