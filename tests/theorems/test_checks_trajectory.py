"""The numeric checks of trajectories and sums: drawn instances are valid, wrong values are seen.

That the claims hold on what is drawn, and fail on the counterexamples, is tested for all claims at
once in test_random_policies.py and test_twins_numeric.py.
"""

import math
from functools import cache
from importlib import import_module

import numpy as np
import pytest
from flint import arb
from hypothesis import settings

from numeric.checks._base import check
from numeric.checks._trajectory import (
    Start,
    draw_direction,
    fixed_size,
    trajectory,
    trajectory_values,
)
from numeric.core.policies import LogLinear
from numeric.core.step import ball_precision
from theory.evaluate import BALLS, comparisons
from theory.statements import STATEMENTS

ASPECT = "holds on random policies"
SEEDS = range(max(12, 2 * settings.default.max_examples // 5))
LOG_ODDS = (None, 27.6, *(pytest.param(f, marks=pytest.mark.slow) for f in (-27.6, 3.0)))

EVERY_STEP = {
    "theorem_1a": ("forward", "weak", "summable"),
    "theorem_1a_sharp": ("forward", "weak", "summable"),
    "theorem_1b": ("forward", "adapted"),
    "theorem_1b_sharp": ("forward", "adapted"),
    "theorem_1b_limit": ("forward", "adapted"),
    "theorem_1b_sharp_limit": ("forward", "adapted"),
    "corollary_1": ("uniform",),
    "theorem_3": ("forward", "adapted", "short"),
    "theorem_3_sharp_limit": ("forward", "adapted"),
}
LIMITS = ("theorem_1b_limit", "theorem_1b_sharp_limit", "theorem_3_sharp_limit")
DRAWN = (
    *EVERY_STEP,
    "jensen_exp",
    "hoeffding_lemma",
    "cauchy_schwarz",
    "regularity_along_direction",
    "multi_prompt",
    "constant_rate",
)


def claims(slugs):
    return pytest.mark.parametrize(
        "slug", [pytest.param(s, marks=pytest.mark.claim(s, aspect=ASPECT)) for s in slugs]
    )


@cache
def drawn(slug, seed, log_odds=None):
    module = import_module(f"numeric.checks.{slug}")
    return module.draw(np.random.default_rng(seed), log_odds)


def at_every_step(slug, name, values):
    """The comparisons of a hypothesis `for all k: ...` at each step of the run."""
    formula = next(h.formula for h in STATEMENTS[slug].hypotheses if h.name == name)
    assert formula.op == "forall"
    step, body = formula.args
    with ball_precision():
        for k in range(values["K"] + 1):
            yield from comparisons(body, {**values, step.data: k}, BALLS)


def certain(c):
    with ball_precision():
        return bool(c.left < c.right) if c.relation == "lt" else bool(c.left <= c.right)


@pytest.mark.slow
@claims(EVERY_STEP)
@pytest.mark.parametrize("log_odds", LOG_ODDS)
def test_drawn_trajectories_satisfy_their_hypotheses_at_every_step(slug, log_odds):
    for seed in SEEDS:
        values = drawn(slug, seed, log_odds)
        for name in EVERY_STEP[slug]:
            found = list(at_every_step(slug, name, values))
            assert len(found) == values["K"] + 1 >= 6
            assert all(map(certain, found)), (name, seed)


@pytest.mark.parametrize(
    ("slug", "name", "wrong"),
    [
        ("theorem_1b", "adapted", {"L": 1e9}),
        ("theorem_1b_sharp", "adapted", {"L": 1e9}),
        ("theorem_1a", "weak", {"C0": 0}),
        ("theorem_1a", "summable", {"C1": 0}),
        ("corollary_1", "uniform", {"least_gap": 1e9}),
    ],
)
def test_a_violated_hypothesis_is_seen(slug, name, wrong):
    values = {**drawn(slug, 0), **{key: arb(x) for key, x in wrong.items()}}
    assert not all(map(certain, at_every_step(slug, name, values)))


@claims(LIMITS)
def test_the_first_step_with_enough_gap_is_the_first(slug):
    for seed in SEEDS:
        values = drawn(slug, seed)
        M, N, K = values["M"], values["N"], values["K"]
        for part in (0, 0.3, 0.999, 1.001):
            B = M(K) * part
            assert all(M(k) >= B for k in range(N(B), K + 1))
            assert all(not M(k) >= B for k in range(min(N(B), K + 1)))


@claims(LIMITS)
def test_tolerances_are_drawn_on_both_sides_of_what_the_gap_is_enough_for(slug):
    compared = {len(check(STATEMENTS[slug], drawn(slug, seed))) for seed in range(24)}
    assert compared == {0, 2}


@claims(EVERY_STEP)
@pytest.mark.parametrize("log_odds", LOG_ODDS[1:])
def test_trajectories_start_at_the_log_odds_asked_for(slug, log_odds):
    for seed in SEEDS:
        values = drawn(slug, seed, log_odds)
        with ball_precision():
            start = (values["J"](0) / values["F"](0)).log()
        assert float(start) == pytest.approx(log_odds, abs=1e-9)


def test_drawn_steps_go_along_the_gap_and_against_it():
    signs = [
        math.copysign(1, float(values["gap"](k)))
        for values in (drawn("theorem_1b", seed) for seed in SEEDS)
        for k in range(1, values["K"])
    ]
    assert 0.1 < signs.count(-1) / len(signs) < 0.5


PLANTED = {
    "theorem_1a": lambda v: {"J": lambda k: v["J"](0) if k == 0 else arb(1)},
    "theorem_1a_sharp": lambda v: {"J": lambda k: v["J"](0) if k == 0 else arb(1)},
    "theorem_1b": lambda v: {"J": lambda k: v["J"](0)},
    "theorem_1b_sharp": lambda v: {"J": lambda k: v["J"](0)},
    "theorem_1b_limit": lambda v: {"F": lambda k: v["F"](0) if k == 0 else 2 * v["eps"]},
    "theorem_1b_sharp_limit": lambda v: {"F": lambda k: v["F"](0) if k == 0 else 2 * v["eps"]},
    "corollary_1": lambda v: {"F": lambda k: v["F"](0) if k == 0 else v["F"](0) / v["J"](0)},
    "theorem_3": lambda v: {"J": lambda k: v["J"](0)},
    "theorem_3_sharp_limit": lambda v: {"F": lambda k: v["F"](0) if k == 0 else 2 * v["eps"]},
    "jensen_exp": lambda v: {"mean_exp": v["mean"].exp() * (1 - arb(2) ** -100)},
    "hoeffding_lemma": lambda v: {
        "moment": (v["u"] * v["mean"] + v["G"] ** 2 * v["u"] ** 2 / 2).exp() * (1 + arb(2) ** -100)
    },
    "cauchy_schwarz": lambda v: {
        "dot": (v["norm2_a"] * v["norm2_b"]).sqrt() * (1 + arb(2) ** -100)
    },
    "regularity_along_direction": lambda v: {"s": v["G"] * (1 + arb(2) ** -100)},
    "multi_prompt": lambda v: {
        "objective_next": v["objective"] + v["eta"] * v["slope"] - v["A"] * v["L"] * v["eta"] ** 2
    },
    "constant_rate": lambda v: {"J_next": v["J"] * (1 - arb(2) ** -100)},
}


@claims(DRAWN)
def test_a_planted_wrong_value_is_seen(slug):
    for seed in range(10):
        values = drawn(slug, seed)
        with ball_precision():
            planted = {**values, **PLANTED[slug](values)}
        found = check(STATEMENTS[slug], planted)
        assert not found or any(c.holds is False for c in found)
        assert all(c.holds for c in check(STATEMENTS[slug], values))


def exact_text(value, values):
    if isinstance(value, range | int | list):
        return str(value)
    if callable(value):
        by_step = "K" in values
        places = range(values["K"] + 1) if by_step else values.get("Response", range(1))
        return [exact_text(value(place), values) for place in places]
    return arb(value).str(80, radius=True)


@claims(DRAWN)
def test_the_same_seed_draws_the_same_instance(slug):
    one, other, different = (
        {n: exact_text(x, v) for n, x in v.items() if n != "N"}
        for v in (drawn.__wrapped__(slug, seed) for seed in (7, 7, 8))
    )
    assert one == other != different


# -- one trajectory, recomputed slowly from the definitions ---------------------------------------


def slow_trajectory(features, offsets, reward, theta, size, updates, rng):
    """J, 1 - J and the gap at each step, by loops over responses, in floats."""
    found, responses, coordinates = [], range(len(reward)), range(len(theta))
    right = [o for o in responses if reward[o]]
    wrong = [o for o in responses if not reward[o]]
    for k in range(updates + 1):
        weights = [
            math.exp(offsets[o] + sum(features[o][i] * theta[i] for i in coordinates))
            for o in responses
        ]
        pi = [weight / sum(weights) for weight in weights]
        mean = [sum(pi[o] * features[o][i] for o in responses) for i in coordinates]
        J, F = sum(pi[o] for o in right), sum(pi[o] for o in wrong)
        gap = [
            sum(pi[o] * (features[o][i] - mean[i]) for o in right) / J
            - sum(pi[o] * (features[o][i] - mean[i]) for o in wrong) / F
            for i in coordinates
        ]
        w = draw_direction(rng, np.array(gap), k == 0)
        found.append((J, F, sum(w[i] * gap[i] for i in coordinates)))
        theta = [theta[i] + size * w[i] for i in coordinates]
    return found


def test_a_trajectory_agrees_with_a_slow_float_computation():
    features = [[1.0, 0.5], [-0.5, 2.0], [0.25, -1.0], [0.0, 0.75]]
    offsets, reward, theta, size = [0.5, -1.0, 0.0, 0.25], [1.0, 0.0, 1.0, 0.0], [0.3, -0.2], 0.7
    start = Start(LogLinear(features, offsets), np.array(theta), np.array(reward), arb(4), arb(4))
    points = trajectory(np.random.default_rng(3), start, 12, fixed_size(size))
    values = trajectory_values(points)
    slow = slow_trajectory(features, offsets, reward, theta, size, 12, np.random.default_rng(3))
    for k, numbers in enumerate(slow):
        for name, number in zip(("J", "F", "gap"), numbers, strict=True):
            assert float(values[name](k)) == pytest.approx(number, rel=1e-10), (name, k)
    M = sum(max(gap, 0) * size for _, _, gap in slow[:-1])
    assert float(values["M"](values["K"])) == pytest.approx(M, rel=1e-10)
    assert float(points[-1].eta) == 0
