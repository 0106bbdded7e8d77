"""Safe and collapsing step sizes: in order, from the statements, and attained by the instances."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from numeric.experiments.collapse import sharpness as module
from numeric.experiments.collapse.constructions import Violated, certify, theorem_2
from numeric.experiments.collapse.landscapes import exact, ridge
from numeric.experiments.collapse.sharpness import RESULTS, as_json, draw, spread, thresholds
from theory.kernel.terms import var


def named(found, name):
    return next(t.value for t in found if t.name == name)


def test_the_numbers_are_those_written_by_hand() -> None:
    found = thresholds()
    assert named(found, "the paper, condition (15a)") == pytest.approx(1 / 18)
    assert named(found, "eta_safe, J rises") == 2
    assert named(found, "the paper, Theorem 2") == 30
    assert named(found, "one parameter, C^{1,1}") == 4
    assert spread(found) == pytest.approx({"paper": 540, "ours": 1})


@given(st.floats(1.001, 1e6))
def test_the_printed_collapse_is_above_the_safe_step_while_the_score_bound_is_moderate(ratio):
    """The scope of Theorem 2: G^2 <= 29 L."""
    assume(not math.isclose(ratio, 29, rel_tol=1e-9))
    found = thresholds(ratio)
    safe = max(t.value for t in found if t.side == "safe")
    collapse = min(t.value for t in found if t.side == "collapse")
    assert (safe <= collapse) == (ratio <= 29)


@pytest.mark.parametrize("ratio", [0.5, -1, math.nan, math.inf])
def test_a_score_bound_below_the_root_is_refused(ratio) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        thresholds(ratio)


def test_the_ridge_collapses_just_above_its_threshold_and_not_just_below() -> None:
    def instance(units):
        gap, L = "1/1000", 1
        eta = exact(units) / 1000
        return theorem_2("1/2", gap, L, eta, landscape=ridge(gap, L, eta), printed=False)

    certify(instance("2001/1000"))
    with pytest.raises((Violated, ValueError)):
        certify(instance("1999/1000"))


def test_a_planted_threshold_is_noticed(monkeypatch) -> None:
    late = replace(module.overshooting_sharp.LATE, formula=var("gap") <= var("eta") * var("L"))
    monkeypatch.setattr(module.overshooting_sharp, "LATE", late)
    assert spread(thresholds())["ours"] < 1


def test_the_figure_and_the_record_are_made() -> None:
    found = thresholds()
    assert json.loads(RESULTS.read_text()) == as_json(found)
    assert draw(found).startswith(b"\x89PNG")
    assert len(as_json(found)["thresholds"]) == len(found)
