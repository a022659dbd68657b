"""One unmodified neonize client for tests of the lab, in a process of its own.

Takes commands as JSON lines on stdin and prints what happens as JSON lines on stdout; what neonize and Go
print goes to stderr. Run with SSL_CERT_FILE set and with one argument: a JSON object with `session` (path),
`proxy`, and `root_key` (hex, or null to keep WhatsApp's own).
"""

import ctypes
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pylibmagic  # noqa: F401  (puts libmagic where neonize's import looks for it)

OPTIONS = "?_journal_mode=WAL&_synchronous=OFF&_busy_timeout=10000&_txlock=immediate&_foreign_keys=on&_y="
WHATSAPP_ROOT_KEY = bytes.fromhex("142375574d0a5871")
RECEIPTS = [
    "?",
    "delivered",
    "sender",
    "retry",
    "read",
    "read-self",
    "played",
    "played-self",
    "server-error",
    "inactive",
    "peer_msg",
    "hist_sync",
]

settings = json.loads(sys.argv[1])
# Before neonize is imported: it prints, and so does Go.
lines = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)

sys.path.append(str(Path(__file__).parent))

import client_kinds  # noqa: E402
from neonize import client as neonize_client  # noqa: E402
from neonize import events  # noqa: E402
from neonize._binder import ProxySettings  # noqa: E402
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message  # noqa: E402
from neonize.utils import build_jid  # noqa: E402
from neonize.utils.enum import (  # noqa: E402
    BlocklistAction,
    ChatPresence,
    ChatPresenceMedia,
    ClientName,
    ClientType,
    MediaType,
    Presence,
    ReceiptType,
)


def tell(event: str, **data: Any) -> None:
    lines.write(json.dumps({"event": event, **data}) + "\n")


def replace_root_key(key: bytes) -> None:
    """The key is compiled in and lies once in the library's writable data."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        addresses, permissions, *_, path = line.split(maxsplit=5)
        if "neonize" in path and permissions.startswith("rw"):
            start, end = (int(address, 16) for address in addresses.split("-"))
            at = ctypes.string_at(start, end - start).find(WHATSAPP_ROOT_KEY)
            if at >= 0:
                ctypes.memmove(start + at, key, len(key))
                return
    raise SystemExit("WhatsApp's root key is not where it was expected in neonize's memory")


def address(jid: Any) -> str:
    return f"{jid.User}:{jid.Device}@{jid.Server}" if jid.Device else f"{jid.User}@{jid.Server}"


def jid_of(text: str) -> Any:
    user, _, server = text.partition("@")
    return build_jid(user, server or "s.whatsapp.net")


def body_of(message: Any) -> str:
    return message.conversation or message.extendedTextMessage.text


def on_message(_: Any, event: Any) -> None:
    source = event.Info.MessageSource
    # The app state key and history notices between a phone and its companions are events too.
    tell(
        "protocol" if event.Message.HasField("protocolMessage") else "message",
        id=event.Info.ID,
        text=body_of(event.Message),
        chat=address(source.Chat),
        sender=address(source.Sender),
        sender_alt=address(source.SenderAlt),
        recipient_alt=address(source.RecipientAlt),
        from_me=source.IsFromMe,
        time=event.Info.Timestamp,
        name=event.Info.Pushname,
        group=source.IsGroup,
        server_id=event.Info.ServerID,
        key_only=event.Message.HasField("senderKeyDistributionMessage") and not body_of(event.Message),
        mentions=list(event.Message.extendedTextMessage.contextInfo.mentionedJID),
        quoted_author=event.Message.extendedTextMessage.contextInfo.participant,
        secret=len(event.Message.messageContextInfo.messageSecret),
        event_bytes=client_kinds.packed(event),
        bytes=client_kinds.packed(event.Message),
        type=event.Info.Type,
        media_type=event.Info.MediaType,
        edit=event.Info.Edit,
        view_once=event.IsViewOnce,
    )


def on_receipt(_: Any, event: Any) -> None:
    source = event.MessageSource
    tell(
        "receipt",
        ids=list(event.MessageIDs),
        kind=RECEIPTS[event.Type],
        chat=address(source.Chat),
        sender=address(source.Sender),
        from_me=source.IsFromMe,
    )


def on_typing(_: Any, event: Any) -> None:
    tell("typing", sender=address(event.MessageSource.Sender), on=event.State == 1)


def on_history(_: Any, event: Any) -> None:
    messages = sum(len(conversation.messages) for conversation in event.Data.conversations)
    tell("history", kind=event.Data.syncType, conversations=len(event.Data.conversations), messages=messages)


def on_call(what: str, event: Any) -> None:
    meta = event.basicCallMeta
    told = {attr.name: attr.text for attr in event.data.Attrs if attr.HasField("text")}
    tell(
        "call",
        what=what,
        id=meta.callID,
        sender=address(getattr(meta, "from")),
        caller=address(meta.callCreator),
        caller_alt=address(meta.callCreatorAlt),
        time=meta.timestamp,
        video=any(node.Tag == "video" for node in event.data.Nodes) or told.get("media") == "video",
        reason=told.get("reason", ""),
    )


def on_group_change(_: Any, event: Any) -> None:
    joined, left = [address(jid) for jid in event.Join], [address(jid) for jid in event.Leave]
    tell("group_change", group=address(event.JID), joined=joined, left=left)


def watch(client: Any) -> None:
    client.event.qr(lambda _, code: tell("qr", code=code.decode()))
    client.event(events.MessageEv)(on_message)
    client.event(events.ReceiptEv)(on_receipt)
    client.event(events.ChatPresenceEv)(on_typing)
    client.event(events.HistorySyncEv)(on_history)
    client.event(events.PairStatusEv)(lambda _, e: tell("paired", jid=address(e.ID), error=e.Error))
    client.event(events.TemporaryBanEv)(lambda _, e: tell("ban", code=e.Code, expire=e.Expire))
    client.event(events.LoggedOutEv)(lambda _, e: tell("logged_out", reason=e.Reason, on_connect=e.OnConnect))
    client.event(events.UndecryptableMessageEv)(
        lambda _, e: tell("undecryptable", id=e.Info.ID, unavailable=e.IsUnavailable, type=e.Info.Type)
    )
    client.event(events.IdentityChangeEv)(lambda _, e: tell("identity", jid=address(e.JID), implicit=e.Implicit))
    client.event(events.OfflineSyncCompletedEv)(lambda _, e: tell("offline_read", count=e.Count))
    client.event(events.OfflineSyncPreviewEv)(lambda _, e: tell("offline_preview", count=e.Total))
    client.event(events.PresenceEv)(lambda _, e: tell("presence", sender=address(e.From), away=e.Unavailable))
    client.event(events.CallOfferEv)(lambda _, e: on_call("offer", e))
    client.event(events.CallOfferNoticeEv)(lambda _, e: on_call("notice", e))
    client.event(events.CallTerminateEv)(lambda _, e: on_call("terminate", e))
    client.event(events.JoinedGroupEv)(
        lambda _, e: tell("joined", group=address(e.GroupInfo.JID), name=e.GroupInfo.GroupName.Name)
    )
    client.event(events.GroupInfoEv)(on_group_change)
    plain = {
        "connected": events.ConnectedEv,
        "disconnected": events.DisconnectedEv,
        "replaced": events.StreamReplacedEv,
        "outdated": events.ClientOutdatedEv,
        "connect_failure": events.ConnectFailureEv,
        "stream_error": events.StreamErrorEv,
        "keepalive_timeout": events.KeepAliveTimeoutEv,
    }
    for name, kind in plain.items():
        client.event(kind)(lambda _, e, name=name: tell(name))


def connect(client: Any) -> None:
    try:
        client.connect(ProxySettings(settings["proxy"]))
    except Exception as error:
        tell("refused", why=str(error))


def send(client: Any, to: str, text: str, secret: bool = False) -> dict[str, Any]:
    body = Message(conversation=text)
    if secret:
        body.messageContextInfo.messageSecret = os.urandom(32)
    answer = client.send_message(jid_of(to), body)
    return {"id": answer.ID, "time": answer.Timestamp}


def read(client: Any, to: str, ids: list[str], sender: str = "") -> None:
    client.mark_read(*ids, chat=jid_of(to), sender=jid_of(sender or to), receipt=ReceiptType.READ)


def groups(client: Any) -> list[dict[str, Any]]:
    return [group_of(each) for each in client.get_joined_groups()]


def group_of(group: Any) -> dict[str, Any]:
    members = {address(each.LID): address(each.PhoneNumber) for each in group.Participants}
    return {"jid": address(group.JID), "name": group.GroupName.Name, "members": members}


def typing(client: Any, to: str, on: bool) -> None:
    state = ChatPresence.CHAT_PRESENCE_COMPOSING if on else ChatPresence.CHAT_PRESENCE_PAUSED
    client.send_chat_presence(jid_of(to), state, ChatPresenceMedia.CHAT_PRESENCE_MEDIA_TEXT)


def on_whatsapp(client: Any, numbers: list[str]) -> list[dict[str, Any]]:
    found = client.is_on_whatsapp(*numbers)
    return [{"query": each.Query, "jid": address(each.JID), "there": each.IsIn} for each in found]


def echo(client: Any, on: bool) -> None:
    def answer(_: Any, event: Any) -> None:
        text = body_of(event.Message)
        if text and not event.Info.MessageSource.IsFromMe:
            client.send_message(event.Info.MessageSource.Chat, Message(conversation=f"echo {text}"))

    client.event(events.MessageEv)(answer if on else on_message)


def present(client: Any, there: bool) -> None:
    client.send_presence(Presence.AVAILABLE if there else Presence.UNAVAILABLE)


def upload_and_download(client: Any, size: int) -> bool:
    """Whether a file comes back from the media host as it went there."""
    data = os.urandom(size)
    file = client.upload(data, MediaType.MediaDocument)
    message = Message()
    document = message.documentMessage
    document.URL, document.directPath, document.mediaKey = file.url, file.DirectPath, file.MediaKey
    document.fileEncSHA256, document.fileSHA256 = file.FileEncSHA256, file.FileSHA256
    document.fileLength = file.FileLength
    return bool(client.download_any(message) == data)


def block(client: Any, to: str, on: bool) -> list[str]:
    """Block or unblock; who is blocked then."""
    answer = client.update_blocklist(jid_of(to), BlocklistAction.BLOCK if on else BlocklistAction.UNBLOCK)
    return [address(jid) for jid in answer.JIDs]


def pair_phone(client: Any, number: str, type: str = "CHROME") -> str:
    code: str = client.PairPhone(number, True, ClientName.LINUX, ClientType[type])
    return code


COMMANDS = {
    **client_kinds.COMMANDS,
    "block": block,
    "pair_phone": pair_phone,
    "groups": groups,
    "group": lambda client, jid: group_of(client.get_group_info(jid_of(jid))),
    "reject": lambda client, caller, call: client.reject_call(jid_of(caller), call),
    "upload_and_download": upload_and_download,
    "present": present,
    "send": send,
    "read": read,
    "typing": typing,
    "on_whatsapp": on_whatsapp,
    "echo": echo,
    "logout": lambda client: client.logout(),
    "subscribe": lambda client, to: client.subscribe_presence(jid_of(to)),
}


def obey(client: Any, number: int, command: str, arguments: dict[str, Any]) -> None:
    try:
        tell("answer", number=number, result=COMMANDS[command](client, **arguments))
    except Exception as error:
        tell("answer", number=number, error=f"{type(error).__name__}: {error}")


def main() -> None:
    if settings["root_key"]:
        replace_root_key(bytes.fromhex(settings["root_key"]))
    client = neonize_client.NewClient(settings["session"] + OPTIONS, uuid="lab-test")
    watch(client)
    threading.Thread(target=connect, args=(client,), daemon=True).start()
    for line in sys.stdin:
        order = json.loads(line)
        arguments = (client, order["number"], order["do"], order["with"])
        threading.Thread(target=obey, args=arguments, daemon=True).start()
    # Stopping a client may hang (and a killed one is what tests want to see survive): just go.
    os._exit(0)


main()
