"""The course notes say what the code says: names, commands, links, numbers and pictures.

A page ties itself to the code in five ways, and each is checked:

    `code spans`                      slugs, modules, files and commands that exist
    Claims: `slug`, ...               every claim belongs to exactly one chapter
    | claim | without | conclusion |  recomputed from the instances of numeric/checks
    ```console                        $ gradgap ... is run; each line shown is in its output
    ```python                         run where it says what it prints: print(...)  # 0.5
"""

from __future__ import annotations

import importlib
import re
import runpy
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread
from typer.main import get_command
from typer.testing import CliRunner

import gradgap
from course.site.counters import left_by
from numeric.attack.necessity import recorded_necessity
from numeric.core.policies import LogLinear
from numeric.core.step import measure_step
from numeric.course import pictures
from theory.kernel.axioms import AXIOMS
from theory.kernel.rules import FACTS, RULES
from theory.statements import STATEMENTS
from theory.statements._joint import JOINTS

ROOT = Path(__file__).resolve().parents[2]
NOTES = ROOT / "proofs_notes"
PAGES = {path.relative_to(ROOT).as_posix(): path.read_text() for path in NOTES.rglob("*.md")}
PAGES["README.md"] = (ROOT / "README.md").read_text()
CHAPTERS = {name: text for name, text in PAGES.items() if "/chapters/" in name}

FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
MATH = re.compile(r"\$[^$\n]+\$")
NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")
DOTTED = re.compile(r"(?:theory|numeric)(?:\.\w+)+")
FILE = re.compile(r"[\w.<>-]+(?:/[\w.<>-]+)*/?")
SUFFIXES = (".py", ".md", ".json", ".png", ".csv", ".toml")


def fenced(text: str, language: str) -> list[str]:
    return [body for kind, body in FENCE.findall(text) if kind == language]


def spans(text: str) -> list[str]:
    """Code spans outside code blocks."""
    return re.findall(r"`([^`\n]+)`", FENCE.sub("", text))


# -- names -----------------------------------------------------------------------------------------


def dangling(page: str, text: str, slugs: Iterable[str] = (*STATEMENTS, *JOINTS)) -> list[str]:
    """Code spans that look like a name, a module, a file or a command, and are none."""
    hypotheses = {h.name for s in STATEMENTS.values() for h in s.hypotheses}
    names = {*slugs, *RULES, *FACTS, *AXIOMS, *hypotheses}
    return [span for span in spans(text) if not _stands(span, (ROOT / page).parent, names)]


def _stands(span: str, folder: Path, names: set[str]) -> bool:
    words = span.split()
    if NAME.fullmatch(span):
        return span in names
    if DOTTED.fullmatch(span):
        return is_object(span)
    if span.startswith(("gradgap ", "python -m ", "pytest ")):
        return is_command(words, names)
    if FILE.fullmatch(span) and (span.endswith(SUFFIXES) or span.split("/")[0] in _rooms()):
        path = span.replace("<slug>", "sharp_step")
        return any((place / path).exists() for place in (ROOT, NOTES, folder))
    return True


def _rooms() -> set[str]:
    return {path.name for path in ROOT.iterdir() if path.is_dir()}


def is_object(dotted: str) -> bool:
    """A module of the project, or something in one."""
    module, found = dotted, None
    while found is None and module:
        try:
            found = importlib.import_module(module)
        except ModuleNotFoundError:
            module = module.rpartition(".")[0]
    names = dotted[len(module) :].split(".")[1:]
    for name in names:
        found = getattr(found, name, None)
    return found is not None


@cache
def commands() -> Any:
    return get_command(gradgap.app)


def is_command(words: Sequence[str], names: set[str]) -> bool:
    """``gradgap`` with a known command, its options and claims that exist; a module that exists
    for ``python -m``; names that exist for ``pytest -k``."""
    if words[0] == "python":
        return find_spec(words[2]) is not None  # without importing it: it may need torch
    if words[0] == "pytest":
        return words[1] == "-k" and all(word in names for word in words[2:])
    command, rest = commands(), words[1:]
    if rest and rest[0] in ("-h", "--help", "--version"):
        return len(rest) == 1
    while hasattr(command, "commands"):  # a group: gradgap, gradgap simulate
        if not rest or rest[0] not in command.commands:
            return False
        command, rest = command.commands[rest[0]], rest[1:]
    known = {o for parameter in command.params for o in parameter.opts}
    given = [word for word in rest if re.match(r"--?[A-Za-z]", word)]
    claims = [word for word in rest if NAME.fullmatch(word)]
    return set(given) <= known and set(claims) <= names


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_names_exists(page: str) -> None:
    assert dangling(page, PAGES[page]) == []


@pytest.mark.parametrize(
    "planted",
    [
        "`sharp_stop`",
        "`numeric.worst_cases`",
        "`theory.proofs.sharp_step.proof`",
        "`numeric.core.policies.Policy.curves`",
        "`numeric/checks/sharp_stop.py`",
        "`theory/statments/<slug>.py`",
        "`nowhere.md`",
        "`gradgap tresholds`",
        "`gradgap --hlep`",
        "`gradgap simulate walk`",
        "`gradgap simulate bandit --T 8`",
        "`gradgap threshold --J 0.1 --gap 1 --L 1 --H 1`",
        "`gradgap explain sharp_stop`",
        "`python -m numeric.picture`",
        "`pytest -k sharp_stop`",
    ],
)
def test_a_dangling_name_is_found(planted: str) -> None:
    sound = (
        "`sharp_step`, `numeric.core.step.measure_step`, `numeric/checks/<slug>.py`, `tests/laws`, "
    )
    sound += "`gradgap explain sharp_step --steps`, `exp_tangent`, `normalised`, `J`, `README.md`"
    assert dangling("proofs_notes/errata.md", sound) == []
    assert dangling("proofs_notes/errata.md", f"{sound} {planted}") == [planted.strip("`")]


# -- every claim in one chapter --------------------------------------------------------------------


def claimed(text: str) -> list[str]:
    """The slugs of a chapter's line ``Claims:``, ended by an empty line; there may be none."""
    found = re.search(r"^Claims: (.*?)\n\n", text, re.MULTILINE | re.DOTALL)
    return re.findall(r"`(\w+)`", found.group(1)) if found else []


def misfiled(chapters: Mapping[str, str], slugs: Iterable[str]) -> list[str]:
    """Claims that are not in exactly one chapter, and chapters without the line ``Claims:``."""
    listed = {name: claimed(text) for name, text in chapters.items()}
    homes = {slug: [name for name, found in listed.items() if slug in found] for slug in slugs}
    wrong = [f"{slug} in {len(at)} chapters" for slug, at in homes.items() if len(at) != 1]
    unknown = [s for found in listed.values() for s in found if s not in homes]
    silent = [f"{name} has no line" for name, text in chapters.items() if "\nClaims: " not in text]
    return wrong + unknown + silent


def test_every_claim_is_in_exactly_one_chapter() -> None:
    assert misfiled(CHAPTERS, STATEMENTS) == []


def test_a_missing_a_doubled_and_an_unknown_claim_are_found() -> None:
    one, two = "# One\n\nClaims: `a`,\n`b`.\n\nText `d`.", "# Two\n\nClaims: `c`.\n\nText."
    assert misfiled({"1": one, "2": two}, "abc") == []
    assert misfiled({"1": one, "2": two}, "abcd") == ["d in 0 chapters"]
    assert misfiled({"1": one, "2": two + one}, "abc") == []
    assert misfiled({"1": one, "2": one, "3": two}, "ac") == ["a in 2 chapters", "b", "b"]
    assert misfiled({"1": one, "2": two, "3": "# Three\n\nClaims: none.\n\n"}, "abc") == []
    assert misfiled({"1": one, "2": two, "3": "# Three\n"}, "abc") == ["3 has no line"]


# -- links -----------------------------------------------------------------------------------------


def dead_links(folder: Path, text: str) -> list[str]:
    """Targets of links and images, relative to the folder of the page, that are not there."""
    prose = MATH.sub("", FENCE.sub("", text))
    targets = re.findall(r"\]\(([^)\s]+)\)", prose)
    local = [target.partition("#")[0] for target in targets if "://" not in target]
    return [target for target in local if target and not (folder / target).exists()]


@pytest.mark.parametrize("page", PAGES)
def test_links_and_images_lead_somewhere(page: str) -> None:
    assert dead_links((ROOT / page).parent, PAGES[page]) == []


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "here.md").touch()
    text = (
        "[a](here.md) [b](here.md#part) [c](https://example.org/x) ![d](gone.png) [e](../x/no.md)"
    )
    assert dead_links(tmp_path, text) == ["gone.png", "../x/no.md"]


# -- what is left of a claim without a hypothesis --------------------------------------------------

HEADER = "| claim | without | conclusion |"


def rows(text: str) -> Iterator[tuple[str, str, str]]:
    """Claim, hypothesis and conclusion of each row of a table under HEADER."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith(HEADER):
            next(lines)
            for row in lines:
                if not row.startswith("|"):
                    break
                cells = [cell.strip().strip("`") for cell in row.split("|")]
                yield cells[1], cells[2], cells[3]


def without(slug: str, hypothesis: str) -> str:
    """What the recorded instance makes of the conclusion: the first comparison that fails."""
    verdict = recorded_necessity()[slug][hypothesis]
    if verdict != "needed":
        return verdict
    instance = importlib.import_module(f"numeric.checks.{slug}").COUNTERS[f"drop {hypothesis}"]()
    return left_by(instance, STATEMENTS[slug])


@pytest.mark.slow
@pytest.mark.parametrize("page", CHAPTERS)
def test_what_is_left_without_a_hypothesis_is_what_the_instance_leaves(page: str) -> None:
    for slug, hypothesis, conclusion in rows(CHAPTERS[page]):
        assert without(slug, hypothesis) == conclusion, (slug, hypothesis)


def test_a_wrong_number_in_a_table_is_found() -> None:
    table = (
        f"{HEADER} why |\n| --- | --- | --- | --- |\n| `sharp_step` | `smooth` | -1 ≤ -2 | x |\n"
    )
    ((slug, hypothesis, conclusion),) = rows(table)
    assert without(slug, hypothesis) == "-0.01 ≤ -1" != conclusion
    assert without("sharp_step", "interior") == "undefined"
    assert without("lemma_1", "short") == "not found necessary"


# -- runs ------------------------------------------------------------------------------------------


def runs(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each ``$ gradgap ...`` of a console block, with the lines that it shows; ... is left out."""
    for block in fenced(text, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *shown = (" ".join(line.split()) for line in part.splitlines())
            if command.startswith("gradgap "):
                yield command, [line for line in shown if line not in ("", "...")]


def output_of(command: str) -> list[str]:
    """The lines that a command prints where there is room, with single spaces."""
    result = CliRunner(env={"COLUMNS": "200"}).invoke(gradgap.app, shlex.split(command)[1:])
    assert result.exit_code == 0, (command, result.output)
    return [" ".join(line.split()) for line in result.output.splitlines()]


def unprinted(shown: Sequence[str], printed: Iterable[str]) -> list[str]:
    """Lines that are shown and not printed in this order."""
    remaining = iter(printed)
    return [line for line in shown if line not in remaining]


COMMANDS = [(page, *run) for page, text in PAGES.items() for run in runs(text)]


@pytest.mark.slow
@pytest.mark.parametrize(("page", "command", "shown"), COMMANDS, ids=lambda x: str(x)[:60])
def test_a_pasted_run_is_what_the_command_prints(page: str, command: str, shown: list[str]) -> None:
    assert unprinted(shown, output_of(command)) == []


def test_a_stale_run_is_found() -> None:
    page = "```console\n$ gradgap threshold --J 0.1\n  a   1\n...\n  c   3\n$ ls\nx\n```\n"
    assert list(runs(page)) == [("gradgap threshold --J 0.1", ["a 1", "c 3"])]
    assert unprinted(["a 1", "c 3"], ["a 1", "b 2", "c 3"]) == []
    assert unprinted(["a 1", "c 4"], ["a 1", "b 2", "c 3"]) == ["c 4"]
    assert unprinted(["c 3", "a 1"], ["a 1", "b 2", "c 3"]) == ["a 1"]


def printing(text: str) -> list[tuple[str, list[str]]]:
    """Python blocks that say what they print, with what they say."""
    says = re.compile(r"^print\(.*\)  # (.+)$", re.MULTILINE)
    return [(body, says.findall(body)) for body in fenced(text, "python") if says.search(body)]


@pytest.fixture
def printed_by(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[str], list[str]]:
    """The lines that a program prints."""

    def run(program: str) -> list[str]:
        file = tmp_path / "program.py"
        file.write_text(program)
        runpy.run_path(str(file))
        return capsys.readouterr().out.splitlines()

    return run


PROGRAMS = [(page, *block) for page, text in PAGES.items() for block in printing(text)]


@pytest.mark.parametrize(("page", "program", "said"), PROGRAMS, ids=lambda x: str(x)[:60])
def test_a_program_prints_what_the_page_says(page, program, said, printed_by) -> None:
    assert printed_by(program) == said


def test_a_program_that_prints_something_else_is_found(printed_by) -> None:
    ((program, said),) = printing("```python\nprint(1 + 1)  # 3\n```\n```python\nprint(1)\n```\n")
    assert printed_by(program) == ["2"] != said


# -- pictures --------------------------------------------------------------------------------------

DIFFERENT = 0.125
SHARE = 1e-3
"""Fonts and lines are smoothed a little differently by other builds of the renderer. A pixel
counts as different from an eighth of full intensity on, and one in a thousand may be; a curve that
moves by a few pixels changes more than that."""


def stale(old: bytes, new: bytes) -> bool:
    """Whether two png images differ in size, or in more than the allowed share of pixels."""
    first, second = (imread(BytesIO(image), format="png")[..., :3] for image in (old, new))
    if first.shape != second.shape:
        return True
    return bool(np.mean(np.abs(first - second).max(axis=-1) > DIFFERENT) > SHARE)


@pytest.mark.slow
def test_every_committed_picture_is_drawn_by_code_and_shown_in_a_chapter(drawn) -> None:
    committed = {path.name for path in (NOTES / "figures").glob("*.png")}
    assert committed == set(drawn)
    shown = {name for text in PAGES.values() for name in re.findall(r"figures/(\w+\.png)\)", text)}
    assert shown == committed


@pytest.mark.slow
def test_a_committed_picture_is_what_the_code_draws(drawn) -> None:
    kept = {path.name: path.read_bytes() for path in (NOTES / "figures").glob("*.png")}
    assert [name for name in kept if stale(kept[name], drawn[name])] == [], "run make figures"


def test_a_stale_picture_is_found() -> None:
    figure = pictures.PICTURES["expansion"]()
    before = pictures.as_image(figure)
    assert not stale(before, pictures.as_image(pictures.PICTURES["expansion"]()))
    line = figure.axes[0].lines[2]
    line.set_ydata(np.asarray(line.get_ydata()) * 1.1)
    assert stale(before, pictures.as_image(figure))
    figure.set_size_inches(8, 4)
    assert stale(before, pictures.as_image(figure))


@pytest.mark.parametrize("eta", [0.1, 2 / 3, 1.2])
def test_the_curves_are_what_the_policies_do(eta: float) -> None:
    bandit = LogLinear(np.array([[0.5], [1], [-1]]), np.log([0.5, 0.25, 0.25]))
    start, w = np.zeros(1), np.ones(1)
    step = measure_step(bandit, start, w, eta, np.array([1, 0, 0]))
    assert pictures.three_arms(np.array([eta])) == pytest.approx([float(step.delta_log_odds)])
    two = LogLinear(np.array([[1.0], [0]]), np.log([0.9, 0.1]))
    gain = measure_step(two, start, w, eta / 0.25 * 0.1, np.array([1, 0])).log_J_ratio
    drawn_gain = pictures.relative_gain(0.9, np.array([eta])) * 0.1**2 / 0.25
    assert drawn_gain == pytest.approx([float(gain)])
