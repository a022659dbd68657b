"""Voice notes: acknowledged at once, put into words, read back, and taken for a text once the customer says yes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from comptoir.plugins.api import Context, Json, Message, ReceivedFile, Transcript
from comptoir.plugins.builtin.clerk.config import ClerkConfig
from comptoir.plugins.builtin.explaining import explain
from comptoir.plugins.builtin.handover.summary import called
from comptoir.plugins.shop.model import Transcribe
from comptoir.plugins.text import one_line

STATE = "voice"
PATIENCE = timedelta(minutes=30)
"""A `oui` that comes later answers something else; so long recordings are waited for, too."""
MAX_SAID = 1_000
"""Characters that are read back: who speaks longer is listened to by a person."""
SOON = timedelta(minutes=1)
"""Notes that come so soon one after the other are acknowledged once."""
MAX_MISSES = 2
"""How often what was read back may be wrong."""
TEXTS: Mapping[str, tuple[str, str]] = {
    "voice_heard": (
        "🎤 Bien reçu {name}, j'écoute votre message vocal…",
        "🎤 Got it {name}, I am listening to your voice note…",
    ),
    "voice_understood": (
        "J'ai compris : « {said} ». C'est bien ça ?\nRépondez OUI, ou écrivez ce que vous désirez.",
        'I understood: "{said}". Is that right?\nAnswer YES, or write what you would like.',
    ),
    "voice_wrong": (
        "Désolé ! Redites-le moi, ou écrivez-le en quelques mots, s'il vous plaît.",
        "Sorry! Please say it again, or write it in a few words.",
    ),
    "voice_forgotten": (
        "D'accord, j'oublie votre message vocal. Que désirez-vous ?",
        "All right, I forget your voice note. What would you like?",
    ),
    "voice_handed_over": (
        "Merci {name}, votre message vocal est bien arrivé : une personne de {shop} l'écoute et vous répond ici.",
        "Thank you {name}, your voice note has arrived: somebody at {shop} will listen to it and answer you here.",
    ),
    "reason_voice": (
        "message vocal ({length}) à écouter dans la conversation",
        "a voice note ({length}) to be listened to in the chat",
    ),
}


@dataclass(frozen=True, slots=True)
class _Noted:
    """What is known of a customer's voice notes, as the state keeps it."""

    at: datetime
    waiting: int = 0
    """Recordings that are being put into words."""
    heard: str = ""
    """What was read back, while no answer has come."""
    misses: int = 0
    length: str = ""
    """Of the last recording."""


async def hear(context: Context, message: Message, config: ClerkConfig, cart: str = "") -> None:
    """Acknowledge a voice note and have it put into words, or hand it over where that cannot be; `cart` is for the
    person who goes on.
    """
    before = await _noted(context)
    noted = replace(before, at=context.now, length=_length(message))
    kept = isinstance(message.content, ReceivedFile) and message.content.kept
    if not kept or not context.transcribes:
        _hand_over(context, config, noted, cart)
        return
    explain(context, "un message vocal : il est d'abord transcrit", "a voice note: it is put into words first")
    context.do(Transcribe())
    if before.waiting == 0 or context.now - before.at > SOON:
        context.reply(context.wording("voice_heard"))
    _keep(context, replace(noted, waiting=noted.waiting + 1))


async def read_back(context: Context, transcript: Transcript, config: ClerkConfig, cart: str = "") -> None:
    """Ask whether what was understood is what they said. Where a person has the chat, that person listens."""
    noted = await _noted(context)
    said = " ".join(transcript.text.split())
    heard = "\n".join(filter(None, (noted.heard, said)))
    if context.held:
        context.put(STATE, None)
    elif not said or len(heard) > MAX_SAID:
        _hand_over(context, config, noted, cart, heard)
    else:
        _keep(context, replace(noted, at=context.now, waiting=max(0, noted.waiting - 1), heard=heard))
        context.reply(context.wording("voice_understood", said=heard))


async def awaits(context: Context) -> bool:
    """Whether something was read back that the customer has not answered."""
    return bool((await _noted(context)).heard)


async def answered(
    context: Context, message: Message, verbs: Sequence[str], config: ClerkConfig, cart: str = ""
) -> Message | None:
    """What the clerk goes on with, after what was read back: the recording as a text where this message says yes, else
    the message itself. None where that was all. `verbs` are what the message does, in its order.
    """
    noted = await _noted(context)
    if not noted.heard:
        return message
    more = [verb for verb in verbs if verb not in ("yes", "no", "greet", "thank")]
    if "yes" in verbs and "no" not in verbs:
        _keep(context, replace(noted, heard="", misses=0))
        text = f"{noted.heard}\n{message.text}" if more else noted.heard
        return replace(message, kind="text", text=text, content=None, quote=None)
    if "no" not in verbs or more:
        # They say what they want in other words: that counts.
        _keep(context, replace(noted, heard="", misses=0))
        return message
    missed = replace(noted, heard="", misses=noted.misses + 1)
    if missed.misses >= MAX_MISSES:
        _hand_over(context, config, missed, cart, noted.heard)
    else:
        _keep(context, missed)
        context.reply(context.wording("voice_wrong"))
    return None


async def forget(context: Context) -> bool:
    """They take a message back, it may be the recording: keep nothing of what was said in it. Whether something was
    read back that they had not answered.
    """
    was_read_back = await awaits(context)
    context.put(STATE, None)
    return was_read_back


async def leave(context: Context, said: str, config: ClerkConfig, cart: str = "") -> None:
    """What was said, and the customer agreed to, is nothing that is answered here: a person goes on."""
    _hand_over(context, config, await _noted(context), cart, said)


def _hand_over(context: Context, config: ClerkConfig, noted: _Noted, cart: str, said: str = "") -> None:
    context.put(STATE, None)
    context.reply(context.wording("voice_handed_over"))
    reason = context.wording("reason_voice", length=noted.length or "?")
    shown = one_line(said, MAX_SAID) + ("…" if len(said) > MAX_SAID else "")
    notice = context.wording(
        "handover_notice", customer=called(context), reason=reason, said=shown or f"🎤 {noted.length}", lines=cart
    )
    context.hand_over(reason[:100], notice.replace("\n\n\n", "\n\n"), config.to)


def _length(message: Message) -> str:
    seconds = message.content.seconds if isinstance(message.content, ReceivedFile) else 0
    return f"{seconds // 60}:{seconds % 60:02}" if seconds else ""


async def _noted(context: Context) -> _Noted:
    kept = await context.get(STATE)
    if not isinstance(kept, dict):
        return _Noted(context.now)
    known: dict[str, Any] = kept | {"at": datetime.fromisoformat(str(kept["at"]))}  # as `_keep` put it
    noted = _Noted(**known)
    return noted if abs(context.now - noted.at) < PATIENCE else _Noted(context.now)


def _keep(context: Context, noted: _Noted) -> None:
    value: Json = asdict(noted) | {"at": noted.at.isoformat()}
    context.put(STATE, value)
