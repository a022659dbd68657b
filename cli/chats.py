"""`chats` and `chat`: who has a conversation, and to give it, hold it or end it."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from comptoir.cli.connection import daemon
from comptoir.cli.errors import CommandError, ExitCode
from comptoir.cli.messaging import find_chat
from comptoir.cli.options import AsJson, Tenant, examples
from comptoir.cli.output import print_json, print_warning

PANEL = "Messages"

app = typer.Typer()


class ConversationState(StrEnum):
    OPEN = "open"
    PENDING = "pending"
    CLOSED = "closed"


@app.command(
    rich_help_panel=PANEL,
    epilog=examples(
        "comptoir chats chez-awa",
        "comptoir chats chez-awa --state pending",
        "comptoir chats chez-awa --json | jq -r '.[].chat'",
    ),
)
def chats(
    name: Tenant,
    state: Annotated[ConversationState | None, typer.Option(help="Only these; open and pending ones without.")] = None,
    json: AsJson = False,
) -> None:
    """Conversations and who has them: those that wait for a person first."""
    with daemon() as client:
        found = client.call("chats", tenant=name, state=state and state.value)
    if found["more"]:
        print_warning(f"there are more than these {len(found['chats'])}: name a state, or one chat")
    if json:
        print_json(found["chats"])
        return
    from comptoir.cli.render.chats import chat_table
    from comptoir.cli.render.console import console

    screen = console()
    screen.print(chat_table(screen, found["chats"]))


@app.command(
    rich_help_panel=PANEL,
    epilog=examples(
        "comptoir chat chez-awa +221771234567",
        "comptoir chat chez-awa 77-123-45-67 --assign Fatou",
        "comptoir chat chez-awa +221771234567 --pause",
        "comptoir chat chez-awa +221771234567 --resume",
    ),
)
def chat(  # noqa: PLR0913, PLR0917 (a parameter for each option)
    name: Tenant,
    chat: Annotated[str, typer.Argument(metavar="CHAT", help="A number in any common form, lid:DIGITS or group:ID.")],
    assign: Annotated[
        str | None, typer.Option(metavar="AGENT", help="Give it to `owner`, or to a name of the team.")
    ] = None,
    pause: Annotated[bool, typer.Option("--pause", help="No automatic answer in it until --resume.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Give it back to the plugins, whatever held it.")] = False,
    close: Annotated[
        bool, typer.Option("--close", help="End its conversation; the next message begins another.")
    ] = False,
    json: AsJson = False,
) -> None:
    """One chat: who has it and why nobody answers; or, with one of the options, change that."""
    wanted = {"chat.assign": assign is not None, "chat.pause": pause, "chat.resume": resume, "chat.close": close}
    methods = [method for method, given in wanted.items() if given]
    if len(methods) > 1:
        raise CommandError(ExitCode.USAGE, "only one of --assign, --pause, --resume and --close at a time")
    with daemon() as client:
        found = find_chat(client, name, chat)
        row: dict[str, Any]
        if methods:
            row = client.call(methods[0], tenant=name, chat=found, agent=assign)
        else:
            [row] = client.call("chats", tenant=name, chat=found)["chats"]
    if json:
        print_json(row)
        return
    from comptoir.cli.render.chats import chat_details
    from comptoir.cli.render.console import console

    console().print(chat_details(row))
