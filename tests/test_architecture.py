"""Who may import whom, read from the sources without running them."""

import ast
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("gateway", "sessions", "plugins", "cli", "lab")

# What a package may import of ours, beside itself and plugins.api; nobody may import cli or lab.
ALLOWED = {
    "gateway": (
        "sessions.spec",
        "sessions.start",
        "sessions.protocol",
        "sessions.rpc",
        "sessions.descriptors",
        "sessions.times",
        "sessions.durable",
        # The process that changes a tenant's data key: only it touches the journal, which is a worker's otherwise.
        "sessions.rekeying",
        # `tenant add` writes a tenant's first files.
        "plugins.templates",
        # One way to read a TOML file and to say what is wrong in it.
        "plugins.toml_file",
        "plugins.faults",
        "plugins.numbers",
        # What is an editor's own file, and no tenant's.
        "plugins.folder",
        # What workers print ends in the daemon, redacted.
        "sessions.output",
        "sessions.log_line",
        "sessions.redaction",
    ),
    "sessions": ("plugins",),
    "plugins": (),
    "cli": (
        "gateway.client",
        "gateway.paths",
        "gateway.settings",
        # One redaction for logs and for the reports that are made of them.
        "sessions.redaction",
    ),
    "lab": (),
}

# Commands that are their target: they import it inside the function, so that the others start without it.
LATE = {
    # An open file among a call's parameters.
    "cli.files": ("sessions.descriptors",),
    "cli.media": ("sessions.descriptors",),
    "cli.installation": ("gateway", "plugins", "sessions"),
    "cli.plugins": ("plugins",),
    # Amounts as customers read them.
    "cli.render.orders": ("plugins",),
    # An order's states as customers read them.
    "cli.render.trace_shop": ("plugins",),
    "cli.lab": ("lab",),
    "cli.demo": ("lab", "gateway"),
    # The doctor looks where the daemon does, with the daemon's own eyes, and never into a journal.
    "cli.doctor.looking": (
        "gateway",
        "plugins.faults",
        "plugins.checking",
        "sessions.neonize_guard",
        "sessions.protocol",
    ),
}
# These are imported late as a whole, so that they may import early.
LATE_AS_A_WHOLE = ("cli.demo", "cli.doctor.looking")

# What docs/plugins.md offers to everybody who writes a plugin.
_FOR_PLUGINS = (
    "api", "text", "reading", "language", "sounds", "vocabulary", "wording", "patterns", "phrases", "opening", "folder",
    "faults", "toml_file", "shop", "models", "builtin",
)  # fmt: skip
FOR_PLUGINS = tuple(f"comptoir.plugins.{module}" for module in _FOR_PLUGINS)

# Above all else, the Go library ends up in the process that imports neonize.
NEONIZE = (
    "sessions.link",
    "sessions.client",
    "sessions.neonize_guard",
    "sessions.media.reference",
    "lab.protobufs",
    "lab.tokens",
)


@dataclass(frozen=True, slots=True)
class Import:
    """One import: where it stands, what it names, and whether it runs when the module is imported."""

    module: str
    line: int
    name: str
    late: bool

    def __str__(self) -> str:
        return f"{self.module.replace('.', '/')}.py:{self.line} imports {self.name}"


def modules() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            name = ".".join(part for part in parts if part != "__init__")
            yield name, ast.parse(file.read_text(encoding="utf-8"), str(file))


def imports_of(module: str, tree: ast.Module) -> Iterator[Import]:
    """Every import statement and every import by a written name; those for type checkers count as late."""

    def walk(node: ast.AST, late: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            for name in imported_names(child):
                yield Import(module, getattr(child, "lineno", 0), name, late)
            yield from walk(child, late or isinstance(child, FUNCTIONS) or for_types_only(child))

    yield from walk(tree, False)


FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def imported_names(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(origin), names=names, level=0):
            # `from comptoir.gateway import client` names a module too.
            return [f"{origin}.{alias.name}" for alias in names]
        case ast.ImportFrom(level=level) if level:
            return ["a relative name"]
        case ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]):
            if ast.unparse(function).endswith(("import_module", "find_spec", "__import__")):
                return [name]
    return []


def within(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def forbidden(found: Import) -> bool:
    """Whether an import of ours goes against the directions."""
    package, target = found.module.split(".")[0], found.name.removeprefix("comptoir.")
    if within(target, (package, "plugins.api")):
        return False
    if within(target, ALLOWED[package]):
        return False
    return not any(
        (found.late or owner in LATE_AS_A_WHOLE) and within(found.module, (owner,)) and within(target, targets)
        for owner, targets in LATE.items()
    )


@cache
def imports() -> Sequence[Import]:
    """All there are. Not read where tests are only collected, which every process does."""
    return [found for module, tree in modules() for found in imports_of(module, tree)]


def ours() -> Sequence[Import]:
    return [found for found in imports() if within(found.name, ("comptoir",))]


def faults(found: Iterator[Import]) -> str:
    return "\n".join(map(str, found))


def test_the_reading_finds_imports() -> None:
    source = """
import comptoir.lab.server
if TYPE_CHECKING:
    from comptoir.gateway import client
def command():
    import importlib
    importlib.import_module("neonize")
    async def inner():
        from . import sibling
"""
    found = [(one.line, one.name, one.late) for one in imports_of("cli.x", ast.parse(source))]
    assert found == [
        (2, "comptoir.lab.server", False),
        (4, "comptoir.gateway.client", True),
        (6, "importlib", True),
        (7, "neonize", True),
        (9, "a relative name", True),
    ]


@pytest.mark.parametrize(
    ("module", "name", "late", "wrong"),
    [
        ("gateway.supervisor", "comptoir.sessions.spec.WorkerSpec", False, False),
        ("gateway.supervisor", "comptoir.sessions.worker", True, True),
        ("gateway.supervisor", "comptoir.lab.server", True, True),
        ("sessions.runner", "comptoir.plugins.loading", False, False),
        ("sessions.runner", "comptoir.gateway.paths", True, True),
        ("plugins.loading", "comptoir.sessions.journal", True, True),
        ("cli.tenants", "comptoir.gateway.client.Client", False, False),
        ("cli.tenants", "comptoir.gateway.daemon", True, True),
        ("cli.tenants", "comptoir.plugins.api.Reply", False, False),
        ("cli.doctor.looking.daemon", "comptoir.gateway.locks.holder", False, False),
        ("cli.doctor.looking.daemon", "comptoir.sessions.journal", True, True),
        ("cli.doctor.tenants", "comptoir.gateway.locks.holder", True, True),
        ("cli.lab", "comptoir.lab.client", True, False),
        ("cli.lab", "comptoir.lab.client", False, True),
        ("cli.installation", "comptoir.gateway.setup", False, True),
        ("lab.server", "comptoir.gateway.paths", True, True),
        ("plugins.builtin.welcome", "comptoir.cli", True, True),
    ],
)
def test_the_rules_say_what_the_design_says(module: str, name: str, late: bool, wrong: bool) -> None:
    assert forbidden(Import(module, 1, name, late)) is wrong


def test_imports_go_in_the_directions_of_the_design() -> None:
    assert ours()
    assert not faults(found for found in ours() if forbidden(found))


def test_the_pages_of_the_plugin_api_stand_alone() -> None:
    pages = ("plugins.api", "plugins.models", "plugins.shop.model")
    named = tuple(f"comptoir.{page}" for page in pages)
    assert not faults(found for found in ours() if found.module in pages and not within(found.name, named))


def test_built_ins_use_what_any_plugin_may() -> None:
    built_in = [found for found in ours() if within(found.module, ("plugins.builtin",))]
    assert built_in
    assert not faults(found for found in built_in if not within(found.name, FOR_PLUGINS))


@pytest.mark.parametrize("package", LATE_AS_A_WHOLE)
def test_what_imports_early_is_imported_late(package: str) -> None:
    outside = (found for found in ours() if not within(found.module, (package,)))
    assert not faults(found for found in outside if within(found.name, (f"comptoir.{package}",)) and not found.late)


def test_only_the_link_its_client_what_guards_them_and_what_reads_its_protobufs_touch_neonize() -> None:
    touching = [found for found in imports() if within(found.name, ("neonize",))]
    assert touching
    assert not faults(found for found in touching if not within(found.module, NEONIZE))


def test_the_link_imports_neonize_late() -> None:
    # It is preloaded in the forkserver, and nothing there may start the Go library.
    early = (found for found in imports() if within(found.name, ("neonize",)) and not found.late)
    assert not faults(early)


def test_imports_are_absolute_and_trio_is_the_only_loop() -> None:
    banned = ("a relative name", "asyncio", "anyio")
    assert not faults(found for found in imports() if within(found.name, banned))


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        # A command answers in a fifth of a second only without these.
        (
            "comptoir.cli.main",
            ("trio", "pydantic", "cryptography", "neonize", "comptoir.lab", "comptoir.sessions"),
        ),
        ("comptoir.gateway.client", ("trio", "pydantic", "cryptography", "rich", "typer")),
        # The Go library may end the process that it lives in, and the journal belongs to the workers.
        ("comptoir.gateway.daemon", ("neonize", "sqlcipher3", "comptoir.lab", "comptoir.sessions.worker")),
        # A stand-in for the server that another project can use alone.
        ("comptoir.lab.serve", ("neonize", "comptoir.gateway", "comptoir.sessions", "comptoir.plugins")),
    ],
)
def test_what_importing_a_module_brings_along(module: str, absent: tuple[str, ...]) -> None:
    code = f"import sys, {module}; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    loaded = done.stdout.split()
    assert module in loaded
    assert not [name for name in loaded if within(name, absent)]
