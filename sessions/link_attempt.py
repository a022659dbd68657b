"""How an attempt to link goes, as it is told to the daemon and to who waits there with the phone."""

import trio

from comptoir.sessions.events import Changed, Connected, Disconnected, PairingCodeOffered, PairingFailed, QrOffered
from comptoir.sessions.telling import Telling

# From the scan to the first login; whatsmeow reconnects at once, so this is long.
LOGIN_LIMIT = 60.0


class LinkAttempt:
    """The one that is under way, if any."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._begun = False
        self._offered = False

    def begin(self) -> None:
        """Another one; what the last one offered is void."""
        self._begun, self._offered = True, False

    async def follow(self, change: Changed) -> None:
        """Tell what a report of the link means for it."""
        match change:
            case QrOffered(code, expires_in):
                self._offered = True
                await self._telling.linking("qr", code=code, expires_in=expires_in)
            case PairingCodeOffered(code, expires_in):
                self._offered = True
                await self._telling.linking("pairing_code", code=code, expires_in=expires_in)
            case PairingFailed(reason):
                await self._telling.linking("failed", reason=reason)
            case Disconnected() if self._begun and not self._offered:
                await self._telling.linking("failed", reason="no connection to WhatsApp: check the network, link again")
            case Connected(number, _, name) if self._begun:
                self._begun = False
                await self._telling.linking("linked", number=number, name=name)
            case _:
                pass

    async def login_failed(self) -> PairingFailed | None:
        """To be awaited from the scan on: None where the login has followed in time."""
        await trio.sleep(LOGIN_LIMIT)
        if not self._begun:
            return None
        return PairingFailed("the phone accepted, but the login did not follow: run `comptoir link` again")
