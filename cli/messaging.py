"""`send`, `messages`, `try` and `reload`: a tenant's chats, and what answers in them."""

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from comptoir.cli.connection import call, daemon
from comptoir.cli.contents import Given, content_of
from comptoir.cli.errors import CommandError, ExitCode
from comptoir.cli.files import FILE_ANSWER_LIMIT, FileKindName, checked_file, send_file
from comptoir.cli.numbers import needs_country, read_chat
from comptoir.cli.options import AsJson, Tenant, examples
from comptoir.cli.output import print_json, print_line, print_warning

if TYPE_CHECKING:
    from comptoir.gateway.client import Client

PANEL = "Messages"
PAGE = 200

app = typer.Typer()


class Awaited(StrEnum):
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"


@app.command(
    rich_help_panel=PANEL,
    epilog=examples(
        'comptoir send chez-awa +221771234567 "Votre commande est prête."',
        "comptoir send chez-awa 77-123-45-67 --wait delivered --timeout 30 < text.txt",
        'comptoir send chez-awa +221771234567 --file menu.pdf --caption "Le menu"',
        'comptoir send chez-awa +221771234567 "Oui, celle-là" --quote 17',
        'comptoir send chez-awa +221771234567 --location 14.6928,-17.4467,"Chez Awa"',
        'comptoir send chez-awa +221771234567 --poll "Quel jour ?" --option lundi --option mardi',
        "comptoir send chez-awa +221771234567 👍 --react 17",
        'comptoir send chez-awa +221771234567 "Ouvert à 10 h" --edit 18',
    ),
)
def send(  # noqa: PLR0913, PLR0917 (a parameter for each option)
    name: Tenant,
    to: Annotated[str, typer.Argument(metavar="TO", help="A number in any common form, lid:DIGITS or group:ID.")],
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT]", help="What to write; read from stdin without.")
    ] = None,
    file: Annotated[Path | None, typer.Option(metavar="F", help="A file to send; the text goes with it.")] = None,
    caption: Annotated[str | None, typer.Option(metavar="C", help="The text that goes with a file.")] = None,
    kind: Annotated[FileKindName | None, typer.Option(help="Send the file as this, whatever it looks like.")] = None,
    as_document: Annotated[bool, typer.Option("--as-document", help="The same as --kind document.")] = False,
    quote: Annotated[
        int | None, typer.Option(min=1, metavar="ID", help="Show this message of the chat above it.")
    ] = None,
    location: Annotated[str | None, typer.Option(metavar="LAT,LON[,NAME]", help="A location, in degrees.")] = None,
    contact: Annotated[
        list[Path] | None, typer.Option(metavar="FILE.vcf", help="The contact cards in a file; may be repeated.")
    ] = None,
    poll: Annotated[str | None, typer.Option(metavar="Q", help="A poll that asks this.")] = None,
    option: Annotated[
        list[str] | None, typer.Option(metavar="A", help="What may be chosen in the poll; two or more.")
    ] = None,
    choices: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="How many may be chosen: 1 without, 0 for any number.")
    ] = None,
    react: Annotated[
        int | None, typer.Option(min=1, metavar="ID", help="TEXT is an emoji for this message; '' takes it back.")
    ] = None,
    edit: Annotated[int | None, typer.Option(min=1, metavar="ID", help="TEXT is the new text of this message.")] = None,
    delete: Annotated[int | None, typer.Option(min=1, metavar="ID", help="Take this message back.")] = None,
    wait: Annotated[Awaited | None, typer.Option(help="Wait until the message is that far.")] = None,
    timeout: Annotated[
        float, typer.Option(min=0.1, max=3600, metavar="S", help="Wait that many seconds at most.")
    ] = 60,
    client_key: Annotated[
        str | None, typer.Option(metavar="KEY", help="A second send with this key sends nothing.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Queue a message, a text or anything else that WhatsApp has, and print its id."""
    from comptoir.gateway.client import ControlError

    more = Given(location, contact or (), poll, option or (), choices, react, edit, delete)
    content = content_of(more, text)
    if file is not None and content is not None:
        raise CommandError(ExitCode.USAGE, f"--file and {more.names[0]} cannot go in one message: send them one by one")
    given = checked_file(file, text, caption, FileKindName.DOCUMENT if as_document else kind)
    takes_text = content is None or edit is not None
    words = given.caption if given else checked_text(text) if takes_text else ""
    with daemon(answer_limit=FILE_ANSWER_LIMIT if given else None) as client:
        chat = find_chat(client, name, to)
        if given is None:
            message = client.call(
                "send", tenant=name, to=chat, text=words, content=content, quote=quote, client_key=client_key
            )
        else:
            message = send_file(client, given, tenant=name, to=chat, quote=quote, client_key=client_key)
        if message.get("opted_out"):
            print_warning(f"{chat} wrote STOP and wants no more messages: this one goes out because you sent it")
        if not json:
            print_line(str(message["id"]))
        try:
            if wait is not None:
                message = client.call("message.wait", tenant=name, id=message["id"], state=wait.value, timeout=timeout)
        except ControlError as error:
            # It stays queued, and its id is needed to find it; `data` is how far it came.
            message = error.data or message
            raise
        finally:
            if json:
                print_json(message)


@app.command(
    rich_help_panel=PANEL,
    epilog=examples(
        "comptoir messages chez-awa --limit 50",
        "comptoir messages chez-awa --chat +221771234567",
        "comptoir messages chez-awa --json | jq -r '.[].text'",
    ),
)
def messages(
    name: Tenant,
    chat: Annotated[str | None, typer.Option(metavar="X", help="Only this chat.")] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="The newest N.")] = 50,
    json: AsJson = False,
) -> None:
    """What was written in the tenant's chats, newest last, in the order in which it came here."""
    with daemon() as client:
        rows = history(client, name, chat and find_chat(client, name, chat), limit)
    if json:
        print_json(rows)
        return
    from comptoir.cli.render.console import console
    from comptoir.cli.render.messages import print_messages

    print_messages(console(), rows)


@app.command(
    "try",
    rich_help_panel=PANEL,
    epilog=examples(
        'comptoir try chez-awa "Vous ouvrez à quelle heure ?"',
        "comptoir try chez-awa Bonjour --from +221771234567 --json",
        'comptoir try chez-awa --kind voice --at "2026-12-25 10:00"',
    ),
)
def try_(  # noqa: PLR0913, PLR0917 (an option each)
    name: Tenant,
    text: Annotated[str | None, typer.Argument(metavar="[TEXT]", help="What the customer writes.")] = None,
    from_: Annotated[str | None, typer.Option("--from", metavar="X", help="Who writes; a stranger without.")] = None,
    kind: Annotated[
        str | None, typer.Option(metavar="KIND", help="Imagine a voice, image, document, call … instead of a text.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="Imagine another time, by the shop's clock: YYYY-MM-DD HH:MM.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Walk the pipeline for an imagined message: what each plugin would do, and the answer. Nothing is kept."""
    words = "" if kind and text is None else checked_text(text)
    with daemon() as client:
        sender = from_ and find_chat(client, name, from_)
        # The client strips the underscore that Python needs.
        trace = client.call("try", tenant=name, text=words, from_=sender, kind=kind, at=at)
    if json:
        print_json(trace)
        return
    from comptoir.cli.render.console import console
    from comptoir.cli.render.trace import print_trace

    print_trace(console(), trace)


@app.command(rich_help_panel="Tenants", epilog=examples("comptoir reload chez-awa"))
def reload(name: Tenant) -> None:
    """Load the tenant's configuration now; a wrong one leaves the running pipeline as it is."""
    call("reload", tenant=name)
    print_line(f"{name}: configuration loaded")


def checked_text(text: str | None) -> str:
    """The text to send, from stdin where it was not given. Raises CommandError."""
    if text is None:
        if sys.stdin.isatty():
            raise CommandError(ExitCode.USAGE, "TEXT is missing: write it at the end, or pipe it in")
        text = sys.stdin.buffer.read().decode(errors="surrogateescape").removesuffix("\n")
    if not text.strip():
        raise CommandError(ExitCode.USAGE, "the text is empty: nothing would be sent")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise CommandError(ExitCode.USAGE, "the text is not UTF-8: convert it first") from None
    return text


def find_chat(client: "Client", tenant: str, text: str) -> str:
    """A chat as people write it; asks the daemon for the tenant's country only for local forms."""
    country = client.call("tenant.show", tenant=tenant).get("country") if needs_country(text) else None
    return read_chat(text, country)


def history(client: "Client", tenant: str, chat: str | None, limit: int) -> list[dict[str, Any]]:
    """The newest `limit` messages, newest last, fetched by pages."""
    pages = list(_pages(client, tenant, chat, limit))
    return [row for page in reversed(pages) for row in page]


def _pages(client: "Client", tenant: str, chat: str | None, limit: int) -> Iterator[list[dict[str, Any]]]:
    before = None
    while limit > 0:
        page = client.call("messages", tenant=tenant, chat=chat, limit=min(limit, PAGE), before=before)
        yield page["messages"]
        limit -= len(page["messages"])
        before = page.get("next")
        if before is None:
            return
