"""`comptoir lab say` and `lab heard`: what people of the stand-in write and read, in every kind."""

import mimetypes
from pathlib import Path
from typing import Annotated, Any

import typer

from comptoir.cli.errors import CommandError, ExitCode
from comptoir.cli.files import FileKindName
from comptoir.cli.lab import Lab, Number, lab_client
from comptoir.cli.numbers import read_chat, read_number
from comptoir.cli.options import AsJson, examples
from comptoir.cli.output import print_json, print_line
from comptoir.cli.render.heard import heard_line

app = typer.Typer()


@app.command(
    epilog=examples(
        "comptoir lab say +221780000001 +221770000001 'Bonjour, vous livrez ?'",
        "comptoir lab say +221780000001 +221770000001 'Vous en avez ?' --file pagne.jpg",
        "comptoir lab say +221780000001 +221770000001 --place 14.69,-17.44,Sandaga",
        "comptoir lab say +221780000001 +221770000001 👍 --react AC0123…",
    )
)
def say(  # noqa: PLR0913, PLR0917  (one option a kind)
    sender: Annotated[str, typer.Argument(metavar="FROM", help="A customer, or a tenant's phone by hand.")],
    to: Annotated[str, typer.Argument(metavar="TO", help="Who reads it: +E164, or group:DIGITS.")],
    text: Annotated[str, typer.Argument(metavar="[TEXT]", help="Also a caption, an emoji, a question.")] = "",
    file: Annotated[Path | None, typer.Option(metavar="FILE", help="Send a file.", show_default=False)] = None,
    kind: Annotated[FileKindName | None, typer.Option(help="What the file is sent as.", show_default=False)] = None,
    once: Annotated[bool, typer.Option("--once", help="The file is to be seen once.")] = False,
    place: Annotated[
        str | None, typer.Option(metavar="LAT,LON[,NAME]", help="Send a location.", show_default=False)
    ] = None,
    card: Annotated[str | None, typer.Option(metavar="NUMBER", help="Send a contact card.", show_default=False)] = None,
    option: Annotated[
        list[str] | None, typer.Option(metavar="ANSWER", help="Make a poll; again for each.", show_default=False)
    ] = None,
    vote: Annotated[str | None, typer.Option(metavar="ID", help="Vote TEXT in a poll.", show_default=False)] = None,
    react: Annotated[str | None, typer.Option(metavar="ID", help="React with TEXT.", show_default=False)] = None,
    edit: Annotated[str | None, typer.Option(metavar="ID", help="Make it TEXT.", show_default=False)] = None,
    delete: Annotated[str | None, typer.Option(metavar="ID", help="Take it back.", show_default=False)] = None,
    timer: Annotated[
        int | None, typer.Option(metavar="SECONDS", min=0, help="Let messages disappear.", show_default=False)
    ] = None,
    quote: Annotated[str | None, typer.Option(metavar="ID", help="Answer a message.", show_default=False)] = None,
    lab: Lab = None,
) -> None:
    """Write as a customer (made on the spot) or as a tenant's own phone; prints the message's id."""
    contents = [
        _file(file, kind, text, once=once) if file is not None else None,
        _place(place) if place is not None else None,
        _card(read_number(card), text) if card is not None else None,
        {"kind": "poll", "question": text, "options": option} if option else None,
        {"kind": "vote", "poll": vote, "options": [text] if text else []} if vote is not None else None,
        {"kind": "reaction", "target": react, "emoji": text} if react is not None else None,
        {"kind": "edit", "target": edit, "text": text} if edit is not None else None,
        {"kind": "deletion", "target": delete} if delete is not None else None,
        {"kind": "timer", "seconds": timer} if timer is not None else None,
    ]
    given = [content for content in contents if content is not None]
    if len(given) > 1:
        raise CommandError(ExitCode.USAGE, "one message holds one thing: give one of the options that say what it is")
    if not given and not text:
        raise CommandError(ExitCode.USAGE, "nothing to say: TEXT was expected, or --file, --place …")
    with lab_client(lab) as client:
        author, chat = read_number(sender), read_chat(to)
        if given:
            print_line(client.post(author, chat, given[0], quote=quote))
        else:
            print_line(client.say(author, chat, text, quote=quote))


@app.command(
    epilog=examples(
        "comptoir lab heard +221780000001",
        "comptoir lab heard +221780000001 --save /tmp/files",
        "comptoir lab heard +221780000001 --follow --json",
    )
)
def heard(
    number: Number,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until interrupted.")] = False,
    save: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Put the files there.", show_default=False)
    ] = None,
    json: AsJson = False,
    lab: Lab = None,
) -> None:
    """What a customer or a phone has decrypted."""
    person = read_number(number)
    with lab_client(lab) as client, lab_client(lab) as fetching:
        for item in client.heard(person, follow=follow):
            saved = None
            if save is not None and item["content"]["file"]:
                save.mkdir(parents=True, exist_ok=True)
                saved = str(fetching.save(person, item["id"], save))
            if json:
                print_json(item | ({"saved": saved} if saved else {}))
            else:
                print_line(heard_line(item) + (f" → {saved}" if saved else ""))


def _file(path: Path, kind: FileKindName | None, caption: str, *, once: bool) -> dict[str, Any]:
    if not path.is_file():
        raise CommandError(ExitCode.USAGE, f"{path}: no such file")
    mime = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    file = {"kind": str(kind or _kind_of(mime)), "path": str(path.absolute()), "caption": caption, "name": path.name}
    # A voice note is opus whatever its file is called; else the name tells.
    content = file if kind is FileKindName.VOICE else file | {"mime": mime}
    return {"kind": "view_once", "file": content} if once else content


def _kind_of(mime: str) -> str:
    family = mime.partition("/")[0]
    if mime == "image/webp":
        return "sticker"
    return family if family in {"image", "video", "audio"} else "document"


def _place(text: str) -> dict[str, Any]:
    latitude, _, rest = text.partition(",")
    longitude, _, name = rest.partition(",")
    try:
        return {"kind": "location", "latitude": float(latitude), "longitude": float(longitude), "name": name.strip()}
    except ValueError:
        raise CommandError(
            ExitCode.USAGE, f"{text!r} is no place: expected 14.69,-17.44 or 14.69,-17.44,NAME"
        ) from None


def _card(number: str, name: str) -> dict[str, Any]:
    name = name or number
    lines = ("BEGIN:VCARD", "VERSION:3.0", f"N:;{name};;;", f"FN:{name}")
    vcard = "\n".join((*lines, f"TEL;type=CELL;waid={number[1:]}:{number}", "END:VCARD"))
    return {"kind": "card", "name": name, "vcard": vcard}
