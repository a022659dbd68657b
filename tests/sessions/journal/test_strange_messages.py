"""Whatever a stranger sends is journaled, shown and answered like anything else: nothing raises, every page fits."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from journal_rig import record
from strange_messages import MESSAGES

from comptoir.sessions import translate
from comptoir.sessions.journal import history, inbox
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.page import fit_page
from comptoir.sessions.protocol import MAX_LINE, Response, encode

from neonize.proto import Neonize_pb2 as pb  # isort: skip
from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e  # isort: skip

NUMBER = pb.JID(User="221770000001", Server="s.whatsapp.net", Device=0, RawAgent=0, Integrator=0, IsEmpty=False)
NOBODY = pb.JID(User="", Server="", Device=0, RawAgent=0, Integrator=0, IsEmpty=True)


def event(id: str, made: dict[str, Any], *, from_me: bool) -> Any:
    source = pb.MessageSource(
        Chat=NUMBER, Sender=NUMBER, SenderAlt=NOBODY, RecipientAlt=NOBODY, IsFromMe=from_me, IsGroup=False
    )
    info = pb.MessageInfo(MessageSource=source, ID=id, Pushname="Awa", Timestamp=1_700_000_000_123)
    return pb.Message(Info=info, Message=e2e.Message(**made))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(MESSAGES, st.booleans()), min_size=1, max_size=3))
def test_whatever_comes_is_journaled_and_shown(db: Connection, said: list[tuple[dict[str, Any], bool]]) -> None:
    db.execute("SAVEPOINT example")
    try:
        for number, (made, from_me) in enumerate(said):
            found = translate.message(event(f"M{number}", made, from_me=from_me))
            assert found is not None
            record(db, found)
        rows = [row.as_json() for row in history.messages(db)]
        assert len(encode(Response(1, fit_page(rows, more=False)))) <= MAX_LINE
        for contact in inbox.next_chats(db):
            inbox.finish(db, [due.id for due in inbox.due(db, contact)], "done", 0)
    finally:
        db.execute("ROLLBACK TO example")
        db.execute("RELEASE example")
