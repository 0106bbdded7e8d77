"""Imports go one way, so that a wrong proof cannot contaminate the experiment that tests it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from tests.repo.conftest import parsed

PROJECT = ("theory", "numeric", "gpu_checks", "course", "gradgap", "tests")
SOLVERS = ("z3", "cvc5")
CLAIMS = (
    "theory.statements",
    "theory.kernel.statement",
    "theory.evaluate",
    "theory.safe_step",
    "theory.group_thresholds",
    "theory.attack.mutate",
    "theory.attack.weaken",
)  # all an experiment may know
NEUTRAL = ("theory.terminal", "theory.files")  # they know no claim


@dataclass(frozen=True)
class Rule:
    """What a room may not import; and, if `allowed` is given, all it may import of the project."""

    room: str
    forbidden: tuple[str, ...] = ()
    allowed: tuple[str, ...] | None = None


RULES = (
    Rule("theory", forbidden=("numeric", "gpu_checks", "course", "gradgap", "tests", "torch")),
    Rule("theory.kernel", allowed=("theory.kernel",)),
    Rule(
        "theory.statements",
        forbidden=(
            "theory.derivations",
            "theory.proofs",
            "theory.ledger",
            "theory.paper",
            *SOLVERS,
        ),
    ),
    Rule(
        "theory.derivations", forbidden=("theory.proofs", "theory.ledger", "theory.paper", *SOLVERS)
    ),
    Rule("theory.proofs", forbidden=("theory.ledger", "theory.paper", *SOLVERS)),
    Rule("theory.ledger", forbidden=("theory.paper",)),
    Rule("numeric", forbidden=("torch", *SOLVERS), allowed=("numeric", *NEUTRAL, *CLAIMS)),
    Rule(
        "gpu_checks",
        forbidden=SOLVERS,
        allowed=("gpu_checks", "numeric.core.record", *NEUTRAL, *CLAIMS),
    ),
    Rule("course", forbidden=("gpu_checks", "gradgap", "tests", "torch", *SOLVERS)),
)

# What importing a room may not bring into memory by any path of module-level imports.
UNREACHED = {
    "theory": ("torch", *SOLVERS),
    "theory.statements": ("theory.proofs", "theory.ledger", "torch", *SOLVERS),
    "numeric": ("theory.proofs", "theory.ledger", "torch", *SOLVERS),
    "gpu_checks": ("theory.proofs", "theory.ledger", *SOLVERS),
    "course": ("torch", *SOLVERS),
}
LAZY = ("theory", "numeric", "gpu_checks", "course", "sympy", "torch", "numpy", *SOLVERS)
COMMANDS = (
    "gradgap.py",
    "theory/commands.py",
    "theory/paper/commands.py",
    "theory/rocq/command.py",
    "numeric/commands.py",
    "gpu_checks/commands.py",
    "course/commands.py",
    "gpu_checks/lm/commands.py",
    "theory/terminal.py",
)
LIGHT = (
    "theory.commands",
    "theory.paper.commands",
    "theory.rocq.command",
    "numeric.commands",
    "gpu_checks.commands",
    "course.commands",
    "gpu_checks.lm.commands",
    *NEUTRAL,
)  # what they may import of each other


@dataclass(frozen=True)
class Import:
    """`base` is the module named; `full` has the imported name too, which may be a module."""

    base: str
    full: str
    line: int
    at_module_level: bool

    def touches(self, modules: tuple[str, ...]) -> bool:
        return any(within(name, module) for name in (self.base, self.full) for module in modules)


def within(name: str, module: str) -> bool:
    return name == module or name.startswith(module + ".")


def module_name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports(path: str, source: str) -> Iterator[Import]:
    """Every import in the file, in functions and by `import_module("...")` too."""
    package = module_name(path).split(".")
    if not path.endswith("__init__.py"):
        package = package[:-1]

    def visit(node: ast.AST, top: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, alias.name, node.lineno, top)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package[: len(package) - node.level + 1]
                base = ".".join([*parents, base]) if base else ".".join(parents)
            for alias in node.names:
                yield Import(base, f"{base}.{alias.name}", node.lineno, top)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            name = node.args[0].value
            if called in ("import_module", "__import__") and isinstance(name, str):
                yield Import(name, name, node.lineno, top)
        inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        types_only = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for child in ast.iter_child_nodes(node):
            yield from visit(child, top and not inside and not types_only)

    yield from visit(parsed(source), True)


def broken_rules(sources: Mapping[str, str]) -> list[str]:
    """Direct imports that a rule forbids."""
    problems = []
    for path, source in sources.items():
        rules = [rule for rule in RULES if within(module_name(path), rule.room)]
        for found in imports(path, source):
            for rule in rules:
                allowed = PROJECT if rule.allowed is None else rule.allowed
                outside = found.touches(PROJECT) and not found.touches(allowed)
                if outside or found.touches(rule.forbidden):
                    problems.append(f"{path}:{found.line}: {rule.room} imports {found.full}")
    return problems


def loaded(sources: Mapping[str, str], room: str) -> set[str]:
    """What importing all of a room loads, by module-level imports and parent packages."""
    files = {module_name(path): path for path in sources}
    waiting = [module for module in files if within(module, room)]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        if "." in name:
            waiting.append(name.rpartition(".")[0])
        if name in files:
            for found in imports(files[name], sources[files[name]]):
                if found.at_module_level:
                    waiting += [found.base, found.full]
    return reached


def unwanted_loads(sources: Mapping[str, str]) -> list[str]:
    return [
        f"importing {room} loads {module}"
        for room, unwanted in UNREACHED.items()
        for module in sorted(loaded(sources, room))
        if any(within(module, name) for name in unwanted)
    ]


def eager_imports(path: str, source: str) -> list[str]:
    """Imports that make `gradgap --help` pay for rooms it does not use."""
    return [
        f"{path}:{found.line}: {found.full} is imported at module level"
        for found in imports(path, source)
        if found.at_module_level and found.touches(LAZY) and not found.touches(LIGHT)
    ]


@pytest.mark.slow
def test_every_import_follows_the_arrows(sources: dict[str, str]) -> None:
    assert broken_rules(sources) == []


@pytest.mark.slow
def test_no_room_loads_by_a_detour_what_it_may_not_import(sources: dict[str, str]) -> None:
    assert unwanted_loads(sources) == []


@pytest.mark.parametrize("path", COMMANDS)
def test_the_command_line_imports_its_rooms_lazily(sources: dict[str, str], path: str) -> None:
    assert eager_imports(path, sources[path]) == []


PLANTED = [
    *(
        (f"{rule.room.replace('.', '/')}/planted.py", name)
        for rule in RULES
        for name in rule.forbidden
    ),
    ("theory/kernel/planted.py", "theory.pretty"),
    ("theory/kernel/planted.py", "numeric"),
    ("theory/ledger/run.py", "theory.paper.latex"),
    ("numeric/checks/planted.py", "theory.kernel"),
    ("numeric/planted.py", "theory.proofs.theorem_9"),
    ("numeric/planted.py", "gpu_checks.model"),
    ("gpu_checks/planted.py", "theory.kernel.terms"),
    ("gpu_checks/planted.py", "numeric.core.policies"),
]
FORMS = [
    "import {0}",
    "import {0}.something as alias",
    "from {0} import something",
    "from {parent} import {last}",
    "def late():\n    import {0}",
    "class C:\n    def late(self):\n        from {0} import something",
    "import importlib\nimportlib.import_module('{0}')",
]


def planted(form: str, name: str) -> str:
    parent, _, last = name.rpartition(".")
    if "{parent}" in form and not parent:
        return f"import {name}"
    return form.format(name, parent=parent, last=last)


@pytest.mark.parametrize(("path", "name"), PLANTED)
def test_a_planted_import_breaks_its_rule_in_every_form(path: str, name: str) -> None:
    assert [form for form in FORMS if not broken_rules({path: planted(form, name)})] == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("theory/statements/planted.py", "from ..proofs import lemma_9"),
        ("theory/statements/planted.py", "from .. import ledger"),
        ("theory/statements/__init__.py", "from ..proofs.lemma_9 import proof"),
        ("theory/kernel/planted.py", "from ..axioms import AXIOMS"),
        ("numeric/planted.py", "import theory"),
        ("numeric/planted.py", "from theory import *"),
    ],
)
def test_relative_and_whole_package_imports_are_seen(path: str, source: str) -> None:
    assert len(broken_rules({path: source})) == 1


def test_imports_along_the_arrows_break_no_rule() -> None:
    along = {
        "theory/ledger/run.py": "from theory.proofs import lemma_9\nimport theory.kernel.solvers",
        "theory/kernel/solvers.py": "import z3\nfrom . import terms",
        "theory/statements/lemma_9.py": "from theory.kernel.statement import Twin\nimport sympy",
        "numeric/planted.py": "from theory import statements\nfrom .policies import J",
        "gpu_checks/planted.py": "import torch\nfrom numeric.core.record import write",
        "gradgap.py": "def verify():\n    from theory import ledger",
    }
    assert broken_rules(along) == []
    assert eager_imports("gradgap.py", along["gradgap.py"]) == []


@pytest.mark.parametrize(("room", "target"), [(r, t) for r, ts in UNREACHED.items() for t in ts])
def test_a_planted_detour_is_found(room: str, target: str) -> None:
    folder = room.replace(".", "/")
    detour = {
        f"{folder}/planted.py": "from theory.between.far import name",
        "theory/between/__init__.py": f"import {target}",
        "theory/between/far.py": "",
    }
    assert f"importing {room} loads {target}" in unwanted_loads(detour)
    detour["theory/between/__init__.py"] = f"def late():\n    import {target}"
    assert unwanted_loads(detour) == []


@pytest.mark.parametrize("name", LAZY)
@pytest.mark.parametrize(
    "form",
    ["import {0}", "from {0} import x", "try:\n    import {0}\nexcept ImportError:\n    pass"],
)
def test_a_planted_eager_import_is_found(name: str, form: str) -> None:
    assert len(eager_imports("gradgap.py", form.format(name))) == 1
    lazy = "if TYPE_CHECKING:\n    import {0}\ndef f():\n    import {0}"
    assert eager_imports("gradgap.py", lazy.format(name)) == []
