"""Reads the tenant's `flows/`: what can be run, and all that is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Literal

from comptoir.plugins.api import Mistake
from comptoir.plugins.builtin.flow.checking import findings
from comptoir.plugins.builtin.flow.model import FlowFile
from comptoir.plugins.faults import ConfigWrong, Fault
from comptoir.plugins.folder import text_of
from comptoir.plugins.text import terms
from comptoir.plugins.toml_file import TomlFile, read_toml

FOLDER = "flows"
Language = Literal["fr", "en"]


def read_flows(
    files: Mapping[str, bytes], language: Language, people: Sequence[str] = ("owner", "team")
) -> tuple[dict[str, FlowFile], list[Mistake]]:
    """The flows in `files` by their names, and what is wrong in any of them; `people` may be told."""
    flows: dict[str, FlowFile] = {}
    faults: list[Fault] = []
    begun: dict[tuple[str, ...], str] = {}
    for name in sorted(files):
        path = PurePosixPath(name)
        if path.parts[0] != FOLDER or path.suffix != ".toml":
            continue
        try:
            toml = read_toml(text_of(files, name), Path(name), language)
        except ConfigWrong as wrong:
            faults += wrong.faults
            continue
        flow = toml.check(FlowFile)
        if flow is not None:
            _note(toml, flow, begun, people)
            flows[str(path.relative_to(FOLDER).with_suffix(""))] = flow
        faults += toml.faults
    in_order = sorted(map(_mistake, faults), key=lambda mistake: (mistake.file, mistake.line, mistake.column))
    return flows, [*in_order, *_none(flows, faults, language)]


def _note(toml: TomlFile, flow: FlowFile, begun: dict[tuple[str, ...], str], people: Sequence[str]) -> None:
    """What is wrong with the flow as a whole; `begun` are the words that begin others."""
    for finding in findings(flow, people):
        toml.note(finding.at, *(finding.fr if toml.lang == "fr" else finding.en))
    for index, said in enumerate(flow.start):
        other = begun.setdefault(tuple(terms(said)), str(toml.path))
        if other != str(toml.path):
            french = f"« {said} » commence aussi {other}", "un autre mot"
            english = f'"{said}" begins {other} too', "another word"
            toml.note(("start", index), *(french if toml.lang == "fr" else english))


def _mistake(fault: Fault) -> Mistake:
    return Mistake(fault.what, fault.expected, fault.file.as_posix(), fault.line, max(fault.column, 1))


def _none(flows: Mapping[str, FlowFile], faults: list[Fault], language: Language) -> Iterator[Mistake]:
    if not flows and not faults:
        french = "il n'y a pas de parcours", "un fichier comme flows/commande.toml"
        english = "there is no flow", "a file as flows/order.toml"
        yield Mistake(*(french if language == "fr" else english), f"{FOLDER}/")
