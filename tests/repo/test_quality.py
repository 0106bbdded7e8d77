"""Short files; no code from strings; no unseeded randomness; `make lint` sees what it should."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.repo.conftest import parsed

LONG = 500
LONGER = {"theory/inequality/normal.py": "one reader, whose parts call each other"}
"""Files of more than LONG lines, each with the reason why it is one file."""
RUNS_STRINGS = ("eval", "exec", "sympify", "_sympify", "parse_expr")
SEEDED = {
    "numpy.random": (
        "BitGenerator",
        "Generator",
        "MT19937",
        "PCG64",
        "PCG64DXSM",
        "Philox",
        "SFC64",
        "SeedSequence",
        "default_rng",
    ),
    "random": ("Random",),
}
NEEDS_A_SEED = ("numpy.random.default_rng", "numpy.random.SeedSequence", "random.Random")


def run_tool(root: Path, *arguments: str, source: str | None = None) -> tuple[int, str]:
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, cwd=root, input=source, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def long_files(sources: Mapping[str, str], reasons: Mapping[str, str] = LONGER) -> list[str]:
    """Long files without a reason, and reasons without a long file."""
    long = {path for path, text in sources.items() if len(text.splitlines()) > LONG}
    given = {path for path, reason in reasons.items() if reason.strip()}
    return sorted(long ^ given)


def code_from_strings(sources: Mapping[str, str]) -> list[str]:
    """Uses of what runs its argument as code; SymPy's parsers do. `model.eval(x)` does not."""
    problems = []
    for path, text in sources.items():
        for node in ast.walk(parsed(text)):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                name = node.id
            elif isinstance(node, ast.Attribute):
                builtin = isinstance(node.value, ast.Name) and node.value.id == "builtins"
                name = node.attr if builtin or node.attr not in ("eval", "exec") else ""
            elif isinstance(node, ast.alias):
                name = node.name
            else:
                continue
            if name in RUNS_STRINGS:
                problems.append(f"{path}:{node.lineno}: {name}")
    return problems


def dotted_names(tree: ast.Module) -> Iterator[tuple[ast.expr, str]]:
    """Names and attributes with their aliases resolved: `np.random.x` is `numpy.random.x`."""
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                target = alias.name if alias.asname else alias.name.partition(".")[0]
                aliases[alias.asname or target] = target
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                aliases[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def resolve(node: ast.expr) -> str | None:
        if isinstance(node, ast.Name):
            return aliases.get(node.id)
        if isinstance(node, ast.Attribute):
            value = resolve(node.value)
            return value and f"{value}.{node.attr}"
        return None

    for node in ast.walk(tree):
        if isinstance(node, ast.expr) and (name := resolve(node)):
            yield node, name


def unseeded_randomness(sources: Mapping[str, str]) -> list[str]:
    """Uses of a global generator, generators without a seed, and generators shared by a module."""
    problems = []
    for path, text in ((path, text) for path, text in sources.items() if "random" in text):
        tree = parsed(text)
        names: dict[int, str] = {}
        for expression, name in dotted_names(tree):
            names[id(expression)] = name
            module, _, function = name.rpartition(".")
            if module in SEEDED and function not in SEEDED[module]:
                problems.append(f"{path}:{expression.lineno}: {name} uses the global generator")
        in_functions = {
            id(inner)
            for outer in ast.walk(tree)
            if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for inner in ast.walk(outer)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or names.get(id(node.func)) not in NEEDS_A_SEED:
                continue
            name = names[id(node.func)]
            if not node.args and not node.keywords:
                problems.append(f"{path}:{node.lineno}: {name} without a seed")
            if id(node) not in in_functions:
                problems.append(f"{path}:{node.lineno}: {name} shared by the whole module")
    return problems


@pytest.mark.parametrize(
    ("arguments", "source"),
    [
        (("ruff", "check", "--stdin-filename", "theory/planted.py", "-"), "import os\n"),
        (("ruff", "format", "--check", "--stdin-filename", "theory/planted.py", "-"), "x=1\n"),
    ],
    ids=["lint", "format"],
)
def test_ruff_finds_a_planted_fault(
    project_root: Path, arguments: tuple[str, ...], source: str
) -> None:
    status, _ = run_tool(project_root, *arguments, source=source)
    assert status == 1


@pytest.mark.slow
def test_mypy_is_strict_in_the_kernel_and_checks_elsewhere(
    project_root: Path, tmp_path: Path
) -> None:
    kernel = tmp_path / "theory" / "kernel"
    kernel.mkdir(parents=True)
    for package in (kernel.parent, kernel):
        (package / "__init__.py").touch()
    (kernel / "planted.py").write_text("def untyped(x):\n    return x\n")
    (kernel.parent / "untyped.py").write_text("def untyped(x):\n    return x\n")
    (kernel.parent / "wrong.py").write_text("def wrong():\n    return 1 + ''\n")
    settings = ("--config-file", str(project_root / "pyproject.toml"), "--no-incremental")
    status, output = run_tool(tmp_path, "mypy", *settings, "theory")
    assert status == 1
    found = {
        Path(line.partition(":")[0]).name for line in output.splitlines() if ": error:" in line
    }
    assert found == {"planted.py", "wrong.py"}


def test_a_long_file_has_a_reason(sources: dict[str, str]) -> None:
    assert long_files(sources) == []


@pytest.mark.slow
def test_no_code_is_run_from_a_string(sources: dict[str, str]) -> None:
    rooms = {path: text for path, text in sources.items() if not path.startswith("tests/")}
    assert code_from_strings(rooms) == []


@pytest.mark.slow
def test_all_randomness_is_seeded(sources: dict[str, str]) -> None:
    assert unseeded_randomness(sources) == []


def test_a_long_file_without_a_reason_and_a_reason_without_a_long_file_are_found() -> None:
    short, long = "x = 1\n" * LONG, "x = 1\n" * (LONG + 1)
    assert long_files({"a.py": short, "b.py": long}, {"b.py": "one table"}) == []
    assert long_files({"a.py": long}, {}) == long_files({"a.py": long}, {"a.py": " "}) == ["a.py"]
    assert long_files({"a.py": short}, {"a.py": "one table"}) == ["a.py"]


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("eval('1')", 1),
        ("exec('1')", 1),
        ("run = eval", 1),
        ("import builtins\nbuiltins.exec('1')", 1),
        ("import sympy\nsympy.sympify('x')", 1),
        ("import sympy as sp\ndef f(s):\n    return sp.parsing.sympy_parser.parse_expr(s)", 1),
        ("from sympy import sympify as harmless", 1),
        ("model.eval(x); network.eval()", 0),
        ("'eval(1)'  # eval(1)", 0),
        ("def evaluate(x): return x\nevaluate(1)", 0),
    ],
)
def test_planted_code_from_strings_is_found(source: str, count: int) -> None:
    assert len(code_from_strings({"planted.py": source})) == count


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("import numpy as np\nnp.random.seed(0)", 1),
        ("import numpy\ndef f():\n    return numpy.random.normal()", 1),
        ("from numpy.random import rand\nrand()", 1),
        ("from numpy import random as r\nr.uniform()", 1),
        ("import random\nrandom.shuffle([])", 1),
        ("from random import choice\nchoice([1])", 1),
        ("import numpy as np\ndef f():\n    return np.random.default_rng()", 1),
        ("import numpy as np\nRNG = np.random.default_rng(0)", 1),
        ("import random\ndef f():\n    return random.Random()", 1),
        ("import numpy as np\ndef f(seed):\n    return np.random.default_rng(seed)", 0),
        ("import numpy as np\ndef f(g: np.random.Generator):\n    return g.normal()", 0),
        ("def f(random):\n    return random.shuffle([])", 0),
        ("import torch\ndef f(g):\n    return torch.rand(3, generator=g)", 0),
    ],
)
def test_planted_randomness_is_found(source: str, count: int) -> None:
    assert len(unseeded_randomness({"planted.py": source})) == count
