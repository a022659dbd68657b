"""Whether the daemon runs, which one it is, and what it says of itself."""

from collections.abc import Iterator

from comptoir.cli.doctor.facts import Daemon, Facts
from comptoir.cli.doctor.finding import Finding, ok, warning, wrong

START = "`comptoir daemon`"
RESTART = "restart it: end it, then `comptoir daemon`"
NOT_CHECKED = "only the files were checked"


def findings(facts: Facts) -> Iterator[Finding]:
    daemon = facts.daemon
    if daemon.state != "answers":
        yield _trouble(daemon)
        return
    lab = " on the LAB: nothing reaches WhatsApp" if daemon.lab else ""
    if daemon.version == facts.machine.comptoir:
        yield ok("daemon", f"answers, version {daemon.version}{lab}")
    else:
        what = f"runs version {daemon.version}, but {facts.machine.comptoir} is installed{lab}"
        yield wrong("daemon", what, "an upgrade counts only after a restart", RESTART)
    for notice in daemon.notices:
        yield warning("daemon", notice)


def _trouble(daemon: Daemon) -> Finding:
    match daemon.state:
        case "stale":
            why = f"the last one was killed and left its socket behind; {NOT_CHECKED}"
            return wrong("daemon", "does not run", why, f"{START}: it replaces the socket itself")
        case "silent":
            who = f"process {daemon.lock_pid}" if daemon.lock_pid else "it"
            why = f"{who} holds state/, but: {daemon.text}"
            mend = "wait if it has just started; else see its log, and restart it"
            return wrong("daemon", "runs, but does not answer", why, mend)
        case "refused":
            return wrong("daemon", "does not let you in", daemon.text, "run this as root or as the owner of state/")
        case "foreign":
            return wrong("daemon", "speaks another language", daemon.text, RESTART)
        case _:
            return wrong("daemon", "does not run", f"nothing is received or answered; {NOT_CHECKED}", START)
