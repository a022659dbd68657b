"""The commands of the lab's API for what people send and see, and for the media host's faults."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import trio
from pydantic import BaseModel, ConfigDict, ValidationError

from comptoir.lab.customer import Customer
from comptoir.lab.faults import Faults
from comptoir.lab.kinds.contents import File
from comptoir.lab.kinds.files import FileGone
from comptoir.lab.kinds.parsing import parse
from comptoir.lab.lab import Lab
from comptoir.lab.media_faults import MediaFaults
from comptoir.lab.phone import Phone

Json = dict[str, Any]


class How(BaseModel):
    """What may be said of any message, see `Person.say`."""

    model_config = ConfigDict(strict=True)

    quote: str | None = None
    mentions: list[str] = []
    expires_in: int | None = None
    as_lid: bool = False
    secret: bool | None = None


class HowText(How):
    extended: bool = False


async def say(lab: Lab, sender: str, to: str, text: str, **how: Any) -> Json:
    """Send a text from a phone by hand or from a customer, who is added if need be.

    `how` may hold quote, mentions, expires_in, as_lid, secret and extended, see `Person.say`.
    """
    return {"id": await _person(lab, sender).say(to, text, **_read(HowText, "say", how))}


async def post(lab: Lab, sender: str, to: str, content: Json, **how: Any) -> Json:
    """Send anything else: `content` is what `kinds.parsing.parse` takes. Else as `say`."""
    try:
        return {"id": await _person(lab, sender).post(to, parse(content), **_read(How, "post", how))}
    except OSError as error:
        raise ValueError(f"{error.filename}: {error.strerror}") from error


async def post_album(lab: Lab, sender: str, to: str, files: list[Json]) -> Json:
    """Send several pictures and videos at once, each as in `post`."""
    contents = [parse(file) for file in files]
    pictures = [content for content in contents if isinstance(content, File)]
    if len(pictures) < len(contents) or not pictures:
        raise ValueError("post-album: files are pictures and videos, at least one")
    return {"ids": await _person(lab, sender).post_album(to, pictures)}


async def save(lab: Lab, number: str, id: str, folder: str) -> Json:
    """Fetch the file of a message that was heard into a folder; the result is its path."""
    person = lab.people.find(number)
    heard = [entry for entry in person.heard() if entry.id == id and entry.content.file] if person is not None else []
    if person is None or not heard:
        raise ValueError(f"{number} has heard no message {id!r} with a file")
    if not await trio.Path(folder).is_dir():
        raise ValueError(f"{folder}: there is no such folder")
    try:
        return {"path": str(await person.save(heard[-1], Path(folder)))}
    except FileGone as error:
        raise ValueError(str(error)) from error
    except OSError as error:
        raise ValueError(f"{error.filename}: {error.strerror}") from error


def _order(order: Callable[..., None]) -> Callable[..., None]:
    """A fault of the media host as the other faults are ordered; the number "" stands for everybody."""

    @wraps(order)
    def ordered(faults: Faults, number: str, **options: Any) -> None:
        order(faults.media, number or None, **options)

    return ordered


FAULTS: dict[str, Callable[..., None]] = {
    "fail-downloads": _order(MediaFaults.fail_downloads),
    "hang-downloads": _order(MediaFaults.hang_downloads),
    "cut-downloads": _order(MediaFaults.cut_downloads),
    "alter-downloads": _order(MediaFaults.alter_downloads),
    "slow-downloads": _order(MediaFaults.slow_downloads),
    "fail-uploads": _order(MediaFaults.fail_uploads),
    "hang-uploads": _order(MediaFaults.hang_uploads),
    "lift-media": _order(MediaFaults.lift),
}


def _read(kind: type[How], command: str, how: Json) -> Json:
    known = kind.model_fields
    if strange := how.keys() - known.keys():
        raise ValueError(f"{command}: {', '.join(sorted(strange))} is unknown; there are {', '.join(known)}")
    try:
        return kind.model_validate(how).model_dump()
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{command}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _person(lab: Lab, number: str) -> Phone | Customer:
    return lab.people.find(number) or lab.people.customer(number)
