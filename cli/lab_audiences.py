"""`comptoir lab …`: groups, status updates, channels and calls among the people of the stand-in."""

import time
from typing import Annotated

import typer

from comptoir.cli.lab import Lab, lab_client
from comptoir.cli.numbers import read_chat, read_number
from comptoir.cli.options import examples
from comptoir.cli.output import print_line

app = typer.Typer()

Sender = Annotated[str, typer.Argument(metavar="FROM", help="A customer, made on the spot.")]


@app.command(epilog=examples("comptoir lab group Tontine +221770000001 +221780000001 +221780000002"))
def group(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The group's.")],
    members: Annotated[list[str], typer.Argument(metavar="MEMBER…", help="Who is in it; the first one made it.")],
    lab: Lab = None,
) -> None:
    """Make a group; prints its address, which `lab say` takes in place of a number."""
    with lab_client(lab) as client:
        print_line(client.group(name, [read_number(member) for member in members])["address"])


@app.command("post-status", epilog=examples("comptoir lab post-status +221780000001 'En vacances' --to +221770000001"))
def post_status(
    sender: Sender,
    text: Annotated[str, typer.Argument(metavar="TEXT")],
    to: Annotated[list[str], typer.Option(metavar="NUMBER", help="Who sees it; may be given again.")],
    lab: Lab = None,
) -> None:
    """Post a status update; prints its id."""
    with lab_client(lab) as client:
        print_line(client.post_status(read_number(sender), text, [read_number(each) for each in to]))


@app.command(epilog=examples("comptoir lab channel Promos +221770000001"))
def channel(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The channel's.")],
    followers: Annotated[list[str], typer.Argument(metavar="FOLLOWER…", help="Numbers that are in the lab.")],
    lab: Lab = None,
) -> None:
    """Make a channel; prints its address."""
    with lab_client(lab) as client:
        print_line(client.channel(name, [read_number(follower) for follower in followers])["address"])


@app.command(epilog=examples("comptoir lab publish channel:120363900000000001 'Moins 20 % ce week-end'"))
def publish(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="Its address, as `lab channel` printed it.")],
    text: Annotated[str, typer.Argument(metavar="TEXT")],
    lab: Lab = None,
) -> None:
    """Post in a channel; prints the post's id."""
    with lab_client(lab) as client:
        print_line(client.publish(read_chat(channel), text))


@app.command(epilog=examples("comptoir lab call +221780000001 +221770000001 --seconds 5"))
def call(
    sender: Sender,
    to: Annotated[str, typer.Argument(metavar="TO", help="Who is rung, +E164.")],
    video: Annotated[bool, typer.Option("--video", help="With a picture.")] = False,
    seconds: Annotated[float, typer.Option(min=0, max=120, help="How long it rings.")] = 3,
    lab: Lab = None,
) -> None:
    """Ring a tenant, and hang up when nobody answers; prints how the call ended."""
    caller = read_number(sender)
    with lab_client(lab) as client:
        id = client.ring(caller, read_number(to), video=video)
        end = time.monotonic() + seconds
        while (state := client.state_of_call(caller, id)) == "ringing" and time.monotonic() < end:
            time.sleep(0.1)
        if state == "ringing":
            client.hang_up(caller, id)
        print_line("missed" if state == "ringing" else state)
