"""The journal's tables. Times are integer milliseconds UTC; order is by id, which is order of arrival."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Migration:
    """A named step. Once released, its statements never change."""

    name: str
    statements: tuple[str, ...]


_FIRST = Migration(
    "0001-journal",
    (
        # One row for each linking of a device.
        """CREATE TABLE sessions (
            id INTEGER PRIMARY KEY, number TEXT NOT NULL, lid TEXT, name TEXT NOT NULL DEFAULT '',
            lab INTEGER NOT NULL CHECK (lab IN (0, 1)),
            linked_at INTEGER NOT NULL, ended_at INTEGER, end_reason TEXT,
            strangers_held_until INTEGER NOT NULL DEFAULT 0,
            secrets_seen INTEGER NOT NULL DEFAULT 0) STRICT""",
        """CREATE TABLE contacts (
            id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL DEFAULT '',
            created_at INTEGER NOT NULL, silenced_until INTEGER NOT NULL DEFAULT 0) STRICT""",
        # '+221…' or 'lid:…'. The newest row of a kind is the one in use.
        """CREATE TABLE aliases (
            alias TEXT NOT NULL UNIQUE, contact INTEGER NOT NULL REFERENCES contacts) STRICT""",
        "CREATE INDEX aliases_contact ON aliases (contact)",
        """CREATE TABLE messages (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            session INTEGER REFERENCES sessions,
            contact INTEGER NOT NULL REFERENCES contacts,
            direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
            whatsapp_id TEXT, kind TEXT NOT NULL, text TEXT NOT NULL, author TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('received', 'done', 'skipped', 'lost',
                'queued', 'sending', 'uncertain', 'sent', 'delivered', 'read', 'failed')),
            server_time INTEGER, recorded_at INTEGER NOT NULL) STRICT""",
        """CREATE UNIQUE INDEX messages_whatsapp_id ON messages (session, whatsapp_id, contact, direction)
            WHERE whatsapp_id IS NOT NULL""",
        "CREATE INDEX messages_contact ON messages (contact, direction)",
        "CREATE INDEX messages_owner ON messages (contact) WHERE author = 'owner'",
        # Few rows are in these states at a time, and the queues are read on every turn. One index for each:
        # SQLite sees that a partial index serves a query only where both state the very same condition.
        "CREATE INDEX messages_received ON messages (contact) WHERE state = 'received'",
        "CREATE INDEX messages_queued ON messages (contact) WHERE state = 'queued'",
        "CREATE INDEX messages_sending ON messages (contact) WHERE state = 'sending'",
        "CREATE INDEX messages_uncertain ON messages (contact) WHERE state = 'uncertain'",
        # Counted on every look at the status.
        "CREATE INDEX messages_lost ON messages (recorded_at) WHERE state = 'lost'",
        "CREATE INDEX messages_failed ON messages (recorded_at) WHERE state = 'failed'",
        # Kept for its raw protobuf until raw_until, then deleted; the message stays.
        """CREATE TABLE inbox (
            message INTEGER PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
            raw BLOB NOT NULL, raw_until INTEGER, backlog INTEGER NOT NULL CHECK (backlog IN (0, 1)),
            plugin TEXT, walks INTEGER NOT NULL DEFAULT 0) STRICT""",
        "CREATE INDEX inbox_raw_until ON inbox (raw_until) WHERE raw_until IS NOT NULL",
        """CREATE TABLE outbox (
            message INTEGER PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
            priority INTEGER NOT NULL, not_before INTEGER NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0, tried_at INTEGER, secret BLOB,
            cause TEXT, client_key TEXT UNIQUE, error TEXT) STRICT""",
        "CREATE INDEX outbox_tried_at ON outbox (tried_at) WHERE tried_at IS NOT NULL",
        "CREATE TABLE causes (key TEXT PRIMARY KEY, done_at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        # contact 0 is the tenant as a whole. value NULL is a forgotten key, whose version must not restart.
        """CREATE TABLE plugin_state (
            plugin TEXT NOT NULL, contact INTEGER NOT NULL, key TEXT NOT NULL,
            value TEXT, version INTEGER NOT NULL,
            PRIMARY KEY (plugin, contact, key)) STRICT, WITHOUT ROWID""",
        # A receipt may come before the send returned the id it is for. chat: the giver's aliases, by spaces.
        """CREATE TABLE early_receipts (
            session INTEGER NOT NULL REFERENCES sessions, whatsapp_id TEXT NOT NULL, kind TEXT NOT NULL,
            chat TEXT NOT NULL, at INTEGER NOT NULL, UNIQUE (session, whatsapp_id, kind, chat)) STRICT""",
        "CREATE INDEX early_receipts_at ON early_receipts (at)",
        # Ids in the session database that are not lost mail.
        """CREATE TABLE accounted (
            session INTEGER NOT NULL REFERENCES sessions, whatsapp_id TEXT NOT NULL,
            PRIMARY KEY (session, whatsapp_id)) STRICT, WITHOUT ROWID""",
        """CREATE TABLE events (
            id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL,
            contact INTEGER, message INTEGER, data TEXT NOT NULL DEFAULT '{}') STRICT""",
    ),
)

_KINDS = Migration(
    "0002-kinds",
    (
        "UPDATE messages SET kind = 'vote' WHERE kind = 'poll_vote'",
        # What a message holds beside its text, as JSON.
        "ALTER TABLE messages ADD COLUMN details TEXT NOT NULL DEFAULT '{}'",
        # 1: the phone wrote it by itself, as WhatsApp Business greets; no hand of the owner.
        "ALTER TABLE messages ADD COLUMN automatic INTEGER NOT NULL DEFAULT 0 CHECK (automatic IN (0, 1))",
        # Who wrote it, in a group; NULL elsewhere.
        "ALTER TABLE messages ADD COLUMN sender INTEGER REFERENCES contacts",
        # When the phone last wrote to them by itself, by the server's clock.
        "ALTER TABLE contacts ADD COLUMN greeted_at INTEGER NOT NULL DEFAULT 0",
        # Texts that have shown themselves as the phone's own, folded.
        "CREATE TABLE greetings (text TEXT PRIMARY KEY, known_at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE INDEX messages_by_hand ON messages (recorded_at) WHERE author = 'owner'",
        # When they were last asked to write again what could not be read.
        "ALTER TABLE contacts ADD COLUMN asked_at INTEGER NOT NULL DEFAULT 0",
        # The chat's disappearing timer in seconds, 0 for none, and since when it stands (the server's time).
        "ALTER TABLE contacts ADD COLUMN expires_in INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE contacts ADD COLUMN expires_since INTEGER NOT NULL DEFAULT 0",
        # Sealed files on disk, by the name they have there. size: of the plaintext, in bytes.
        """CREATE TABLE files (
            name TEXT PRIMARY KEY, size INTEGER NOT NULL, kept_at INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
        # The file of a message, received or to be sent.
        """CREATE TABLE media (
            message INTEGER PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
            mime TEXT NOT NULL, name TEXT NOT NULL DEFAULT '',
            size INTEGER NOT NULL, seconds INTEGER NOT NULL DEFAULT 0,
            width INTEGER NOT NULL DEFAULT 0, height INTEGER NOT NULL DEFAULT 0,
            file TEXT REFERENCES files ON DELETE SET NULL,
            state TEXT NOT NULL CHECK (state IN ('wanted', 'kept', 'failed', 'dropped', 'refused')),
            holds INTEGER NOT NULL CHECK (holds IN (0, 1)),
            attempts INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL DEFAULT 0, error TEXT) STRICT""",
        # Its message waits for it: to be fetched before it is walked, or to be uploaded before it is sent.
        "CREATE INDEX media_holds ON media (message) WHERE holds = 1",
        "CREATE INDEX media_wanted ON media (not_before) WHERE state = 'wanted'",
        "CREATE INDEX media_file ON media (file) WHERE file IS NOT NULL",
        # What the server gave for an uploaded file, good for a while for any message: as JSON.
        """CREATE TABLE uploads (
            file TEXT NOT NULL REFERENCES files ON DELETE CASCADE, kind TEXT NOT NULL,
            reference TEXT NOT NULL, uploaded_at INTEGER NOT NULL, PRIMARY KEY (file, kind)) STRICT, WITHOUT ROWID""",
    ),
)

_PIPELINES = Migration(
    "0003-pipelines",
    (
        # The course of messages in a chat. by_hand: the agent has it by writing on the phone, while the silence lasts.
        """CREATE TABLE conversations (
            id INTEGER PRIMARY KEY AUTOINCREMENT, contact INTEGER NOT NULL REFERENCES contacts,
            state TEXT NOT NULL CHECK (state IN ('open', 'pending', 'closed')),
            agent TEXT, by_hand INTEGER NOT NULL DEFAULT 0 CHECK (by_hand IN (0, 1)),
            opened_at INTEGER NOT NULL, changed_at INTEGER NOT NULL, closed_at INTEGER,
            reason TEXT NOT NULL DEFAULT '',
            handed_over INTEGER NOT NULL DEFAULT 0 CHECK (handed_over IN (0, 1)),
            last_at INTEGER NOT NULL) STRICT""",
        "CREATE INDEX conversations_contact ON conversations (contact)",
        "CREATE UNIQUE INDEX conversations_going_on ON conversations (contact) WHERE state <> 'closed'",
        "CREATE INDEX conversations_idle ON conversations (last_at) WHERE state <> 'closed'",
        "CREATE INDEX conversations_pending ON conversations (changed_at) WHERE state = 'pending'",
        # Whoever writes, in whichever way: one place that no way goes past.
        """CREATE TRIGGER conversations_last_at AFTER INSERT ON messages BEGIN
            UPDATE conversations SET last_at = max(last_at, new.recorded_at)
                WHERE contact = new.contact AND state <> 'closed';
            END""",
        """CREATE TABLE tags (
            contact INTEGER NOT NULL REFERENCES contacts, tag TEXT NOT NULL,
            PRIMARY KEY (contact, tag)) STRICT, WITHOUT ROWID""",
        # When plugins want to be woken; data as JSON. walks: how many began and did not end.
        """CREATE TABLE timers (
            id INTEGER PRIMARY KEY AUTOINCREMENT, plugin TEXT NOT NULL,
            contact INTEGER NOT NULL REFERENCES contacts, name TEXT NOT NULL,
            due_at INTEGER NOT NULL, data TEXT NOT NULL, walks INTEGER NOT NULL DEFAULT 0,
            UNIQUE (plugin, contact, name)) STRICT""",
        "CREATE INDEX timers_contact ON timers (contact)",
        "CREATE INDEX timers_due ON timers (due_at)",
        # Receipts and changes that a plugin is still to be told of; data as JSON.
        """CREATE TABLE occasions (
            id INTEGER PRIMARY KEY AUTOINCREMENT, plugin TEXT NOT NULL,
            contact INTEGER NOT NULL REFERENCES contacts, cause TEXT NOT NULL UNIQUE,
            data TEXT NOT NULL, recorded_at INTEGER NOT NULL, walks INTEGER NOT NULL DEFAULT 0) STRICT""",
        "CREATE INDEX occasions_contact ON occasions (contact)",
        # What something outside is to be told; headers and body as JSON. key: the same at every attempt.
        """CREATE TABLE outside_calls (
            id INTEGER PRIMARY KEY AUTOINCREMENT, plugin TEXT NOT NULL,
            contact INTEGER NOT NULL REFERENCES contacts, url TEXT NOT NULL,
            headers TEXT NOT NULL, body TEXT NOT NULL, cause TEXT NOT NULL, key TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('queued', 'done', 'failed')),
            attempts INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL DEFAULT 0,
            recorded_at INTEGER NOT NULL, ended_at INTEGER, error TEXT) STRICT""",
        "CREATE INDEX outside_calls_contact ON outside_calls (contact)",
        "CREATE INDEX outside_calls_queued ON outside_calls (not_before) WHERE state = 'queued'",
        "CREATE INDEX outside_calls_ended ON outside_calls (ended_at) WHERE state <> 'queued'",
    ),
)

_SHOP = Migration(
    "0004-shop",
    (
        # One row for each state of the catalogue that was in force: the file's, with what the owner changed by chat.
        # content: deflated JSON; kept while it is the newest or an order was priced from it.
        """CREATE TABLE catalogues (
            version INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL, file_digest TEXT NOT NULL,
            adopted_at INTEGER NOT NULL, content BLOB) STRICT""",
        # What is left of counted variants. counted: the file's figure when it was last taken over.
        """CREATE TABLE stock (
            sku TEXT PRIMARY KEY, counted INTEGER,
            remaining INTEGER NOT NULL CHECK (remaining >= 0)) STRICT, WITHOUT ROWID""",
        # What the owner changed by chat; value and was as JSON. ended_at: the file has said something else since, or a
        # later change took its place.
        """CREATE TABLE catalogue_changes (
            id INTEGER PRIMARY KEY AUTOINCREMENT, sku TEXT NOT NULL,
            field TEXT NOT NULL CHECK (field IN ('price', 'stock', 'hidden', 'added')),
            value TEXT NOT NULL, was TEXT NOT NULL, name TEXT NOT NULL DEFAULT '',
            photo INTEGER REFERENCES messages ON DELETE SET NULL,
            author TEXT NOT NULL, message INTEGER, at INTEGER NOT NULL, ended_at INTEGER) STRICT""",
        "CREATE UNIQUE INDEX catalogue_changes_in_force ON catalogue_changes (sku, field) WHERE ended_at IS NULL",
        # draft: as JSON.
        """CREATE TABLE orders (
            number INTEGER PRIMARY KEY AUTOINCREMENT, contact INTEGER NOT NULL REFERENCES contacts,
            version INTEGER NOT NULL REFERENCES catalogues, customer TEXT NOT NULL,
            draft TEXT NOT NULL, zone TEXT NOT NULL, fee INTEGER NOT NULL, total INTEGER NOT NULL,
            currency TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN
                ('new', 'confirmed', 'preparing', 'ready', 'delivering', 'delivered', 'cancelled')),
            payment TEXT NOT NULL DEFAULT 'open' CHECK (payment IN ('open', 'to_check', 'paid')),
            cause TEXT NOT NULL, created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL) STRICT""",
        "CREATE INDEX orders_contact ON orders (contact)",
        "CREATE INDEX orders_created ON orders (created_at)",
        "CREATE INDEX orders_version ON orders (version)",
        """CREATE TABLE order_lines (
            order_number INTEGER NOT NULL REFERENCES orders, position INTEGER NOT NULL,
            sku TEXT NOT NULL, name TEXT NOT NULL, quantity INTEGER NOT NULL CHECK (quantity > 0),
            unit_price INTEGER NOT NULL, amount INTEGER NOT NULL,
            stocked INTEGER NOT NULL CHECK (stocked IN (0, 1)),
            PRIMARY KEY (order_number, position)) STRICT, WITHOUT ROWID""",
        # step: a state, or 'payment:STATE'.
        """CREATE TABLE order_history (
            id INTEGER PRIMARY KEY AUTOINCREMENT, order_number INTEGER NOT NULL REFERENCES orders,
            step TEXT NOT NULL, author TEXT NOT NULL, message INTEGER, at INTEGER NOT NULL) STRICT""",
        "CREATE INDEX order_history_order ON order_history (order_number)",
        # Of transfers, as customers give them, folded; each once in the tenant.
        """CREATE TABLE payment_references (
            reference TEXT PRIMARY KEY, order_number INTEGER NOT NULL REFERENCES orders,
            message INTEGER, at INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
        # What models have cost, by the tenant's day. cost: in millionths of the operator's currency, reserved before a
        # call and settled after it.
        """CREATE TABLE model_usage (
            day TEXT NOT NULL, contact INTEGER NOT NULL, model TEXT NOT NULL,
            calls INTEGER NOT NULL, tokens INTEGER NOT NULL, cost INTEGER NOT NULL,
            PRIMARY KEY (day, contact, model)) STRICT, WITHOUT ROWID""",
        # Recordings that a plugin wants in words.
        """CREATE TABLE transcriptions (
            message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE, plugin TEXT NOT NULL,
            contact INTEGER NOT NULL REFERENCES contacts,
            state TEXT NOT NULL CHECK (state IN ('queued', 'done', 'failed')),
            text TEXT NOT NULL DEFAULT '', why TEXT NOT NULL DEFAULT '',
            attempts INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL DEFAULT 0,
            recorded_at INTEGER NOT NULL, ended_at INTEGER,
            PRIMARY KEY (message, plugin)) STRICT, WITHOUT ROWID""",
        "CREATE INDEX transcriptions_queued ON transcriptions (not_before) WHERE state = 'queued'",
        # What customers asked and nothing had an answer to.
        """CREATE TABLE unanswered (
            message INTEGER PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
            contact INTEGER NOT NULL REFERENCES contacts, at INTEGER NOT NULL) STRICT""",
        "CREATE INDEX unanswered_at ON unanswered (at)",
    ),
)

MIGRATIONS = (_FIRST, _KINDS, _PIPELINES, _SHOP)


def chat_of(column: str) -> str:
    """SQL for the name of the chat with the contact in `column`: its newest number, else its newest LID."""
    return f"""(SELECT alias FROM aliases WHERE aliases.contact = {column}
        ORDER BY alias LIKE 'lid:%' ASC, aliases.rowid DESC LIMIT 1)"""
