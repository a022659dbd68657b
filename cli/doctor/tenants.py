"""How each tenant stands: its state, its queues, its plugins, its journal."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from comptoir.cli.doctor.facts import Facts, Registered, Row
from comptoir.cli.doctor.finding import Finding, ok, warning, wrong

LONG_QUEUE = 1_000
WORTH_A_LOOK = 20
"""Shorter queues are the ordinary course of a busy hour."""
NEARLY_FULL = 0.9
"""Of the room for files."""
MAY_CONNECT = 120.0
"""Seconds that a session may be on its way to a connection."""
LONG_WAIT = 600.0
"""Seconds that a message may wait to be sent before anybody need look."""
MANY_RESTARTS = 5


def findings(facts: Facts) -> Iterator[Finding]:
    if facts.daemon.state == "answers":
        later = {row["name"]: row for row in facts.daemon.later}
        for row in facts.daemon.rows:
            yield from _of_row(row, later.get(row["name"], row), facts.machine.clock.now)
    else:
        for tenant in facts.installation.tenants:
            if facts.tenant in (None, tenant.name):
                yield _of_registry(tenant)


def needs_second_look(row: Row) -> bool:
    """Whether a queue is long enough for it to matter if it grows."""
    return max(_number(row, "inbox"), _number(row, "outbox")) >= WORTH_A_LOOK


def _of_registry(tenant: Registered) -> Finding:
    """What is known without the daemon."""
    if tenant.parked:
        return _parked(tenant.name, tenant.parked, tenant.detail, tenant.advice)
    if not tenant.linked:
        return _new(tenant.name)
    return _paused(tenant.name) if tenant.paused else ok(tenant.name, "linked; its state is known with the daemon only")


def _of_row(row: Row, later: Row, now: float) -> Iterator[Finding]:
    state = _state(row, now)
    trouble = [
        *_worker(row),
        *_vault(row),
        *_queues(row, later),
        *_inbound(row),
        *_longest_waiting(row, now),
        *_messages(row),
        *_files(row),
        *_plugins(row),
    ]
    yield state
    yield from trouble


def _state(row: Row, now: float) -> Finding:
    name, state, reason = row["name"], row["state"], row.get("reason")
    why = str(reason or "")
    match state:
        case "online":
            return ok(name, "online")
        case "new":
            return _new(name)
        case "linking":
            return ok(name, "being linked")
        case "paused":
            return _paused(name)
        case "parked":
            return _parked(name, why, row.get("detail"), row.get("advice") or "")
        case "connecting" | "offline" if now - _seconds(row.get("since"), now) <= MAY_CONNECT:
            return warning(name, state, why, "look again in two minutes")
        case "connecting" | "offline":
            mend = "check this machine's network and its way to web.whatsapp.com:443, then the tenant's log"
            return wrong(name, f"{state} for {_minutes(now - _seconds(row.get('since'), now))}", why, mend)
        case _:
            mend = f"see the tenant's log, then `comptoir tenant resume {name}`"
            return wrong(name, str(state), why or "its worker ended too often, even without a session", mend)


def _new(name: str) -> Finding:
    return warning(name, "not linked yet", "it has no number to answer from", f"`comptoir link {name}`")


def _paused(name: str) -> Finding:
    why = "messages are received and kept, nothing is answered"
    return warning(name, "paused", why, f"`comptoir tenant resume {name}`, once it shall answer again")


def _parked(name: str, reason: str, detail: object, advice: str) -> Finding:
    said = f" ({detail})" if detail else ""
    why, _, mend = advice.partition(": ")
    return wrong(name, f"parked, {reason}{said}", why, mend)


def _worker(row: Row) -> Iterator[Finding]:
    name, restarts = row["name"], _number(row, "restarts")
    if row.get("inbox") is None and row["state"] != "stopped":
        yield warning(name, "its worker does not answer", "it may be starting", "look again in a minute")
    if restarts:
        say = wrong if restarts >= MANY_RESTARTS else warning
        why = "each time what waited is taken up again, but something is wrong"
        what = f"its worker was restarted {_times(restarts)} since the daemon started"
        yield say(name, what, why, f"see the tenant's log; `comptoir doctor {name} --report` has its end")
    if row.get("journal"):
        yield wrong(name, "its journal cannot be written", str(row["journal"]), "free disk space; it goes on by itself")


def _vault(row: Row) -> Iterator[Finding]:
    vault = row.get("vault")
    if not isinstance(vault, dict):
        return
    if trouble := vault.get("trouble"):
        mend = "make room on the disk of state/, or mend what is named; it goes on by itself"
        yield wrong(
            row["name"], "a power cut now would cost it its last changes", f"they are not sealed: {trouble}", mend
        )
    if older := vault.get("older_than"):
        what = f"an older vault was put back: generation {older} had been there"
        why = "where memory was lost the session was made from it, and its encryption with each customer set up anew"
        mend = "where nobody restored a backup, look who writes to state/; the daemon's next start forgets it"
        yield warning(row["name"], what, why, mend)


def _queues(row: Row, later: Row) -> Iterator[Finding]:
    name = row["name"]
    if row["state"] == "paused":
        return
    for queue, waits in (("inbox", "to be answered"), ("outbox", "to be sent")):
        length, then = _number(row, queue), _number(later, queue)
        if length >= LONG_QUEUE:
            why = "who writes now waits long for an answer"
            yield wrong(name, f"{length} messages wait {waits}", why, "see the state and the rates in comptoir.toml")
        elif length >= WORTH_A_LOOK and then > length:
            what = f"{length} messages wait {waits}, and {then} a moment later"
            yield warning(name, what, "it grows faster than it is worked off", "look again in ten minutes")


def _inbound(row: Row) -> Iterator[Finding]:
    if row.get("inbox_held"):
        mend = "they are answered in turn; raise tenant_per_minute in comptoir.toml if your plugins bear it"
        yield warning(row["name"], "more comes in than is taken", str(row["inbox_held"]), mend)
    if flooded := row.get("flooded"):
        why = "all is kept, and the rest is not answered one by one"
        mend = f"`comptoir status {row['name']}` shows which; somebody should look at what they write"
        yield warning(row["name"], f"too many messages at once in {len(flooded)} chats", why, mend)


def _longest_waiting(row: Row, now: float) -> Iterator[Finding]:
    longest = row.get("longest_waiting")
    if not isinstance(longest, dict) or row["state"] not in ("online", "paused"):
        return
    waited = now - _seconds(longest.get("since"), now)
    if waited > LONG_WAIT:
        what = f"message {longest.get('message')} has waited for {_minutes(waited)} to be sent"
        mend = f"`comptoir messages {row['name']} --limit 500` shows what waits"
        yield warning(row["name"], what, str(longest.get("why")), mend)


def _messages(row: Row) -> Iterator[Finding]:
    name = row["name"]
    show = f"`comptoir messages {name} --limit 500` shows them"
    if uncertain := _number(row, "uncertain"):
        why = "a crash came while they were being sent: whether they arrived is not known, so they are held"
        mend = f'{show}; ask the customers, or set on_uncertain = "send" in tenant.toml'
        yield warning(name, f"{uncertain} uncertain messages", why, mend)
    if lost := _number(row, "lost"):
        why = "WhatsApp counts them as delivered, but they were never read here"
        mend = f"{show}; customers are asked once to write again: look whether they did"
        yield warning(name, f"{lost} messages lost within seven days", why, mend)
    if failed := _number(row, "failed"):
        mend = f"`comptoir messages {name} --limit 500` shows each with its reason and what to do about it"
        yield warning(name, f"{failed} messages could not be sent within seven days", "", mend)
    if until := row.get("new_chats_held_until"):
        why = "WhatsApp refused a new chat (error 463): this number has written to too many strangers"
        mend = "answers go on and who writes is answered; write first to nobody, and lower new_chats_per_day"
        yield warning(name, f"no new chats before {until}", why, mend)


def _files(row: Row) -> Iterator[Finding]:
    files = row.get("media")
    if not isinstance(files, dict):
        return
    used, quota, wanted = (_number(files, key) for key in ("bytes", "quota", "wanted"))
    if quota and used > NEARLY_FULL * quota:
        mend = "copy what you need with `comptoir media get`, or raise quota_mb in comptoir.toml"
        what = f"files take {used * 100 // quota} % of their room"
        yield warning(row["name"], what, "the oldest go when it is used up", mend)
    if wanted >= WORTH_A_LOOK:
        why = "their messages are answered without them, and they are tried for a day"
        yield warning(row["name"], f"{wanted} files wait to be fetched", why, "check the way to mmg.whatsapp.net:443")


def _plugins(row: Row) -> Iterator[Finding]:
    for plugin in row.get("pipeline") or ():
        if not isinstance(plugin, dict):
            continue
        yield from _plugin(row["name"], plugin)


def _plugin(name: str, plugin: dict[str, Any]) -> Iterator[Finding]:
    which, last = f"the plugin {plugin.get('plugin')}", str(plugin.get("last_fault") or "")
    if plugin.get("state") == "suspended":
        mend = f"tell whoever wrote the plugin; `comptoir reload {name}` asks it again; the others go on"
        yield wrong(name, f"{which} is suspended", f"it failed five times running, last: {last}", mend)
    elif plugin.get("state") != "running":
        mend = f"correct it, then `comptoir reload {name}`; the others go on"
        yield wrong(name, f"{which} is left out", last, mend)
    elif faults := _number(plugin, "faults"):
        what = f"{which} failed {_times(faults)}"
        yield warning(name, what, f"skipped for these messages; the last: {last}", "tell whoever wrote the plugin")


def _number(row: Row, key: str) -> int:
    value = row.get(key)
    return value if isinstance(value, int) else 0


def _seconds(text: object, otherwise: float) -> float:
    return datetime.fromisoformat(text).timestamp() if isinstance(text, str) else otherwise


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds < 7_200 else f"{seconds / 3_600:.0f} h"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
