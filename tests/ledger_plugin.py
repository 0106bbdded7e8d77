"""A run is read as theorems and not as dots.

A test says which claim it is about with `@pytest.mark.claim(slug, aspect=...)`, and announces what
it found out about it with `record_property` (ANNOUNCED). Every run ends with a table of the claims.
`pytest -k slug` is about one claim: it reads only the files that can be about it, says each thing
it establishes as it goes, and ends with all that was found. What is announced travels in the
reports' `user_properties`, so it is complete under pytest-xdist too.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

ON_POLICIES = "holds on random policies"
WEAKENED = "refuted when weakened"
ASPECTS = ("derived", "proved", WEAKENED, ON_POLICIES, "simulated", "other")
ANNOUNCED = ("verdict", "questions", "solvers", "rests on", "twin", "counterexample", "policies")
ANNOUNCED += ("tightness", "mutant")
OUTCOMES = ("passed", "skipped", "failed")  # from best to worst
HEADER = ("claim", "verdict", "questions", "twins", "refuted", "policies", "tightest")
HEADER += ("passed", "failed", "skipped")


def claims_of(item: pytest.Item) -> dict[str, str]:
    """Slug -> aspect; of two marks with the same slug the one nearest to the test counts."""
    claims: dict[str, str] = {}
    for mark in item.iter_markers("claim"):
        aspect = mark.kwargs.get("aspect", "other")
        if len(mark.args) != 1 or aspect not in ASPECTS or set(mark.kwargs) - {"aspect"}:
            raise pytest.UsageError(
                f"{item.nodeid}: expected claim(slug, aspect=A) with A one of {ASPECTS}, "
                f"got {mark.args} {mark.kwargs}"
            )
        claims.setdefault(mark.args[0], aspect)
    return claims


def pytest_itemcollected(item: pytest.Item) -> None:
    for slug, aspect in claims_of(item).items():
        item.extra_keyword_matches.add(slug)  # `-k slug` selects it whatever its name
        item.user_properties.append(("claim", [slug, aspect]))


# -- one claim -------------------------------------------------------------------------------------


def claim_asked(config: pytest.Config) -> str | None:
    """The slug, where the run is `pytest -k slug`."""
    word = config.option.keyword
    statement = config.rootpath / "theory" / "statements" / f"{word}.py"
    return word if re.fullmatch("[a-z]\\w*", word) and statement.is_file() else None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Of one claim: the files about every claim, and those with a test marked with this one."""
    slug = claim_asked(config)
    if slug is None or collection_path.suffix != ".py" or collection_path.parent.name == "theorems":
        return None
    return None if f'claim("{slug}"' in collection_path.read_text(encoding="utf-8") else True


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`-k sharp_step` is not about token_sharp_step, and leaves out what is slow."""
    slug = claim_asked(config)
    if slug is not None:
        about = [item for item in items if is_about(item, slug)]
        config.hook.pytest_deselected(items=[item for item in items if item not in about])
        items[:] = about


def is_about(item: pytest.Item, slug: str) -> bool:
    named = re.search(rf"(?<![a-z0-9_]){slug}(?![a-z0-9_])", item.nodeid.partition("[")[2])
    marked = slug in claims_of(item) or (named and not claims_of(item))
    return bool(marked) and item.get_closest_marker("slow") is None


def as_sentence(nodeid: str) -> str:
    """`test_the_kernel_does_not_prove_the_twin[a-b]` as words, with its parameters."""
    name, _, parameters = nodeid.partition("::")[2].partition("[")
    words = name.rpartition("::")[2].removeprefix("test_").replace("_", " ")
    letters = re.sub(
        r"\\(?:u|x)([0-9a-f]{4}|[0-9a-f]{2})", lambda m: chr(int(m[1], 16)), parameters
    )
    return f"{words} [{letters}" if letters else words


# -- all claims ------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    report.user_properties = [  # NumPy scalars do not travel between processes
        (name, float(value) if name == "tightness" and isinstance(value, float) else value)
        for name, value in report.user_properties
    ]
    return report


class Ledger:
    """The worst outcome of each test, and what the tests announced about their claims."""

    def __init__(self, slug: str | None = None) -> None:
        self.slug = slug
        self.terminal: pytest.TerminalReporter | None = None
        self.outcomes: dict[str, str] = {}
        self.properties: defaultdict[str, dict[str, list[Any]]] = defaultdict(dict)

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """No dot for a test that is told as a sentence."""
        told = self.slug is not None and report.when == "call" and report.passed
        return ("passed", "", "") if told else None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        before = self.outcomes.get(report.nodeid, "passed")
        self.outcomes[report.nodeid] = max(before, report.outcome, key=OUTCOMES.index)
        for name in {name for name, _ in report.user_properties}:
            self.properties[report.nodeid][name] = [
                v for n, v in report.user_properties if n == name
            ]
        if self.terminal is not None and report.when == "call" and report.passed:
            aspects = dict(self.properties[report.nodeid].get("claim", []))
            aspect = aspects.get(str(self.slug), "other")
            self.terminal.write_line(f"{aspect:>24}  {as_sentence(report.nodeid)}")

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        if self.slug is not None:
            self.terminal = session.config.pluginmanager.get_plugin("terminalreporter")
            self.terminal.showfspath = False

    def of_claims(self) -> dict[str, dict[str, Any]]:
        """Slug -> outcomes, counted, and by name what the tests that passed announced."""
        found: dict[str, dict[str, Any]] = {}
        for nodeid, properties in self.properties.items():
            outcome = self.outcomes[nodeid]
            for slug, _ in properties.get("claim", []):
                empty: dict[str, Any] = {name: [] for name in ANNOUNCED}
                claim = found.setdefault(slug, {"outcomes": Counter(), **empty})
                claim["outcomes"][outcome] += 1
                for name in ANNOUNCED:
                    if outcome == "passed" or name == "tightness":
                        claim[name] += properties.get(name, [])
        return dict(sorted(found.items()))

    def rows(self) -> list[tuple[str, ...]]:
        """One row per claim, in the order of HEADER."""
        rows = []
        for slug, claim in self.of_claims().items():
            verdict = " and ".join(sorted(set(map(str, claim["verdict"]))))
            counts = sum(claim["questions"]), len(claim["twin"]), len(claim["counterexample"])
            shown = [verdict, *counts, sum(claim["policies"]), largest(claim["tightness"])]
            tested = [str(claim["outcomes"][end]) for end in ("passed", "failed", "skipped")]
            rows.append((slug, *(str(x or "-") for x in shown), *tested))
        return rows

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        rows = self.rows()
        if not rows:
            return
        if self.slug in self.of_claims():
            terminalreporter.section(str(self.slug))
            for line in in_words(self.of_claims()[str(self.slug)]):
                terminalreporter.line(line)
            rows = [row for row in rows if row[0] == self.slug]
        terminalreporter.section("ledger of claims")
        widths = [max(map(len, column)) for column in zip(HEADER, *rows, strict=True)]
        for row in (HEADER, *rows):
            line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            red = row is not HEADER and row[8] != "0"
            terminalreporter.line(line.rstrip() + ("  RED" if red else ""), red=red)
        announced = Counter(row[1] for row in rows if row[1] != "-")
        parts = [f"{count} {verdict}" for verdict, count in sorted(announced.items())]
        parts.append(f"{sum(row[5] != '-' for row in rows)} numerically checked")
        parts.append(f"{sum(row[8] != '0' for row in rows) or 'none'} red")
        terminalreporter.line(f"{len(rows)} claims: {', '.join(parts)}")
        failed = [nodeid for nodeid, outcome in self.outcomes.items() if outcome == "failed"]
        unclaimed = sum("claim" not in self.properties.get(nodeid, {}) for nodeid in failed)
        if unclaimed:
            terminalreporter.line(f"failed tests that name no claim: {unclaimed}", red=True)


def largest(ratios: list[float]) -> str:
    """The largest ratio, and nan where any is: max alone would drop it."""
    worst = max(map(float, ratios), key=lambda r: (math.isnan(r), r), default=None)
    return "-" if worst is None else f"{worst:.6g}"


def in_words(claim: dict[str, Any]) -> list[str]:
    """What was established about one claim; nothing of what was not tested in this run."""
    lines = []
    if claim["verdict"]:
        solvers = ", ".join(f"{name} {a}" for name, a in dict(claim["solvers"]).items())
        lines.append(f"{claim['verdict'][0]}: {sum(claim['questions'])} questions, each {solvers}")
        lines.append(f"rests on {', '.join(dict.fromkeys(claim['rests on']))}")
    if claim["twin"]:
        lines.append(
            f"weakened: none of {len(claim['twin'])} false twins is proved; "
            f"{len(claim['counterexample'])} are refuted by an explicit policy"
        )
    if claim["mutant"]:
        counts = Counter(claim["mutant"])
        found = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
        lines.append(f"attacked: {len(claim['mutant'])} mutants, {found}, as on record")
    if claim["policies"]:
        ratio = f"; tightest ratio {largest(claim['tightness'])}" * bool(claim["tightness"])
        lines.append(f"random policies: holds on {sum(claim['policies'])}{ratio}")
    return lines


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the controller, or a run without workers
        config.pluginmanager.register(Ledger(claim_asked(config)), "ledger-of-claims")
