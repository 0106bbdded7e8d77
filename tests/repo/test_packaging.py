"""The set-up says one thing in each of its files, and the theory installs without torch."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

EXTRAS = {
    "gpu": {"torch"},
    "bench": {"torch", "trl", "transformers"},
    "lm": {"torch", "transformers", "gguf", "reasoning-gym"},
    "test": {"pytest", "pytest-xdist", "hypothesis", "ruff", "mypy"},
}
TARGETS = ("verify", "test", "test-all", "recheck", "lint", "clean", "help")
PARTS = ('$(CLAIMS) -m "not slow"', '-m "rest and not slow"', '-m "slow or hypothesis"')
CHECKERS = ("ruff format --check", "ruff check", "mypy")
CI = ("make test", "make test-rest", "make lint", "make rocq")


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def extras_problems(pyproject: dict[str, Any]) -> list[str]:
    project = pyproject["project"]
    optional = {extra: names(needs) for extra, needs in project["optional-dependencies"].items()}
    in_both = names(project["dependencies"]) & set().union(*optional.values())
    problems = [f"{name} is both core and extra" for name in sorted(in_both)]
    if "torch" in names(project["dependencies"]):
        problems.append("the core depends on torch")
    for extra, needs in EXTRAS.items():
        lacking = needs - optional.get(extra, set())
        problems += [f"extra {extra} lacks {name}" for name in sorted(lacking)]
    return problems


def pins(constraints: str) -> dict[str, str]:
    """Canonical name -> specifier, of every line that is not blank or a comment."""
    lines = (line.partition("#")[0].strip() for line in constraints.splitlines())
    requirements = [Requirement(line) for line in lines if line]
    return {canonicalize_name(need.name): str(need.specifier) for need in requirements}


def pin_problems(pyproject: dict[str, Any], constraints: str) -> list[str]:
    pinned = pins(constraints)
    project = pyproject["project"]
    needs = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    problems = [f"{name} is not pinned" for name in sorted(names(needs) - set(pinned))]
    for name, specifier in pinned.items():
        if not re.fullmatch(r"==[0-9][0-9a-z.]*", specifier):
            problems.append(f"{name}{specifier} is not an exact public version")
    for need in map(Requirement, needs):
        version = pinned.get(canonicalize_name(need.name), "").removeprefix("==")
        if version and not need.specifier.contains(version, prereleases=True):
            problems.append(f"{need} does not admit its pin {version}")
    return problems


def job_problems(makefile: str, ci: str) -> list[str]:
    """What the Makefile and .ci/run must agree on."""
    rules = dict(re.findall(r"^([a-z-]+):([^\n]*(?:\n\t[^\n]*)*)", makefile, flags=re.MULTILINE))
    phony = " ".join(re.findall(r"^\.PHONY:(.*)$", makefile, flags=re.MULTILINE)).split()
    problems = [f"no target {name}" for name in TARGETS if name not in rules or name not in phony]
    problems += [f".ci/run leaves out {job}" for job in CI if not re.search(rf'"{job}"', ci)]
    if not re.search(r"^set -euo pipefail$", ci, flags=re.MULTILINE):
        problems.append(".ci/run goes on after a failure")
    if "gradgap verify" not in rules.get("verify", ""):
        problems.append("make verify does not verify")
    if [*re.findall(r"\$\(PYTEST\) (.*?\") [-$]", makefile)] != [*PARTS]:
        problems.append("make test, test-rest and test-slow do not add up to all tests")
    problems += [f"make lint leaves out {x}" for x in CHECKERS if x not in rules.get("lint", "")]
    if "-c constraints.txt" not in makefile:
        problems.append("make installs without the constraints")
    return problems


@pytest.fixture(scope="module")
def pyproject(project_root: Path) -> dict[str, Any]:
    return tomllib.loads((project_root / "pyproject.toml").read_text(encoding="utf-8"))


def test_torch_is_an_extra_and_the_core_does_not_need_it(pyproject: dict[str, Any]) -> None:
    assert extras_problems(pyproject) == []


def test_every_dependency_is_pinned_exactly(pyproject: dict[str, Any], project_root: Path) -> None:
    constraints = (project_root / "constraints.txt").read_text(encoding="utf-8")
    assert pin_problems(pyproject, constraints) == []


def test_the_makefile_and_the_ci_run_agree(project_root: Path) -> None:
    makefile = (project_root / "Makefile").read_text(encoding="utf-8")
    ci = project_root / ".ci" / "run"
    assert job_problems(makefile, ci.read_text(encoding="utf-8")) == []
    assert os.access(ci, os.X_OK)


def test_the_licence_is_present_and_is_the_one_declared(
    pyproject: dict[str, Any], project_root: Path
) -> None:
    project = pyproject["project"]
    assert project["license"] == "MIT"
    assert project["license-files"] == ["LICENSE"]
    assert (project_root / "LICENSE").read_text(encoding="utf-8").startswith("MIT License\n")


def test_the_command_and_the_packages_are_declared(pyproject: dict[str, Any]) -> None:
    tool = pyproject["tool"]["setuptools"]
    assert pyproject["project"]["scripts"] == {"gradgap": "gradgap:main"}
    assert tool["py-modules"] == ["gradgap"]
    assert {"theory*", "numeric*", "gpu_checks*", "course*"} <= set(
        tool["packages"]["find"]["include"]
    )
    assert tool["package-data"]["theory"] == [
        *("**/*.json", "paper/*.bib", "paper/*.md", "rocq/*.v"),
    ]


SOUND: dict[str, Any] = {
    "project": {
        "dependencies": ["numpy>=2"],
        "optional-dependencies": {name: sorted(needs) for name, needs in EXTRAS.items()},
    }
}
OTHERS = sorted(set().union(*EXTRAS.values()) - {"torch"})
SOUND_PINS = "numpy==2.1\ntorch==2.6.0\n" + "".join(f"{name}==1.0\n" for name in OTHERS)


def with_project(**changes: Any) -> dict[str, Any]:
    return {"project": SOUND["project"] | changes}


def test_torch_in_the_core_or_a_thin_extra_is_found() -> None:
    assert extras_problems(SOUND) == []
    core = with_project(dependencies=["numpy>=2", "Torch>=2"])
    assert "the core depends on torch" in extras_problems(core)
    thin = with_project(**{"optional-dependencies": {"gpu": ["torch"], "test": ["pytest"]}})
    assert "extra test lacks mypy" in extras_problems(thin)


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("numpy==2.1\n", "", "numpy is not pinned"),
        ("numpy==2.1", "numpy>=2.1", "numpy>=2.1 is not an exact public version"),
        ("numpy==2.1", "numpy==2.*", "numpy==2.* is not an exact public version"),
        ("torch==2.6.0", "torch==2.6.0+cpu", "torch==2.6.0+cpu is not an exact public version"),
        ("numpy==2.1", "numpy==1.26", "numpy>=2 does not admit its pin 1.26"),
    ],
)
def test_a_missing_loose_or_wrong_pin_is_found(before: str, after: str, problem: str) -> None:
    assert pin_problems(SOUND, SOUND_PINS) == []
    assert problem in pin_problems(SOUND, SOUND_PINS.replace(before, after))


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("Makefile", "gradgap verify", "gradgap explain"),
        ("Makefile", '"not slow"', '"not slow and not gpu"'),
        ("Makefile", "rest and not slow", "rest"),
        ("Makefile", '"slow or hypothesis"', '"slow"'),
        ("Makefile", "-m mypy", "-m doctest"),
        ("Makefile", "-c constraints.txt", ""),
        ("Makefile", "recheck:", "again:"),
        ("Makefile", ".PHONY: verify", ".PHONY:"),
        (".ci/run", '"make test"', '"make verify"'),
        (".ci/run", '"make lint"', ""),
        (".ci/run", '"make test-rest"', ""),
        (".ci/run", '"make rocq"', ""),
        (".ci/run", "set -euo pipefail", ""),
    ],
)
def test_a_job_that_does_something_else_is_found(
    project_root: Path, file: str, before: str, after: str
) -> None:
    texts = {
        name: (project_root / name).read_text(encoding="utf-8") for name in ("Makefile", ".ci/run")
    }
    assert before in texts[file]
    texts[file] = texts[file].replace(before, after)
    assert job_problems(texts["Makefile"], texts[".ci/run"]) != []


HIDDEN = """
import sys, pytest
from importlib.machinery import PathFinder
find = PathFinder.find_spec
PathFinder.find_spec = lambda name, *rest: None if name == "torch" else find(name, *rest)
sys.exit(pytest.main())
"""


@pytest.mark.slow
def test_without_torch_all_but_tests_gpu_is_there_and_one_line_says_what_to_install(
    project_root: Path,
) -> None:
    command = [sys.executable, "-c", HIDDEN, "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=project_root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:]
    lines = done.stdout.splitlines()
    skipped = [line for line in lines if line.startswith("SKIPPED")]
    assert len(skipped) == 1 and "tests/gpu" in skipped[0] and "pip install" in skipped[0]
    rooms = {line.split("/")[1] for line in lines if "::" in line}
    assert rooms == {"kernel", "laws", "repo", "theorems"}
