"""What the client of `client_process` sends and opens beside texts, by neonize's own functions.

Messages and events travel as base64 of their protobuf.
"""

import base64
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

from neonize import _binder
from neonize.proto.Neonize_pb2 import Message as MessageEvent
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message
from neonize.utils import build_jid
from neonize.utils.enum import MediaType, VoteType

# neonize 0.5.2 makes bytes of what Go returns for every function but this one: decrypt_poll_vote always raises.
_binder.gocode.DecryptPollVote.errcheck = _binder.consume_bytes_struct

# What of a kind goes by neonize's own building; the others want ffmpeg for it.
MEDIA = {
    "video": ("videoMessage", MediaType.MediaVideo),
    "audio": ("audioMessage", MediaType.MediaAudio),
    "voice": ("audioMessage", MediaType.MediaAudio),
    "sticker": ("stickerMessage", MediaType.MediaImage),
}


def packed(message: Any) -> str:
    return base64.b64encode(message.SerializeToString()).decode()


def jid_of(text: str) -> Any:
    user, _, server = text.partition("@")
    return build_jid(user, server or "s.whatsapp.net")


def _event(packed_event: str) -> Any:
    return MessageEvent.FromString(base64.b64decode(packed_event))


def _send(client: Any, to: str, message: Any) -> str:
    return str(client.send_message(jid_of(to), message).ID)


def send_message(client: Any, to: str, message: str) -> str:
    return _send(client, to, Message.FromString(base64.b64decode(message)))


def send_file(client: Any, to: str, kind: str, path: str, **more: str) -> str:
    """`more` may hold caption, name and quoted."""
    data, event = Path(path).read_bytes(), _event(more["quoted"]) if "quoted" in more else None
    if kind == "image":
        return _send(client, to, client.build_image_message(data, more.get("caption"), quoted=event))
    if kind == "document":
        caption, name = more.get("caption"), more.get("name")
        message = client.build_document_message(data, caption, filename=name, mimetype="application/pdf", quoted=event)
        return _send(client, to, message)
    field, media = MEDIA[kind]
    file, message = client.upload(data, media), Message()
    part = getattr(message, field)
    part.URL, part.directPath, part.mediaKey, part.mimetype = file.url, file.DirectPath, file.MediaKey, f"{kind}/x"
    part.fileEncSHA256, part.fileSHA256, part.fileLength = file.FileEncSHA256, file.FileSHA256, file.FileLength
    if kind == "voice":
        part.PTT = True
    return _send(client, to, message)


def upload(client: Any, path: str) -> str:
    """The direct path of an uploaded document."""
    return str(client.upload(Path(path).read_bytes(), MediaType.MediaDocument).DirectPath)


def download(client: Any, message: str, path: str = "") -> str:
    """The file of a message by its SHA-256 in hex; written to a path if there is one."""
    data = client.download_any(Message.FromString(base64.b64decode(message)))
    if path:
        Path(path).write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def send_contact(client: Any, to: str, name: str, number: str) -> str:
    return str(client.send_contact(jid_of(to), name, number).ID)


def send_poll(client: Any, to: str, question: str, options: list[str]) -> str:
    return _send(client, to, client.build_poll_vote_creation(question, options, VoteType.SINGLE))


def vote(client: Any, poll: str, options: list[str]) -> str:
    info = _event(poll).Info
    source = info.MessageSource.Chat
    return _send(client, f"{source.User}@{source.Server}", client.build_poll_vote(info, options))


def opened_vote(client: Any, event: str) -> list[str]:
    """The hashes of what somebody chose, in hex."""
    return [each.hex() for each in client.decrypt_poll_vote(_event(event)).selectedOptions]


def react(client: Any, to: str, target: str, emoji: str, own: bool = False) -> str:
    sender = client.get_me().JID if own else jid_of(to)
    return _send(client, to, client.build_reaction(jid_of(to), sender, target, emoji))


def edit(client: Any, to: str, target: str, text: str) -> str:
    return str(client.edit_message(jid_of(to), target, Message(conversation=text)).ID)


def revoke(client: Any, to: str, target: str) -> str:
    return str(client.revoke_message(jid_of(to), client.get_me().JID, target).ID)


def reply(client: Any, to: str, quoted: str, text: str) -> str:
    return _send(client, to, client.build_reply_message(text, _event(quoted)))


def set_timer(client: Any, to: str, lasting: int) -> None:
    client.set_disappearing_timer(jid_of(to), timedelta(seconds=lasting))


COMMANDS = {
    each.__name__: each
    for each in (
        send_message,
        send_file,
        upload,
        download,
        send_contact,
        send_poll,
        vote,
        opened_vote,
        react,
        edit,
        revoke,
        reply,
        set_timer,
    )
}
