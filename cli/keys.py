"""`comptoir keys rotate`: new keys for what lies on disk, without linking again."""

from typing import TYPE_CHECKING, Annotated

import typer

from comptoir.cli.connection import call, daemon
from comptoir.cli.errors import CommandError, ExitCode
from comptoir.cli.options import AnyTenant, AsJson, examples
from comptoir.cli.output import on_terminal, print_json, print_line, print_warning

if TYPE_CHECKING:
    from comptoir.cli.render.rotation import RotationView

PANEL = "Installation"

app = typer.Typer(help="Change the keys that lock what lies on disk.", rich_markup_mode="rich")


@app.callback()
def keys() -> None:
    pass


@app.command(epilog=examples("comptoir keys rotate chez-awa", "comptoir keys rotate", "comptoir keys rotate --master"))
def rotate(
    name: AnyTenant = None,
    master: Annotated[
        bool, typer.Option("--master", help="The installation's master key, which locks the tenants' keys.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Encrypt a tenant's journal, files and credentials with a new key; all tenants without NAME, one after another.

    The tenant rests meanwhile, and no message is lost. Afterwards the old key opens nothing but old backups.
    """
    if master and name is not None:
        raise CommandError(ExitCode.USAGE, "--master changes the key of the whole installation: leave NAME out")
    if master:
        _rotate_master(json=json)
    elif name is not None:
        _rotate(name, _view(json=json))
    else:
        _rotate_all(json=json)


def _rotate_master(*, json: bool) -> None:
    rotated = call("keys.rotate_master")
    if json:
        print_json({"event": "master_rotated"} | rotated)
        return
    key, old = rotated["key"], rotated["old"]
    print_line(f"the master key is new and locks the keys of {rotated['tenants']} tenants: copy {key} to a safe place")
    if old:
        print_line(f"{old} opens backups of state/ made before now, nothing else: delete it along with the last one")
    elif rotated["credential"]:
        print_line(
            "it is the credential master.key.next still, and must be on paper: encrypt it as master.key and remove "
            "master.key.next, as docs/operating.md says; the old one opens backups made before now, and nothing else"
        )
    else:
        print_line("it takes the old one's place when the daemon is started the next time: see the daemon's log")


def _rotate(name: str, view: "RotationView") -> None:
    """Raises CommandError where the tenant has its old key still."""
    with daemon() as client, view:
        stream = client.stream("keys.rotate", tenant=name)
        while True:
            try:
                view.show(next(stream))
            except StopIteration as end:
                view.end(end.value)
                return
            except KeyboardInterrupt:
                print_warning(f"{name}: its new key comes all the same: `comptoir status {name}` shows how far it is")
                raise


def _rotate_all(*, json: bool) -> None:
    """Each in its turn; one that fails does not keep the others from theirs."""
    names = [tenant["name"] for tenant in call("tenant.list")["tenants"]]
    failures = []
    for name in names:
        try:
            _rotate(name, _view(json=json))
        except CommandError as error:
            print_warning(error.message)
            failures.append(error)
    if failures:
        raise CommandError(
            failures[0].code,
            f"{len(failures)} of {len(names)} tenants have their old key still: give the command again",
        )


def _view(*, json: bool) -> "RotationView":
    from comptoir.cli.render.rotation import Bars, JsonLines, PlainLines

    if json:
        return JsonLines()
    return Bars() if on_terminal() else PlainLines()
