"""What the log tells of events: facts, and nobody's name or words."""

import pytest

from comptoir.sessions.journal import event_log, message_log
from comptoir.sessions.journal.database import Connection


@pytest.mark.parametrize(
    ("noted", "told"),
    [
        ({"by": "agent:Fatou"}, {"by": "agent"}),
        ({"by": "owner", "change": "taken", "agent": "Fatou"}, {"by": "owner", "change": "taken"}),
        ({"reason": "with Fatou"}, {"reason": "with …"}),
        (
            {"reason": "nobody named Awa in the team of tenant.toml"},
            {"reason": "nobody named … in the team of tenant.toml"},
        ),
        ({"reason": "waits for a person"}, {"reason": "waits for a person"}),
    ],
)
def test_an_agents_name_is_nobodys_business_there(db: Connection, noted: dict[str, str], told: dict[str, str]) -> None:
    event_log.add(db, "skipped", 0, **noted)
    (line,) = message_log.lines(db, event_log.page(db, 0))
    assert line.facts == told
