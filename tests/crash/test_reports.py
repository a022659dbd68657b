"""How soon lost mail is reported is told from the events."""

from killing.reports import late_reports

from comptoir.sessions.protocol import Params


def at(seconds: int, kind: str, **more: str) -> Params:
    return {"time": f"2026-01-01T10:00:{seconds:02}.000Z", "tenant": "a", "kind": kind} | more


def test_a_report_before_or_soon_after_the_connection_is_in_time() -> None:
    events = [at(0, "worker_started"), at(1, "lost_unread"), at(2, "state", state="online"), at(11, "lost_unread")]
    assert not list(late_reports(events))


def test_a_late_report_is_found() -> None:
    events = [at(0, "worker_started"), at(2, "state", state="online"), at(13, "lost_unread")]
    [report] = late_reports(events)
    assert report.startswith("reported 11 s after")


def test_each_worker_begins_anew() -> None:
    events = [at(0, "state", state="online"), at(20, "worker_started"), at(21, "lost_unread")]
    assert not list(late_reports(events))
