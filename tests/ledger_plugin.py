"""The ledger of claims that ends every run: a reader sees theorems and not dots.

A test says which claim it is about with `@pytest.mark.claim(slug, aspect=...)`. What the ledger
needs travels in the reports' `user_properties`, so it is complete under pytest-xdist too.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Generator
from typing import Any

import pytest

ON_POLICIES = "holds on random policies"
ASPECTS = ("derived", "proved", "refuted when weakened", ON_POLICIES, "simulated", "other")
OUTCOMES = ("passed", "skipped", "failed")  # from best to worst
HEADER = ("claim", "verdict", "numerically checked", "passed", "failed", "skipped", "tightness")


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

    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}
        self.properties: defaultdict[str, dict[str, list[Any]]] = defaultdict(dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        seen = self.outcomes.get(report.nodeid, "passed")
        self.outcomes[report.nodeid] = max(seen, report.outcome, key=OUTCOMES.index)
        for name in {name for name, _ in report.user_properties}:
            self.properties[report.nodeid][name] = [
                v for n, v in report.user_properties if n == name
            ]

    def rows(self) -> list[tuple[str, ...]]:
        """One row per claim, in the order of HEADER."""
        outcomes: defaultdict[str, Counter[str]] = defaultdict(Counter)
        numeric: Counter[str] = Counter()
        verdicts: defaultdict[str, set[str]] = defaultdict(set)
        ratios: defaultdict[str, list[float]] = defaultdict(list)
        for nodeid, properties in self.properties.items():
            outcome = self.outcomes[nodeid]
            for slug, aspect in properties.get("claim", []):
                outcomes[slug][outcome] += 1
                numeric[slug] += outcome == "passed" and aspect == ON_POLICIES
                ratios[slug] += map(float, properties.get("tightness", []))
                if outcome == "passed":  # a test that failed announces nothing
                    verdicts[slug].update(map(str, properties.get("verdict", [])))
        rows = []
        for slug, counts in sorted(outcomes.items()):
            verdict = " and ".join(sorted(verdicts[slug])) or "-"
            tested = (str(counts[outcome]) for outcome in ("passed", "failed", "skipped"))
            # the largest, and nan where any is: max alone would drop it
            tightness = max(ratios[slug], key=lambda r: (math.isnan(r), r), default=None)
            shown = "-" if tightness is None else f"{tightness:.6g}"
            rows.append((slug, verdict, str(numeric[slug] or "-"), *tested, shown))
        return rows

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        rows = self.rows()
        if not rows:
            return
        terminalreporter.section("ledger of claims")
        widths = [max(map(len, column)) for column in zip(HEADER, *rows, strict=True)]
        for row in (HEADER, *rows):
            line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            red = row is not HEADER and row[4] != "0"
            terminalreporter.line(line.rstrip() + ("  RED" if red else ""), red=red)
        announced = Counter(row[1] for row in rows if row[1] != "-")
        parts = [f"{count} {verdict}" for verdict, count in sorted(announced.items())]
        parts.append(f"{sum(row[2] != '-' for row in rows)} numerically checked")
        parts.append(f"{sum(row[4] != '0' for row in rows) or 'none'} red")
        terminalreporter.line(f"{len(rows)} claims: {', '.join(parts)}")
        failed = [nodeid for nodeid, outcome in self.outcomes.items() if outcome == "failed"]
        unclaimed = sum("claim" not in self.properties.get(nodeid, {}) for nodeid in failed)
        if unclaimed:
            terminalreporter.line(f"failed tests that name no claim: {unclaimed}", red=True)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the controller, or a run without workers
        config.pluginmanager.register(Ledger(), "ledger-of-claims")
