"""Laws of one measured update: what `numeric.core.step` computes is what the paper defines.

The float64 error of `delta_log_odds`. Let u = 2^-53, and let S bound the sum of absolute values of
the terms that are added up in a change of logit d(o), H the same for a logit h(o) and for the
arguments of its nonlinear functions. One sum or product of at most 20 terms gives d with error at
most 40 u S and h with error at most 40 u H, so the conditional weights e^h / sum e^h have relative
error at most 100 u (1 + H). log E[e^d] is 1-Lipschitz in d for the maximum norm, and a relative
error r of the weights moves it by at most r (max d - min d) <= 2 r S. Two such terms, with the
roundings of exp, log and of the final sums, stay below 1000 u (1 + H) S < 1.2e-13 (1 + H) S.
Nothing depends on the success rate. The tests ask for ROUNDING (1 + H) S.
"""

import math
from dataclasses import fields

import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from numeric.core.balls import largest
from numeric.core.policies import LogLinear, NonlinearLogits, Sinusoidal, Tabular
from numeric.core.step import (
    ball_precision,
    draw_step,
    gradient_gap,
    measure_step,
    segment_curvatures,
    segment_smoothness,
    to_balls,
)

ROUNDING = 1000 * 2.0**-53
LOG_ODDS = {"J=1e-12": math.log(1e-12), "J=1/2": 0.0, "1-J=1e-12": -math.log(1e-12)}

seeds = st.integers(0, 2**32 - 1)
at_extreme_and_even_odds = pytest.mark.parametrize("log_odds", LOG_ODDS.values(), ids=LOG_ODDS)


def instance(seed, log_odds=None):
    return draw_step(np.random.default_rng(seed), log_odds)


def sizes(policy, theta, w, eta):
    """S and H of the module docstring."""
    theta, w = np.abs(theta), np.abs(w)
    if isinstance(policy, Sinusoidal):
        wave = abs(policy.amplitude) / policy.frequency
        inner = policy.frequency * (theta + eta * w)[0]
        steep = abs(policy.slope) + abs(policy.amplitude)
        logit = abs(policy.offset) + abs(policy.slope) * theta[0] + wave * (1 + inner)
        return eta * w[0] * steep * (1 + inner), logit
    if isinstance(policy, NonlinearLogits):
        A, B = np.abs(policy.A), np.abs(policy.B)
        inner = (B @ (theta + eta * w)).max()
        H = (A.sum(axis=1) + np.abs(policy.offsets)).max() + inner
        return eta * (A @ (B @ w)).max() * (1 + inner), H
    features = np.abs(policy.features)
    return eta * (features @ w).max(), (features @ theta + np.abs(policy.offsets)).max()


@at_extreme_and_even_odds
@given(seed=seeds)
def test_the_log_odds_step_is_accurate_at_every_success_rate(log_odds, seed):
    policy, theta, w, eta, reward = instance(seed, log_odds)
    step = measure_step(policy, theta, w, eta, reward)
    exact = measure_step(policy, to_balls(theta), w, eta, reward)
    S, H = sizes(policy, theta, w, eta)
    error = abs(exact.delta_log_odds - step.delta_log_odds)
    assert error < ROUNDING * (1 + H) * S + 1e-300
    assert abs(exact.log_odds - step.log_odds) < ROUNDING * (1 + H)
    # Quantities that are themselves small keep their relative accuracy: the log of each is a
    # 1-Lipschitz function of the log odds, and the odds step of size S enters log ratios twice.
    relative = ROUNDING * (1 + H) * (1 + S)
    for name in ("J", "fail", "J_next", "fail_next"):
        measured, claimed = getattr(step, name), getattr(exact, name)
        assert abs(claimed - measured) < 4 * relative * abs(claimed) + 1e-300


@at_extreme_and_even_odds
@given(seed=seeds)
def test_log_ratios_are_as_accurate_as_the_log_odds_step(log_odds, seed):
    # d log(J'/J) / d(change) = 1 - J' and d log((1-J')/(1-J)) / d(change) = -J'; by the mean value
    # theorem a relative error of 1-J or J is passed on once more.
    policy, theta, w, eta, reward = instance(seed, log_odds)
    step = measure_step(policy, theta, w, eta, reward)
    exact = measure_step(policy, to_balls(theta), w, eta, reward)
    S, H = sizes(policy, theta, w, eta)
    with ball_precision():
        up = largest([exact.fail, exact.fail_next])
        down = largest([exact.J, exact.J_next])
        bound = 4 * ROUNDING * (1 + H) * S
        assert abs(exact.log_J_ratio - step.log_J_ratio) < bound * up + 1e-300
        assert abs(exact.log_fail_ratio - step.log_fail_ratio) < bound * down + 1e-300


def test_subtracting_log_odds_loses_the_step_that_is_measured():
    policy = LogLinear([[1.0], [0.0]], [math.log(1e-12), 0.0])
    theta, w, eta, reward = np.zeros(1), np.ones(1), 1e-12, [1, 0]
    subtracted = np.subtract(
        *(np.diff(policy.logits(t)[::-1])[0] for t in (theta + eta * w, theta))
    )
    step = measure_step(policy, theta, w, eta, reward)
    assert step.delta_log_odds == pytest.approx(eta, rel=1e-15, abs=0)
    assert abs(subtracted / eta - 1) > 1e-4


def test_a_shift_of_all_logits_costs_no_accuracy():
    policy = LogLinear([[2.0**20 + 1], [2.0**20]], [math.log(1e-12), 0.0])
    for eta in (2.0**-30, 2.0**-15):
        step = measure_step(policy, np.zeros(1), np.ones(1), eta, [1, 0])
        assert step.delta_log_odds == pytest.approx(eta, rel=1e-14, abs=0)


@pytest.mark.parametrize("log_odds", [-690.0, -5000.0, 690.0])
def test_success_rates_of_1e_minus_300_and_below_are_measured(log_odds):
    policy = LogLinear([[1.0], [0.0]], [log_odds, 0.0])
    step = measure_step(policy, np.zeros(1), np.ones(1), 0.5, [1, 0])
    assert step.log_odds == log_odds and step.delta_log_odds == pytest.approx(0.5)
    rare = step.log_J_ratio if log_odds < 0 else -step.log_fail_ratio
    assert rare == pytest.approx(0.5)
    common = step.fail_next if log_odds < 0 else step.J_next
    assert common == 1 and math.isfinite(step.mean_plus)
    if log_odds > -745:
        assert min(step.J, step.fail) == pytest.approx(math.exp(-690), rel=1e-12, abs=0)


def test_a_step_that_saturates_does_not_overflow():
    policy = LogLinear([[1000.0], [0.0]], [-800.0, 0.0])
    ahead = measure_step(policy, np.zeros(1), np.ones(1), 1000.0, [1, 0])
    behind = measure_step(policy, np.zeros(1), -np.ones(1), 1000.0, [1, 0])
    assert ahead.delta_log_odds == 1e6 and ahead.log_J_ratio == pytest.approx(800)
    assert behind.delta_log_odds == -1e6 and behind.log_J_ratio == pytest.approx(-1e6)
    assert ahead.log_fail_ratio == pytest.approx(800 - 1e6) and behind.log_fail_ratio == 0


@given(seeds)
def test_every_field_is_what_the_paper_defines(seed):
    policy, theta, w, eta, reward = instance(seed)
    step = measure_step(policy, to_balls(theta), w, eta, reward)
    plus, minus = reward == 1, reward == 0
    with ball_precision():
        theta, w, eta = to_balls(theta), to_balls(w), arb(eta)
        before, after = (np.exp(policy.log_probs(t)) for t in (theta, theta + eta * w))
        s = policy.scores(theta) @ w
        J, fail, J_next, fail_next = (p[o].sum() for p in (before, after) for o in (plus, minus))
        mean_plus = before[plus] @ s[plus] / J
        mean_minus = before[minus] @ s[minus] / fail
        definitions = {
            "step_size": eta,
            "J": J,
            "fail": fail,
            "J_next": J_next,
            "fail_next": fail_next,
            "log_odds": (J / fail).log(),
            "log_odds_next": (J_next / fail_next).log(),
            "delta_log_odds": (J_next / fail_next).log() - (J / fail).log(),
            "log_J_ratio": (J_next / J).log(),
            "log_fail_ratio": (fail_next / fail).log(),
            "mean_plus": mean_plus,
            "mean_minus": mean_minus,
            "alignment": mean_plus - mean_minus,
            "max_abs_score": largest(abs(s)),
        }
        assert set(definitions) == {field.name for field in fields(step)}
        for name, definition in definitions.items():
            assert definition.overlaps(getattr(step, name)), name
            assert getattr(step, name).rad() < 1e-30, name


@given(seeds)
def test_the_policy_gradient_is_J_times_1_minus_J_times_the_gap(seed):
    policy, theta, _, _, reward = instance(seed)
    plus = reward == 1
    nudge = 2.0**-100  # truncation below 1e-50 and rounding below 1e-43 at 256 bits

    def success_rate(theta):
        return np.exp(policy.log_probs(theta))[plus].sum()

    with ball_precision():
        theta = to_balls(theta)
        found = gradient_gap(policy, theta, reward)
        pi, scores = np.exp(policy.log_probs(theta)), policy.scores(theta)
        for i, unit in enumerate(to_balls(np.eye(policy.d))):
            ahead, behind = (success_rate(theta + s * nudge * unit) for s in (1, -1))
            slope = (ahead - behind) / (2 * nudge)
            assert abs(slope - found.policy_gradient[i]) < arb("1e-40")
            assert abs(slope - found.J * found.fail * found.gap[i]) < arb("1e-40")
            for mean, mass, class_ in (
                (found.g_plus, found.J, plus),
                (found.g_minus, found.fail, ~plus),
            ):
                assert abs(mean[i] * mass - pi[class_] @ scores[class_, i]) < arb("1e-40")
            assert abs(found.g_plus[i] - found.g_minus[i] - found.gap[i]) < arb("1e-40")


@at_extreme_and_even_odds
def test_the_alignment_is_the_gap_along_the_direction(log_odds):
    for seed in range(20):
        policy, theta, w, eta, reward = instance(seed, log_odds)
        step = measure_step(policy, theta, w, eta, reward)
        found = gradient_gap(policy, theta, reward)
        size = np.abs(policy.logit_gradients(theta) @ np.diag(w)).sum()
        assert found.gap @ w == pytest.approx(step.alignment, rel=1e-9, abs=1e-14 * size)
        assert found.g_plus @ w == pytest.approx(
            step.mean_plus, rel=1e-9, abs=1e-14 * size * step.fail
        )
        assert found.g_minus @ w == pytest.approx(
            step.mean_minus, rel=1e-9, abs=1e-14 * size * step.J
        )
        assert (found.J, found.fail, found.log_odds) == (step.J, step.fail, step.log_odds)


def exceeded(policy, theta, w, eta, bound, samples=60):
    """Whether a sampled curvature of the segment is certainly above `bound`."""
    near_and_far = np.append(np.linspace(0, 1, samples), np.geomspace(1e-6, 1, samples))
    with ball_precision():
        theta, w = to_balls(theta), to_balls(w)
        return any(
            largest(abs(policy.curvatures(theta + arb(eta) * arb(t) * w, w))) > arb(bound)
            for t in near_and_far
        )


@given(seeds)
def test_segment_smoothness_bounds_every_curvature_on_the_segment(seed):
    policy, theta, w, eta, _ = instance(seed)
    bound = segment_smoothness(policy, theta, w, eta, pieces=16)
    assert bound <= policy.smoothness(w)
    assert not exceeded(policy, theta, w, eta, bound)


def exceeding(policy, theta, w, eta, bounds, samples=60):
    """Of which responses some sampled curvature of the segment is certainly above its bound."""
    near_and_far = np.append(np.linspace(0, 1, samples), np.geomspace(1e-6, 1, samples))
    with ball_precision():
        theta, w = to_balls(theta), to_balls(w)
        sampled = [abs(policy.curvatures(theta + arb(eta) * arb(t) * w, w)) for t in near_and_far]
        return {o for row in sampled for o, x in enumerate(row) if x > arb(bounds[o])}


@given(seeds)
def test_segment_curvatures_bound_the_curvature_of_each_response(seed):
    policy, theta, w, eta, _ = instance(seed)
    bounds = segment_curvatures(policy, theta, w, eta, pieces=16)
    assert bounds.shape == (policy.n,)
    assert bounds.max() <= policy.smoothness(w)
    assert exceeding(policy, theta, w, eta, bounds) == set()


def test_a_likely_response_has_the_smaller_curvature_and_half_of_it_is_exceeded():
    # Log odds t + sin t: f'' is not 0, so the curvatures f''(1-J) - f'^2 J(1-J) and
    # -f''J - f'^2 J(1-J) differ.
    policy, theta, w, eta = Sinusoidal(3.0, 1.0, 1.0, 1.0), np.array([1.0]), np.ones(1), 0.5
    bounds = segment_curvatures(policy, theta, w, eta)
    assert bounds[0] < bounds[1] / 2
    assert exceeding(policy, theta, w, eta, bounds) == set()
    assert exceeding(policy, theta, w, eta, bounds / 2) == {0, 1}
    assert exceeding(policy, theta, w, eta, bounds[::-1]) == {1}


@pytest.mark.parametrize("seed", range(8))
def test_half_of_the_segment_smoothness_is_exceeded(seed):
    policy, theta, w, _, _ = instance(seed)
    eta = 1.0 / policy.score_bound(w)
    bound = segment_smoothness(policy, theta, w, eta)
    assert exceeded(policy, theta, w, eta, bound / 2)


@pytest.mark.parametrize("pieces", [1, 4, 64])
def test_segment_smoothness_tightens_as_pieces_are_added(pieces):
    # J runs through 1/2, where the curvature J (1 - J) is 1/4 = the closed form.
    policy, theta, w = LogLinear([[1.0], [0.0]], [0.0, 0.0]), np.array([2.0]), np.ones(1)
    largest_curvature = math.exp(2) / (1 + math.exp(2)) ** 2
    bound = segment_smoothness(policy, theta, w, 2.0, pieces)
    assert largest_curvature <= bound <= 0.25
    assert bound <= largest_curvature * {1: math.inf, 4: 2, 64: 1.05}[pieces]
    assert segment_smoothness(policy, theta, -w, 3.0, pieces) == 0.25


def test_a_step_of_size_zero_changes_nothing():
    policy, theta, w, _, reward = instance(3)
    step = measure_step(policy, theta, w, 0, reward)
    assert step.delta_log_odds == step.log_J_ratio == step.log_fail_ratio == 0
    assert (step.J_next, step.fail_next) == (step.J, step.fail)
    here = np.abs(policy.curvatures(theta, w)).max()
    assert segment_smoothness(policy, theta, w, 0) == pytest.approx(here, rel=1e-9, abs=0)


def test_one_ball_among_the_inputs_makes_every_result_a_ball():
    policy, theta, w, eta, reward = instance(5)
    precision = ctx.prec
    for inputs in ((to_balls(theta), w, eta), (theta, to_balls(w), eta), (theta, w, arb(eta))):
        step = measure_step(policy, *inputs, reward, bits=100)
        assert all(isinstance(getattr(step, field.name), arb) for field in fields(step))
    assert ctx.prec == precision
    step = measure_step(policy, theta, w, eta, reward)
    assert all(type(getattr(step, field.name)) is float for field in fields(step))


def test_random_steps_cover_every_family_and_nine_orders_of_magnitude():
    drawn = [instance(seed) for seed in range(300)]
    assert {type(policy) for policy, *_ in drawn} == {
        LogLinear,
        Tabular,
        Sinusoidal,
        NonlinearLogits,
    }
    sizes_drawn = [eta for *_, eta, _ in drawn]
    assert 1e-6 <= min(sizes_drawn) < 1e-5 and 1e2 < max(sizes_drawn) <= 1e3
    assert {policy.n for policy, *_ in drawn} == set(range(2, 9))
    for policy, theta, w, _, reward in drawn:
        assert theta.shape == w.shape == (policy.d,) and reward.shape == (policy.n,)
        assert sum(x * x for x in to_balls(w)) <= 1
        assert 0 < reward.sum() < policy.n


@pytest.mark.parametrize("log_odds", [*LOG_ODDS.values(), -690.0])
def test_random_steps_start_at_the_log_odds_asked_for(log_odds):
    for seed in range(50):
        policy, theta, _, _, reward = instance(seed, log_odds)
        assert gradient_gap(policy, theta, reward).log_odds == pytest.approx(log_odds, abs=1e-9)


def test_random_steps_are_repeated_by_their_seed():
    first, second = instance(7), instance(7)
    assert measure_step(*first) == measure_step(*second) != measure_step(*instance(8))


POLICY = LogLinear([[1.0], [0.0]], [0.0, 0.0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reward": [0, 0]}, r"success set must not be empty, got reward \[0.0, 0.0\]"),
        ({"reward": [1, 1]}, r"success set must not be full, got reward \[1.0, 1.0\]"),
        ({"reward": [1, 0.5]}, "reward must be 0 or 1, got 0.5"),
        ({"reward": [1, math.nan]}, "reward must be finite, got nan"),
        ({"reward": [1, 0, 0]}, r"reward must have shape \(2\), got \(3,\)"),
        ({"eta": -0.1}, "step size eta must be nonnegative, got -0.1"),
        ({"eta": math.inf}, "step size eta must be finite, got inf"),
        ({"eta": [1.0]}, r"step size eta must have shape \(\), got \(1,\)"),
        ({"theta": np.zeros(2)}, r"theta must have shape \(1\), got \(2,\)"),
        ({"w": np.zeros((1, 1))}, r"direction w must have shape \(1\), got \(1, 1\)"),
        ({"w": [math.nan]}, "direction w must be finite, got nan"),
        ({"theta": to_balls([0.0]), "eta": arb(0, 1)}, "step size eta must be nonnegative"),
    ],
)
def test_a_step_outside_the_setting_is_refused_in_one_line(change, message):
    inputs = {"theta": np.zeros(1), "w": np.ones(1), "eta": 1.0, "reward": [1, 0]} | change
    with pytest.raises(ValueError, match=message) as error:
        measure_step(POLICY, **inputs)
    assert "\n" not in str(error.value)
    if "reward" in change or ("theta" in change and "eta" not in change):
        with pytest.raises(ValueError, match=message):
            gradient_gap(POLICY, inputs["theta"], inputs["reward"])
    if "reward" not in change:
        del inputs["reward"]
        with pytest.raises(ValueError, match=message):
            segment_smoothness(POLICY, **inputs)


def test_other_inputs_outside_the_domain_are_refused():
    with pytest.raises(ValueError, match="number of pieces must be at least 1, got 0"):
        segment_smoothness(POLICY, np.zeros(1), np.ones(1), 1.0, pieces=0)
    with pytest.raises(ValueError, match="target log odds must be finite, got nan"):
        instance(0, math.nan)
