"""What `comptoir link --code` shows on a terminal: eight characters, and what to press on the phone."""

from rich.console import Group, RenderableType
from rich.text import Text

from comptoir.cli.numbers import pretty
from comptoir.cli.render.lettering import large
from comptoir.cli.render.link import CodeScreen, Event
from comptoir.cli.render.text import safe

_STEPS = (
    "Sur le téléphone {number} : toucher la notification de WhatsApp, ou WhatsApp › Appareils connectés "
    "› Connecter un appareil › Connecter avec un numéro de téléphone ; puis saisir ce code.",
    "On the phone {number}: tap WhatsApp's notification, or WhatsApp › Linked devices › Link a device "
    "› Link with phone number instead; then type this code.",
)


class PairingCodeScreen(CodeScreen):
    """The code in large letters where the window has room for them, and in plain ones to copy in any case."""

    def __init__(self, tenant: str, number: str) -> None:
        # First, because the screen is drawn while it is made.
        self._number = number
        self._offer: tuple[str, float] | None = None
        super().__init__(tenant)

    def offer(self, event: Event) -> bool:
        if event["event"] != "pairing_code":
            return False
        self._offer = safe(event["code"]), self._clock() + event["expires_in"]
        return True

    def render(self) -> RenderableType:
        if self._offer is None:
            return Text(f"{self._tenant}: asking WhatsApp for a code…")
        code, deadline = self._offer
        left = max(0, round(deadline - self._clock()))
        return Group(
            Text(f"{self._tenant}: type this code into the phone within {left} s", style="bold"),
            Text(),
            *(Text(row, no_wrap=True) for row in self._letters(code)),
            Text(code, style="bold"),
            Text(),
            *(Text(step.format(number=pretty(self._number))) for step in _STEPS),
        )

    def _letters(self, code: str) -> tuple[str, ...]:
        rows = large(code)
        width, height = self._console.size
        # Beside the letters there must be room for the words, which take nine lines in eighty columns.
        if rows is None or len(rows[0]) > width or height < len(rows) + 11:
            return ()
        return (*rows, "")
