"""`comptoir lab …`: what goes wrong on order, and every other command of the stand-in's line API."""

import json
from typing import Annotated, Any

import typer

from comptoir.cli.errors import CommandError, ExitCode
from comptoir.cli.lab import Lab, Number, lab_client
from comptoir.cli.numbers import read_number
from comptoir.cli.options import examples
from comptoir.cli.output import print_json, print_line

app = typer.Typer()

Options = Annotated[
    list[str] | None, typer.Argument(metavar="KEY=VALUE…", help="As the lab's README lists them.", show_default=False)
]


@app.command(
    epilog=examples(
        "comptoir lab fault drop +221770000001",
        "comptoir lab fault refuse-sends +221770000001 error=463 times=1",
        "comptoir lab fault ban +221770000001 code=101 expire=3600",
    )
)
def fault(
    name: Annotated[str, typer.Argument(metavar="FAULT", help="One of those in the lab's README.")],
    number: Number,
    options: Options = None,
    lab: Lab = None,
) -> None:
    """Order a fault for the devices that are linked to a number."""
    given = read_options(options or [])
    with lab_client(lab) as client:
        client.fault(name, read_number(number), **given)
    print_line(f"{name} is ordered for {number}")


@app.command(
    "do",
    epilog=examples(
        "comptoir lab do reinstall number=+221780000001",
        "comptoir lab do say-garbled sender=+221780000001 to=+221770000001 text=Bonjour again=false",
        "comptoir lab do automatic number=+221770000001 greeting='Merci de nous écrire !'",
    ),
)
def do_command(
    command: Annotated[str, typer.Argument(metavar="COMMAND", help="One of those in the lab's README.")],
    options: Options = None,
    lab: Lab = None,
) -> None:
    """Run any command of the lab's line API; prints its result as JSON."""
    given = read_options(options or [])
    with lab_client(lab) as client:
        print_json(client.call(command, **given))


def read_options(options: list[str]) -> dict[str, Any]:
    """KEY=VALUE as arguments: true, false, null and numbers by their meaning, all else as text."""
    pairs = [option.partition("=") for option in options]
    for option, (key, equals, _) in zip(options, pairs, strict=True):
        if not (key and equals):
            raise CommandError(ExitCode.USAGE, f"{option!r}: KEY=VALUE was expected")
    return {key: _value(value) for key, _, value in pairs}


def _value(text: str) -> Any:
    # A phone number's plus sign is no JSON, and a list or an object stays the text that the lab reads itself.
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return text if isinstance(value, str | list | dict) else value
