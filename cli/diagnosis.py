"""`comptoir doctor`: what is wrong, why, and how to mend it."""

import os
from collections.abc import Iterator
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from comptoir.cli.connection import exit_code, folders
from comptoir.cli.errors import CommandError, ExitCode
from comptoir.cli.options import AnyTenant, AsJson, check_tenant_name, examples
from comptoir.cli.output import print_json, print_line

if TYPE_CHECKING:
    from comptoir.cli.doctor.facts import Facts
    from comptoir.cli.doctor.finding import Finding
    from comptoir.gateway.paths import Paths

STDOUT = "-"
LOG_BYTES = 256 * 1024

app = typer.Typer()


class ReportAlone(TyperCommand):
    """`--report` without a FILE means stdout; typer knows no options whose value may be left out."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, list(_with_stdout(args)))


def _with_stdout(args: list[str]) -> Iterator[str]:
    for arg, following in pairwise([*args, "--"]):
        yield arg
        if arg == "--report" and following.startswith("--"):
            yield STDOUT


@app.command(
    cls=ReportAlone,
    rich_help_panel="Watching",
    epilog=examples(
        "comptoir doctor",
        "comptoir doctor chez-awa",
        "comptoir doctor --report report.txt",
        "comptoir doctor --json | jq '.findings[] | select(.level == \"wrong\")'",
    ),
)
def doctor(
    name: AnyTenant = None,
    report: Annotated[
        str | None,
        typer.Option(
            metavar="[FILE]",
            help="Write a redacted report to send along with a question; on stdout without FILE.",
            show_default=False,
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Say what is wrong, why, and how to mend it; the code is 1 if anything is.

    Works without the daemon too. A warning (!) is worth a look and leaves the code at 0. A report holds versions,
    states, counters, findings and the logs' last lines, but no message texts, whole numbers or keys.
    """
    if json and report:
        raise CommandError(ExitCode.USAGE, "a report is text: leave out --json or --report")
    from comptoir.cli.doctor.diagnosis import diagnose

    paths = folders()
    facts = _look(paths, name)
    findings = diagnose(facts)
    if report:
        _report(paths, facts, findings, report)
    elif json:
        print_json({"findings": [asdict(finding) for finding in findings]})
        _judge(findings)
    else:
        _print(findings)
        _judge(findings)


def _look(paths: "Paths", name: str | None) -> "Facts":
    from comptoir.cli.doctor.looking import look
    from comptoir.gateway.client import ControlError

    if name is not None:
        check_tenant_name(name)
    try:
        facts = look(paths, name)
    except ControlError as error:
        raise CommandError(exit_code(error.code), error.message) from None
    known = [tenant.name for tenant in facts.installation.tenants]
    if name and facts.daemon.state != "answers" and not facts.installation.registry_trouble and name not in known:
        raise CommandError(ExitCode.NOT_FOUND, f"no tenant {name}; there is {', '.join(known) or 'none yet'}")
    return facts


def _print(findings: list["Finding"]) -> None:
    from comptoir.cli.render.console import console
    from comptoir.cli.render.doctor import finding_line

    screen = console()
    for finding in findings:
        screen.print(finding_line(finding), soft_wrap=True)


def _judge(findings: list["Finding"]) -> None:
    from comptoir.cli.doctor.finding import Level, count

    if wrong := count(findings, Level.WRONG):
        what = "1 thing is" if wrong == 1 else f"{wrong} things are"
        raise CommandError(ExitCode.FAILED, f"{what} wrong: do what stands after → on the lines marked ✗")


def _report(paths: "Paths", facts: "Facts", findings: list["Finding"], target: str) -> None:
    from comptoir.cli.doctor.report import LogTail, report_text

    names = [facts.tenant] if facts.tenant else [tenant.name for tenant in facts.installation.tenants]
    logs = [LogTail(name, _tail(paths.tenant_log(name))) for name in names]
    text = report_text(facts, findings, logs, _names_of_folders(paths))
    if target == STDOUT:
        print_line(text.removesuffix("\n"))
        return
    _write(Path(target), text)
    print_line(f"{target} written: read it, then send it along with your question")


def _names_of_folders(paths: "Paths") -> dict[str, str]:
    """Longest first: one may lie inside another."""
    named = {str(paths.config): "config", str(paths.keys): "keys", str(paths.state): "state"}
    named |= {str(paths.run): "run", str(paths.log): "logs"}
    if Path.home() != Path("/"):
        named[str(Path.home())] = "~"
    return dict(sorted(named.items(), key=lambda item: -len(item[0])))


def _tail(file: Path) -> tuple[str, ...]:
    try:
        with file.open("rb") as log:
            log.seek(0, os.SEEK_END)
            log.seek(max(0, log.tell() - LOG_BYTES))
            return tuple(log.read().decode("utf-8", "replace").splitlines())
    except OSError:
        return ()


def _write(file: Path, text: str) -> None:
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as target:
            target.write(text)
    except OSError as error:
        raise CommandError(
            ExitCode.FAILED, f"{file}: cannot be written ({error.strerror}): choose another file"
        ) from None
