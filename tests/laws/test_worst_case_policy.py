"""The worst case over policies: never passed, often attained; and its record over a grid."""

import json
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from flint import arb, arb_series
from hypothesis import assume, given
from hypothesis import strategies as st

from numeric.checks._step import draw, measured
from numeric.core.balls import ball_precision
from numeric.experiments.worst_case import grid
from numeric.experiments.worst_case.policy import attaining_share, drift, on_the_way, smooth
from numeric.experiments.worst_case.program import BITS, Update, closed_form, exact
from numeric.experiments.worst_case.worst_case import PROVED, checked, least_smoothness, worst_case
from tests.depth import examples

TYPICAL = (0.1, 0.5, 1.0, 1.0, 0.5)
LONG = (0.9, 1.0, 1.0, 1.0, 2.5)
UPDATES = [TYPICAL, LONG, (0.9, 0.5, 1.0, 1.0, 0.3), (0.1, -0.5, 1.0, 1.0, 0.5)]
ATTAINED = [case for case in product(UPDATES, (False, True)) if case != (LONG, False)]
seeds = st.integers(0, 2**32 - 1)
both_ends = pytest.mark.parametrize("greatest", [False, True], ids=["least", "greatest"])


def rational(ball):
    """The midpoint of a ball."""
    middle = arb(ball).mid().fmpq()
    return Fraction(int(middle.p), int(middle.q))


@given(seeds)
def test_no_random_policy_goes_beyond_the_worst_case(seed):
    values = measured(draw(np.random.default_rng(seed)))
    J, gap, L, G, eta = (rational(values[name]) for name in ("J", "gap", "L", "G", "eta"))
    enough = 1 + Fraction(1, 10**12)  # midpoints of balls are a little off
    update = Update(J, 1 - J, gap, L * enough, G * enough, eta)
    assume(0 < eta and update.eta * update.G + update.rho < 60)
    with ball_precision(BITS):
        for greatest in (False, True):
            change, _ = closed_form(update, greatest)
            beyond = values["change"] - change if greatest else change - values["change"]
            assert not beyond > 0
        # The constants of a policy are never refused.
        assert update.L >= update.J * update.F * update.gap**2
        assert not least_smoothness(update) > exact(update.L)


def responses(update, binding, share, t):
    """(mass at 0, score at 0, growth of log pi as a series at t, correct) of the policy that
    `attaining_share` describes, straight from its description."""
    G, x = update.G, arb_series([exact(t), 1], 3)
    A, slope, bend = drift(update, binding, share, exact(t))
    free = arb_series([A, slope, bend / 2], 3)
    fall = exact(update.L / 2) * x * x
    found = []
    classes = zip((True, False), (update.J, update.F), update.means, strict=True)
    for correct, mass, mean in classes:
        up = (G + mean) / (2 * G)
        if correct and binding == "correct":
            laws, rest = [(mean, Fraction(1))], -fall
        elif not correct and binding == "incorrect":
            laws, rest = [(G, up), (-G, 1 - up)], fall
        else:
            laws, rest = [(mean, 1 - share), (G, share * up), (-G, share * (1 - up))], free
        found += [(mass * p, s, exact(s) * x + rest, correct) for s, p in laws]
    return found


@pytest.mark.parametrize(("constants", "greatest"), ATTAINED)
def test_the_policy_found_is_a_policy_and_attains_the_extreme(constants, greatest):
    update = checked(*constants)
    with ball_precision(BITS):
        share = attaining_share(update, greatest)
        extreme, _ = closed_form(update, greatest)
        update = update.mirrored() if greatest else update
        _, binding = closed_form(update)
        for k in range(1, 41):
            t = update.eta * k / 40
            policy = responses(update, binding, Fraction(share), t)
            pi = [exact(mass) * growth[0].exp() for mass, _, growth, _ in policy]
            assert abs(sum(pi) - 1) < arb("1e-60")
            scores = [growth[1] for _, _, growth, _ in policy]
            assert abs(sum(p * s for p, s in zip(pi, scores, strict=True))) < arb("1e-60")
            for score, (_, start, _, _) in zip(scores, policy, strict=True):
                assert abs(start) <= update.G
                assert abs(score - exact(start)) < exact(update.L * t) + arb("1e-60")
        J = sum(p for p, (*_, correct) in zip(pi, policy, strict=True) if correct)
        change = (J / (1 - J)).log() - exact(update.J / update.F).log()
        assert abs(change - (-extreme if greatest else extreme)) < arb("1e-60")
        starts = [(exact(mass), exact(s), correct) for mass, s, _, correct in policy]
        plus = sum(m * s for m, s, correct in starts if correct) / exact(update.J)
        minus = sum(m * s for m, s, correct in starts if not correct) / exact(update.F)
        assert abs(plus - minus - exact(update.gap)) < arb("1e-60")


def test_a_policy_that_is_not_smooth_is_not_accepted():
    update = checked(*TYPICAL)
    with ball_precision(BITS):
        assert smooth(update, "correct", Fraction(attaining_share(update)))
        assert smooth(update, "correct", Fraction(0))
        flat = replace(update, L=Fraction(1, 4))
        assert not smooth(flat, "correct", Fraction(1))
        assert not smooth(checked(0.9, 1.0, 1.0, 1.0, 2.5), "correct", Fraction(0))


@examples(400)
@given(seeds)
def test_what_is_accepted_as_smooth_is_smooth(seed):
    rng = np.random.default_rng(seed)
    J, share = rng.uniform(0.01, 0.99), Fraction(rng.choice([0.0, rng.uniform() ** 2]))
    L, G = 10 ** rng.uniform(-0.5, 1.5), 10 ** rng.uniform(0, 0.7)
    update = Update(*map(Fraction, (J, 1 - J, 1.0, L, G, 10 ** rng.uniform(-3, 0.7) / L)))
    with ball_precision(BITS):
        _, binding = closed_form(update)
        parts = [Fraction(k, 50) for k in range(1, 51)] + [Fraction(1, 4**k) for k in range(3, 12)]
        times = [exact(update.eta * part) for part in parts]
        slopes = [abs(drift(update, binding, share, t)[1]) / t for t in times]
        rough = any(not slope <= exact(update.L) for slope in slopes)
        calm = all(slope < exact(update.L * Fraction(9, 10)) for slope in slopes)
        accepted = smooth(update, binding, share)
    assert not (accepted and rough) and (accepted or not calm)


@both_ends
def test_one_time_on_the_way_is_the_program_of_the_laws_and_more_times_stay_inside(greatest):
    for constants in (TYPICAL, LONG):
        update = checked(*constants)
        change = float(closed_form(update, greatest)[0])
        assert on_the_way(update, 1, greatest) == pytest.approx(change, abs=1e-7)
        later = on_the_way(update, 8, greatest)
        assert (change - later if greatest else later - change) > -1e-7


def test_where_no_policy_is_found_policies_stay_short_of_the_laws():
    found = worst_case(*LONG)
    assert not found.least.attained and found.greatest.attained
    assert on_the_way(checked(*LONG), 16) > found.least.change + 1


# -- the record ------------------------------------------------------------------------------------


RECORDED = json.loads(grid.RESULTS.read_text(encoding="utf-8"))


def test_the_recorded_results_are_those_of_the_command():
    assert RECORDED["command"] == grid.COMMAND and RECORDED["columns"] == list(grid.COLUMNS)
    for line in RECORDED["rows"][::40]:
        J, L, square, step, *numbers = line
        again = list(grid.row(worst_case(J, 1.0, L, (square * L) ** 0.5, step / L)))
        known = [k for k, x in enumerate(numbers) if x is not None]
        assert known == [k for k, x in enumerate(again) if x is not None]
        assert [again[k] for k in known] == pytest.approx([numbers[k] for k in known], rel=1e-4)
    parts = {k: v for k, v in RECORDED["summary"].items() if "used" in k or "tightest" in k}
    again = grid.summary(RECORDED["rows"])
    assert {k: again[k] for k in parts} == parts


def test_no_recorded_worst_case_uses_more_than_is_allowed():
    for slug, side in product(PROVED, grid.SIDES):
        assert all(x is None or x <= 1 + 1e-5 for x in grid.used(RECORDED["rows"], slug, side))


def test_the_figure_is_drawn(tmp_path):
    grid.draw(RECORDED, tmp_path / "worst_case.png")
    assert (tmp_path / "worst_case.png").read_bytes().startswith(b"\x89PNG")
