"""What is wrong with a flow as a whole: ways that lead nowhere, in a circle without a question, or past a step."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from comptoir.plugins.builtin.flow.model import KNOWN_FIELDS, FlowFile, Path, Step
from comptoir.plugins.faults import nearest

_FIELD = re.compile(r"\{([^{}\n]*)\}")
Said = tuple[str, str]
"""What was found, and what was expected."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, where it stands, in French and English."""

    at: Path
    fr: Said
    en: Said


def findings(flow: FlowFile, people: Sequence[str]) -> Iterator[Finding]:
    """All that is wrong with it; `people` may be told."""
    if not (flow.start or flow.first_message or flow.unanswered):
        yield Finding(
            (),
            ("rien ne commence ce parcours", "start, first_message ou unanswered"),
            ("nothing begins this flow", "start, first_message or unanswered"),
        )
    if flow.remind_minutes >= flow.timeout_minutes:
        yield Finding(
            ("remind_minutes",),
            ("un rappel après la fin", "moins que timeout_minutes"),
            ("a reminder after the end", "less than timeout_minutes"),
        )
    for name, step in flow.steps.items():
        for finding in (*_shape(step), *_unknown(flow, step), *_unknown_people(step, people)):
            yield Finding(("steps", name, *finding.at), finding.fr, finding.en)
    yield from _unreachable(flow)
    yield from _circles(flow)


def _shape(step: Step) -> Iterator[Finding]:
    """A step that cannot be gone through."""
    if step.menu is not None and step.ask is not None:
        yield Finding(("ask",), ("menu et ask ensemble", "l'un des deux"), ("menu and ask together", "one of them"))
    if step.asks and step.say is None:
        yield Finding((), ("une question sans texte", "say"), ("a question without a text", "say"))
    if (step.ask == "choice") != bool(step.choices):
        yield Finding(("choices",) if step.choices else ("ask",),
            ("ask et choices ne vont pas ensemble", "ask = \"choice\" avec choices"),
            ("ask and choices do not fit", "ask = \"choice\" with choices"))  # fmt: skip
    if step.pattern is not None and step.ask != "text":
        yield Finding(("pattern",), ("un motif sans texte à lire", "ask = \"text\""),
            ("a pattern without a text to read", "ask = \"text\""))  # fmt: skip
    if (step.min is not None or step.max is not None) and step.ask not in ("text", "number"):
        at: Path = ("min",) if step.min is not None else ("max",)
        yield Finding(at, ("rien à mesurer", "ask = \"number\" ou \"text\""),
            ("nothing to measure", "ask = \"number\" or \"text\""))  # fmt: skip
    if step.store is not None and not step.asks:
        yield Finding(("store",), ("aucune réponse à garder", "menu ou ask"), ("no answer to keep", "menu or ask"))
    ends = [key for key in ("goto", "hand_over", "end") if getattr(step, key)]
    if len(ends) > 1:
        yield Finding(
            (ends[1],), (f"{' et '.join(ends)} ensemble", "un seul"), (f"{' and '.join(ends)} together", "one")
        )
    if not ends:
        yield from _dead_ends(step)


def _dead_ends(step: Step) -> Iterator[Finding]:
    expected = ("goto, hand_over ou end = true", "goto, hand_over or end = true")
    if step.menu is None:
        yield Finding((), ("l'étape ne mène nulle part", expected[0]), ("the step leads nowhere", expected[1]))
        return
    for index, option in enumerate(step.menu):
        if option.goto is None:
            yield Finding(
                ("menu", index),
                (f"le choix « {option.text} » ne mène nulle part", "goto"),
                (f'the choice "{option.text}" leads nowhere', "goto"),
            )


def _unknown(flow: FlowFile, step: Step) -> Iterator[Finding]:
    """Steps and answers that do not exist."""
    for at, name in step.ways():
        if name not in flow.steps:
            yield Finding(
                at,
                (f"il n'y a pas d'étape « {name} »", _one_of(name, flow.steps, "une de ces étapes : {}", "« {} »")),
                (f"there is no step `{name}`", _one_of(name, flow.steps, "one of these steps: {}", "`{}`")),
            )
    for index, branch in enumerate(step.when):
        if branch.field is None and not step.asks:
            yield Finding(("when", index), ("aucune réponse ici", "field"), ("no answer here", "field"))
        elif branch.field is not None and branch.field not in flow.stored:
            yield _no_answer(("when", index, "field"), branch.field, flow.stored)
    for key in ("say", "wrong", "notify"):
        for field in _FIELD.findall(getattr(step, key) or ""):
            if field not in flow.stored and field not in KNOWN_FIELDS:
                yield _no_answer((key,), field, (*KNOWN_FIELDS, *sorted(flow.stored)))


def _unknown_people(step: Step, people: Sequence[str]) -> Iterator[Finding]:
    for index, name in enumerate(step.to):
        if name not in people:
            yield Finding(
                ("to", index),
                (f"« {name} » n'est pas dans l'équipe", _one_of(name, people, "un de ceux-ci : {}", "« {} »")),
                (f'"{name}" is not in the team', _one_of(name, people, "one of these: {}", '"{}"')),
            )


def _no_answer(at: Path, field: str, known: Iterable[str]) -> Finding:
    names = list(known)
    return Finding(
        at,
        (f"« {field} » n'est gardé nulle part", _one_of(field, names, "un de ceux-ci : {}", "« {} »")),
        (f"`{field}` is stored nowhere", _one_of(field, names, "one of these: {}", "`{}`")),
    )


def _unreachable(flow: FlowFile) -> Iterator[Finding]:
    reached, ahead = {flow.first}, [flow.first]
    while ahead:
        for _, name in flow.steps[ahead.pop()].ways():
            if name in flow.steps and name not in reached:
                reached.add(name)
                ahead.append(name)
    for name in (name for name in flow.steps if name not in reached):
        yield Finding(
            ("steps", name),
            (f"rien ne mène à l'étape « {name} »", "un goto vers elle, ou pas d'étape"),
            (f"nothing leads to the step `{name}`", "a goto to it, or no such step"),
        )


def _circles(flow: FlowFile) -> Iterator[Finding]:
    """Steps that would follow one another for ever, because none of them waits for an answer."""
    silent = {
        name: [way for _, way in step.ways() if way in flow.steps and not flow.steps[way].asks]
        for name, step in flow.steps.items()
        if not step.asks
    }
    told: set[str] = set()
    for name in silent:
        circle = _circle(name, silent)
        if circle and told.isdisjoint(circle):
            told |= set(circle)
            shown = " → ".join((*circle, name))
            yield Finding(
                ("steps", name),
                (f"un cercle sans fin et sans question : {shown}", "une question ou une fin sur ce chemin"),
                (f"an endless circle without a question: {shown}", "a question or an end on this way"),
            )


def _circle(start: str, ways: Mapping[str, list[str]]) -> tuple[str, ...]:
    """The steps from `start` back to it; nothing where no way leads back."""
    paths: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while paths:
        path = paths.pop()
        for name in ways[path[-1]]:
            if name == start:
                return path
            if name not in seen:
                seen.add(name)
                paths.append((*path, name))
    return ()


def _one_of(name: str, known: Iterable[str], listed: str, one: str) -> str:
    names = list(known)
    meant = nearest(name, names)
    return one.format(meant) if meant else listed.format(", ".join(names))
