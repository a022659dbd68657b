"""What a WhatsApp Business phone answers by itself: a greeting for a new conversation, a message while away."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

# The app greets a customer again after so long without a message (WhatsApp Business, "greeting message").
GREETING_SECONDS = 14 * 86_400
CHATS_KEPT = 10_000


@dataclass(slots=True)
class Automatic:
    """None means off. `after` is in seconds: from the customer's message to the phone's."""

    greeting: str | None = None
    away: str | None = None
    after: float = 0.3
    away_every: float = 0.0
    """Seconds for which one away message is enough in a chat."""
    _heard: dict[str, float] = field(default_factory=dict)
    _away_said: dict[str, float] = field(default_factory=dict)

    def answers(self, chat: str, now: float) -> list[str]:
        """What is said to a chat whose message came `now`, in seconds of any clock."""
        since = now - self._heard.get(chat, -math.inf)
        _note(self._heard, chat, now)
        texts = []
        if self.greeting is not None and since >= GREETING_SECONDS:
            texts.append(self.greeting)
        if self.away is not None and now - self._away_said.get(chat, -math.inf) >= self.away_every:
            _note(self._away_said, chat, now)
            texts.append(self.away)
        return texts


def _note(times: dict[str, float], chat: str, now: float) -> None:
    times[chat] = now
    if len(times) > CHATS_KEPT:
        del times[next(iter(times))]
