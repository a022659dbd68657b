"""A session database as neonize makes them, without neonize: whatsmeow's tables, filled with random keys."""

import os
from pathlib import Path

import sqlcipher3

OWN = "221770000001:5@s.whatsapp.net"
OWN_LID = "100000001:5@lid"
SESSION_BYTES = 900
_TABLES = """
CREATE TABLE whatsmeow_device (jid TEXT PRIMARY KEY, lid TEXT);
CREATE TABLE whatsmeow_sessions (our_jid TEXT, their_id TEXT, session bytea, PRIMARY KEY (our_jid, their_id));
CREATE TABLE whatsmeow_identity_keys (our_jid TEXT, their_id TEXT, identity bytea, PRIMARY KEY (our_jid, their_id));
CREATE TABLE whatsmeow_sender_keys (our_jid TEXT, chat_id TEXT, sender_id TEXT, sender_key bytea,
    PRIMARY KEY (our_jid, chat_id, sender_id));
CREATE TABLE whatsmeow_contacts (our_jid TEXT, their_jid TEXT, push_name TEXT, PRIMARY KEY (our_jid, their_jid));
CREATE TABLE whatsmeow_message_secrets (our_jid TEXT, chat_jid TEXT, sender_jid TEXT, message_id TEXT, key bytea,
    PRIMARY KEY (our_jid, chat_jid, sender_jid, message_id));
"""


class SessionFile:
    """Open as neonize has it: in WAL, everything committed at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.db = sqlcipher3.connect(str(path), isolation_level=None, timeout=10)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = OFF")
        self.db.executescript(_TABLES)
        self.db.execute("INSERT INTO whatsmeow_device VALUES (?, ?)", (OWN, OWN_LID))

    def close(self) -> None:
        self.db.close()

    def meet(self, contact: int) -> None:
        """What is there of a contact after the first message."""
        self.ratchet(contact)
        self.db.execute("INSERT INTO whatsmeow_identity_keys VALUES (?, ?, ?)", (OWN, _peer(contact), os.urandom(32)))
        self.db.execute("INSERT INTO whatsmeow_contacts VALUES (?, ?, ?)", (OWN, _lid(contact), f"Client {contact}"))
        self.secret(contact)

    def message(self, contact: int) -> None:
        """What one message changes, either way."""
        self.ratchet(contact)
        self.secret(contact)

    def ratchet(self, contact: int) -> None:
        self.db.execute(
            """INSERT INTO whatsmeow_sessions VALUES (?, ?, ?)
                ON CONFLICT (our_jid, their_id) DO UPDATE SET session = excluded.session""",
            (OWN, _peer(contact), os.urandom(SESSION_BYTES)),
        )

    def secret(self, contact: int) -> None:
        row = (OWN, _lid(contact), _lid(contact), "3EB0" + os.urandom(9).hex().upper(), os.urandom(32))
        self.db.execute("INSERT INTO whatsmeow_message_secrets VALUES (?, ?, ?, ?, ?)", row)

    def sender_key(self, sender: str) -> None:
        row = (OWN, "120363000000000001@g.us", sender, os.urandom(300))
        self.db.execute("INSERT INTO whatsmeow_sender_keys VALUES (?, ?, ?, ?)", row)

    def count(self, table: str) -> int:
        return int(self.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _peer(contact: int) -> str:
    return f"{90_000_000_000 + contact * 7_919}_1:0"


def _lid(contact: int) -> str:
    return f"{90_000_000_000 + contact * 7_919}@lid"
