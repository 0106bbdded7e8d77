"""Claims hold on random policies, at every success rate: no tolerance, balls decide.

Every module of `numeric/checks` with a `draw` is tested. An inequality must be certain; an equality
must have sides that overlap and are narrow.
"""

import numpy as np
import pytest
from flint import arb
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numeric.attack.pool import modules
from numeric.checks._base import check, check_hypotheses
from numeric.checks._step import EXTREME_LOG_ODDS, Step, defined, draw, measured, moderate
from numeric.core.balls import ball_precision
from numeric.core.policies import LogLinear
from theory.statements import STATEMENTS

ASPECT = "holds on random policies"
NARROW = 1e-30
"""Largest relative radius of an equality, in balls of at least 256 bits."""

DRAWN = {slug: module for slug, module in modules().items() if hasattr(module, "draw")}
CLAIMS = [pytest.param(slug, marks=pytest.mark.claim(slug, aspect=ASPECT)) for slug in DRAWN]

seeds = st.integers(0, 2**32 - 1)
log_odds_of_success = st.one_of(
    st.floats(-27.6, 27.6), st.sampled_from([-EXTREME_LOG_ODDS, EXTREME_LOG_ODDS])
)


def assert_certain(checks):
    for one in checks:
        assert one.holds is not False, f"certainly false: {one}"
        if one.relation == "eq":
            assert one.width < NARROW, f"too wide to tell: {one}"
        else:
            assert one.holds, f"undecided: {one}"


@pytest.mark.hypothesis  # inside: at full depth in `make test-slow`
@pytest.mark.parametrize("slug", CLAIMS)
def test_holds_on_random_policies(slug, record_property):
    statement = STATEMENTS[slug]
    ratios = [0.0]
    compared = []
    drawn = []

    @given(seeds, log_odds_of_success)
    @example(0, -EXTREME_LOG_ODDS)
    @example(0, EXTREME_LOG_ODDS)
    def holds(seed, log_odds):
        values = DRAWN[slug].draw(np.random.default_rng(seed), log_odds)
        for checks in check_hypotheses(statement, values).values():
            assert_certain(checks)
        checks = check(statement, values)
        assert_certain(checks)
        drawn.append(seed)
        compared.extend(checks)
        ratios.extend(one.tightness for one in checks if one.tightness and one.relation == "le")

    holds()
    assert len(compared) >= len(drawn) >= settings.default.max_examples
    record_property("policies", len(drawn))
    if max(ratios) > 0:
        record_property("tightness", max(ratios))


@given(seeds, log_odds_of_success)
def test_the_two_ways_to_measure_a_step_agree(seed, log_odds):
    step = moderate(draw(np.random.default_rng(seed), log_odds))
    one, other = measured(step), defined(step)
    with ball_precision():
        for name in set(one) & set(other):
            assert arb(one[name]).overlaps(arb(other[name])), name


@pytest.mark.claim("sharp_step", aspect=ASPECT)
def test_the_sharp_step_inequality_is_attained_to_three_parts_in_a_thousand(record_property):
    """Two spread responses against one: near-zero gap, short steps. L is that of the segment."""
    rng = np.random.default_rng(0)
    best = {"lower": 0.0, "upper": 0.0}
    for _ in range(100):
        spread, log_odds = 10 ** rng.uniform(-1, 1), rng.uniform(0, 20)
        features = spread * np.array([[0], [1], [-1 + rng.normal() / 100]])
        eta = float(10 ** rng.uniform(-4, 0) / spread)
        for side, reward in (("lower", [1.0, 0, 0]), ("upper", [0, 1.0, 1.0])):
            policy = LogLinear(features, np.array([log_odds, 0, 0]))
            step = Step(policy, np.zeros(1), np.ones(1), eta, np.array(reward))
            checks = check(STATEMENTS["sharp_step"], measured(step))
            assert_certain(checks)
            found = (one.tightness for one in checks if one.tightness is not None)
            best[side] = max(best[side], *found)
        if min(best.values()) > 0.997:
            break
    record_property("tightness", max(best.values()))
    assert min(best.values()) > 0.997
