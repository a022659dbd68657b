"""Says what becomes of voice notes, pictures and the like, which no other plugin reads."""

from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from comptoir.plugins.api import Context, Message, Plugin, PluginConfig, Verdict
from comptoir.plugins.builtin.explaining import explain
from comptoir.plugins.wording import CustomerText, fill

Kind = Literal["voice", "audio", "image", "video", "document", "sticker", "location", "contact", "view_once"]
KINDS: tuple[Kind, ...] = (
    "voice", "audio", "image", "video", "document", "sticker", "location", "contact", "view_once",
)  # fmt: skip


class MediaConfig(PluginConfig):
    """What is said to each kind without a caption; where nothing stands, a text of ours."""

    voice: CustomerText | None = None
    """To a voice note."""
    audio: CustomerText | None = None
    """To a recording or a piece of music that was sent as a file."""
    image: CustomerText | None = None
    """To a picture."""
    video: CustomerText | None = None
    """To a video."""
    document: CustomerText | None = None
    """To a document."""
    sticker: CustomerText | None = None
    """To a sticker; without a text here, nothing is said to one."""
    location: CustomerText | None = None
    """To a location."""
    contact: CustomerText | None = None
    """To a contact card."""
    view_once: CustomerText | None = None
    """To a picture that can be seen once; the shop's machine does not keep it."""
    silent: Annotated[tuple[Kind, ...], Field(max_length=len(KINDS))] = ()
    """Kinds to which nothing is said, and which go on to the next plugins."""
    every_minutes: Annotated[int, Field(ge=0, le=7 * 24 * 60)] = 30
    """To one customer and kind at most so often: ten pictures in a row get one answer. 0 for each."""
    then: Literal["continue", "stop"] = "stop"
    """Whether the plugins after this one see them too."""


class Media(Plugin):
    """State: `told:KIND`, when the contact was last told of such a thing."""

    name = "media"
    Config = MediaConfig
    config: MediaConfig
    texts: ClassVar = {
        "voice": (
            "Merci {name} ! Nous ne pouvons pas toujours écouter les messages vocaux : écrivez-nous votre question, "
            "s'il vous plaît.",
            "Thank you, {name}! We cannot always listen to voice notes: please write us your question.",
        ),
        "audio": (
            "Nous avons bien reçu votre enregistrement. Écrivez-nous votre question, s'il vous plaît.",
            "We have got your recording. Please write us your question.",
        ),
        "image": (
            "Nous avons bien reçu votre photo. Dites-nous en quelques mots ce que vous cherchez.",
            "We have got your picture. Tell us in a few words what you are looking for.",
        ),
        "video": (
            "Nous avons bien reçu votre vidéo. Dites-nous en quelques mots ce que vous cherchez.",
            "We have got your video. Tell us in a few words what you are looking for.",
        ),
        "document": (
            "Nous avons bien reçu votre document. Une personne le regardera.",
            "We have got your document. Somebody will look at it.",
        ),
        "location": ("Merci, nous avons bien reçu votre position.", "Thank you, we have got your location."),
        "contact": ("Merci, nous avons bien reçu ce contact.", "Thank you, we have got this contact."),
        "view_once": (
            "Les photos à voir une fois ne sont pas gardées ici : envoyez une photo ordinaire, s'il vous plaît.",
            "Pictures to be seen once are not kept here: please send an ordinary one.",
        ),
    }

    async def message(self, context: Context, message: Message) -> Verdict:
        text = self._text(context, message.kind)
        # A caption is a text like others; who shows a picture in a group shows it to all.
        if text is None or message.text.strip() or message.sender:
            return Verdict.CONTINUE
        if await self._is_due(context, message.kind):
            context.put(f"told:{message.kind}", context.now.isoformat())
            context.reply(text)
            explain(context, "un envoi sans texte", "sent without a text")
        else:
            explain(context, "la réponse à ces envois vient d'être donnée", "what is to be said of these was just said")
        return Verdict(self.config.then)

    def _text(self, context: Context, kind: str) -> str | None:
        """What is said to this kind; None for nothing."""
        if kind not in KINDS or kind in self.config.silent:
            return None
        own: str | None = getattr(self.config, kind)
        if own is not None:
            return fill(own, name=context.contact.name, shop=context.tenant.name)
        return context.wording(kind) if kind in self.texts else None

    async def _is_due(self, context: Context, kind: str) -> bool:
        told = await context.get(f"told:{kind}")
        if not isinstance(told, str):
            return True
        # Counted from the last thing that was answered; a clock that was set back makes nobody rude for longer.
        return abs(context.now - datetime.fromisoformat(told)) >= timedelta(minutes=self.config.every_minutes)
