"""No verdict of `decide` is wrong on inequalities of known truth: a fixed sample of the study in
tests/benchmarks/constructed.py, which puts a thousand of them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from tests.benchmarks.constructed import PATH, WrongVerdict, judge, table
from tests.laws.formulas import Case, constructed

EFFORT = 0.5


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return constructed(np.random.default_rng(17), 24)


@pytest.mark.slow
def test_no_verdict_on_the_sample_is_wrong(cases: list[Case]) -> None:
    found = [judge(case, EFFORT) for case in cases]
    counted = table(found)
    assert counted["questions"] == len(cases)
    assert counted["undecided"] <= len(cases) / 2


def test_a_lie_about_the_truth_is_noticed(cases: list[Case]) -> None:
    false = next(case for case in cases if case.kind == "false")
    with pytest.raises(WrongVerdict, match="refuted"):
        judge(replace(false, truth=True), EFFORT)


def test_the_record_has_a_thousand_and_none_is_wrong() -> None:
    record = json.loads(PATH.read_text(encoding="utf-8"))
    kinds: Counter[str] = Counter()
    for kind, verdicts in record["by kind"].items():
        kinds[kind] = sum(verdicts.values())
        assert ("proved" if kind == "false" else "refuted") not in verdicts
    assert record["questions"] == kinds.total() >= 1000
    assert record["wrong"] == 0
    assert kinds["false"] >= 500 and kinds["tight"] >= (kinds["tight"] + kinds["strict"]) / 3
