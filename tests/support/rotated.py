"""What a tenant has on disk whose key is changed, and whether all of it is there."""

import os
import sqlite3

from journal_rig import heard, open_new, record

from comptoir.gateway.installation import Installation
from comptoir.gateway.keys import unwrap
from comptoir.gateway.vault.file import open_vault
from comptoir.gateway.vault.pages import Image, image_of
from comptoir.gateway.vault.sealing import Seal
from comptoir.sessions.journal.database import open_database
from comptoir.sessions.media.store import Store

TEXTS = [f"bonjour {number}" for number in range(50)]
PICTURE = os.urandom(300_000)
GENERATION = 1


class Folder:
    """Of the tenant `awa`: a journal, a file, a vault."""

    def __init__(self, installation: Installation) -> None:
        self.path = installation.paths.tenant_state("awa")
        self._installation = installation
        self._session = b""

    async def key(self) -> tuple[int, bytes]:
        """The tenant's data key and its version, as the registry has it."""
        registry = self._installation.registry
        [row] = await registry.tenants()
        return row.key_version, unwrap(registry.master_key, row.wrapped_key, "awa", row.key_version)

    async def fill(self) -> bytes:
        """The key that everything is encrypted with."""
        version, key = await self.key()
        db = open_new(self.path / "tenant.db", key)
        for number, text in enumerate(TEXTS):
            record(db, heard(f"id{number}", text=text))
        db.close()
        store = Store(self.path / "media", key)
        store.prepare()
        with store.incoming() as incoming:
            incoming.write(PICTURE)
            incoming.keep(incoming.finish())
        session = self._some_session()
        self._session = session.content
        vault = open_vault(self.path / "vault.db", Seal(key, "awa"), version)
        assert vault is not None
        assert vault.seal(session, now=1) == GENERATION
        vault.close()
        return key

    async def assert_whole(self) -> None:
        """Everything is there, under the key that the registry has."""
        version, key = await self.key()
        db = open_database(self.path / "tenant.db", key)
        assert [text for (text,) in db.execute("SELECT text FROM messages ORDER BY id")] == TEXTS
        db.close()
        store = Store(self.path / "media", key)
        [name] = store.prepare()
        assert b"".join(store.read(name)) == PICTURE
        vault = open_vault(self.path / "vault.db", Seal(key, "awa"), version, make=False)
        assert vault is not None
        assert vault.generation == GENERATION
        image = vault.read()
        vault.close()
        assert image is not None
        assert image.content == self._session

    def _some_session(self) -> Image:
        file = self.path / "session"
        db = sqlite3.connect(file)
        db.execute("CREATE TABLE whatsmeow_sessions (session BLOB)")
        db.execute("INSERT INTO whatsmeow_sessions VALUES (?)", (os.urandom(20_000),))
        db.commit()
        db.close()
        content = file.read_bytes()
        file.unlink()
        return image_of(content)
