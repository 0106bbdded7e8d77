"""Laws of the two stages: what the expected update does, for every policy, reward and step."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.random import SeedSequence

from numeric.experiments.two_stage.two_stage import (
    BANDITS,
    BEST,
    BINARY,
    CENTRED,
    GOOD,
    GRADED,
    MEDIOCRE,
    MIN,
    MINUS_ONE,
    NEVER,
    NORMALISED,
    READINGS,
    Bandit,
    advantages,
    ascend,
    counts_of,
    entropy,
    expected_update,
    mean_and_sd,
    moments,
    pass_at,
    sample,
    softmax,
    switch_margin,
    uniforms,
)

seeds = st.integers(0, 2**32 - 1)


def drawn(seed, n=3, binary=False):
    """A policy over n tokens, rewards with some ties, and a step over many scales."""
    rng = np.random.default_rng(seed)
    p = softmax(rng.normal(size=n) * rng.choice([0.5, 2, 5]))
    R = rng.integers(0, 2 if binary else 6, n) / (1 if binary else 5)
    assume(R.max() > R.min())
    return p, R, 10 ** rng.uniform(-3, 3)


def update(p, R, reading=CENTRED):
    return expected_update(p, advantages(reading, R, *mean_and_sd(p, R)))


def after(p, R, eta, reading=CENTRED):
    return softmax(np.log(p) + eta * update(p, R, reading))


# -- the expected update ---------------------------------------------------------------------------


@given(seeds, st.floats(-3, 3))
@pytest.mark.claim("logit_gradient")
def test_a_token_gains_in_proportion_to_its_own_probability_whatever_the_baseline(seed, c):
    p, R, _ = drawn(seed, n=5)
    V = p @ R
    by_definition = sum(
        p[b] * (R[b] - c) * ((np.arange(5) == b).astype(float) - p) for b in range(5)
    )
    assert by_definition == pytest.approx(p * (R - V), abs=1e-14)
    assert expected_update(p, R - c) == pytest.approx(p * (R - V), abs=1e-14)
    assert update(p, R, CENTRED) == pytest.approx(update(p, R, MINUS_ONE), abs=1e-15)


@given(seeds)
@pytest.mark.claim("logit_gradient")
def test_the_update_is_the_derivative_of_the_mean_reward(seed):
    p, R, _ = drawn(seed, n=4)
    theta, h = np.log(p), 1e-6
    slopes = [(softmax(theta + h * e) - softmax(theta - h * e)) @ R / (2 * h) for e in np.eye(4)]
    assert update(p, R) == pytest.approx(slopes, abs=1e-9)


@given(seeds, st.sampled_from([CENTRED, NORMALISED, MINUS_ONE]))
@pytest.mark.claim("tabular_ascent")
def test_no_step_of_any_length_lowers_the_mean_reward(seed, reading):
    p, R, eta = drawn(seed, n=5)
    assert after(p, R, eta, reading) @ R >= p @ R - 1e-14


def test_negative_only_with_graded_rewards_can_lower_the_mean_reward():
    p, R = np.array([0.9, 0.05, 0.05]), np.array([0.44, 0.0, 1.0])
    assert R[0] < p @ R and update(p, R, MIN)[0] > 0
    assert after(p, R, 1.0, MIN) @ R > p @ R
    assert after(p, R, 1000.0, MIN) @ R < p @ R - 1e-3
    assert after(p, R, 1000.0, NORMALISED) @ R > p @ R


# -- the two stages --------------------------------------------------------------------------------


@given(seeds)
@pytest.mark.claim("exploitation_stage")
def test_the_ratio_of_best_to_good_falls_exactly_while_the_good_token_gains_more(seed):
    p, R, eta = drawn(seed)
    lead = p[BEST] * (R[BEST] - p @ R) - p[GOOD] * (R[GOOD] - p @ R)
    assume(abs(lead) > 1e-9)
    theta = np.log(p) + eta * update(p, R)
    change = (theta[BEST] - theta[GOOD]) - np.log(p[BEST] / p[GOOD])
    assert (change < 0) == (lead < 0)


@given(seeds)
@pytest.mark.claim("exploitation_stage")
def test_the_best_token_itself_falls_at_every_step_while_it_gains_less_than_average(seed):
    p, R, eta = drawn(seed)
    u = update(p, R)
    assume(u[BEST] <= p @ u and np.ptp(u) > 1e-6)
    assert after(p, R, eta)[BEST] < p[BEST]


@given(seeds)
@pytest.mark.claim("exploration_stage")
def test_once_the_mean_passes_the_good_reward_the_best_token_rises_at_every_step(seed):
    rng = np.random.default_rng(seed)
    p, R = softmax(rng.normal(size=3) * 2), np.array([0.8, rng.uniform(0, 0.7), 1.0])
    margin = p[2] * (R[2] - R[0]) - p[1] * (R[0] - R[1])
    assert switch_margin(p, R) == pytest.approx(margin, abs=1e-15)
    assert switch_margin(p, R) == pytest.approx(p @ R - R[0], abs=1e-15)
    assume(abs(margin) > 1e-9)
    u = update(p, R)
    assert (u[GOOD] < 0) == (margin > 0)
    if margin > 0:
        assert u[BEST] > 0
        assert after(p, R, 10 ** rng.uniform(-3, 3))[BEST] > p[BEST]


@given(seeds)
@pytest.mark.claim("binary_control")
def test_with_0_1_rewards_no_mass_moves_from_a_good_token_to_the_best(seed):
    p, _, eta = drawn(seed)
    assume(p[GOOD] >= p[BEST])
    theta = np.log(p) + eta * update(p, np.array([1.0, 0.0, 1.0]))
    assert theta[BEST] - theta[GOOD] <= np.log(p[BEST]) - np.log(p[GOOD]) + 1e-15


@pytest.mark.parametrize("bandit", [GRADED, MEDIOCRE], ids=lambda b: b.name)
@pytest.mark.parametrize(("reading", "eta"), [(CENTRED, 4.0), (NORMALISED, 1.0)])
def test_the_switch_is_observed_where_the_formula_says(bandit, reading, eta):
    path = ascend(bandit, reading, eta, 4000)
    found = moments(path)
    assert found["good_logit_turns"] == found["formula"] != NEVER
    order = [found[n] for n in ("best_turns", "entropy_least", "formula", "best_leads")]
    assert order == sorted(set(order))
    best, k = path.probabilities[:, BEST], found["best_turns"]
    assert np.all(np.diff(best[: k + 1]) < 0) and np.all(np.diff(best[k:]) >= 0)
    assert best[k] < best[0] / 10 and best[-1] > 0.99
    assert np.all(np.diff(path.value) >= -1e-15)


@pytest.mark.parametrize("reading", READINGS)
def test_the_control_has_no_second_stage(reading):
    path = ascend(BINARY, reading, 1.0, 4000)
    assert set(moments(path).values()) == {NEVER}
    good, best = path.probabilities[:, GOOD], path.probabilities[:, BEST]
    assert np.all(np.diff(best / good) < 0) and best[-1] < best[0] / 10
    assert path.value[-1] > 0.99 and np.all(path.value < 1)


# -- negative only ---------------------------------------------------------------------------------


@given(seeds)
@pytest.mark.claim("negative_only")
def test_with_0_1_rewards_negative_only_is_the_same_direction_times_the_success_rate(seed):
    p, R, _ = drawn(seed, n=5, binary=True)
    assert update(p, R, MIN) == pytest.approx((p @ R) * update(p, R, NORMALISED), abs=1e-13)


@given(seeds)
@pytest.mark.claim("negative_only_graded")
def test_with_graded_rewards_tokens_above_the_mean_gain_by_probability_not_by_reward(seed):
    p, R, _ = drawn(seed, n=5)
    V, sd = mean_and_sd(p, R)
    m = p @ np.maximum(V - R, 0)
    assert update(p, R, MIN) * sd == pytest.approx(p * (np.minimum(R - V, 0) + m), abs=1e-14)
    above = R > V
    gains = update(p, R, MIN)[above] / p[above]
    assert np.ptp(gains) <= 1e-12 * gains.max()


def test_with_graded_rewards_negative_only_is_another_direction():
    p = GRADED.start
    full, low = (update(p, GRADED.rewards, r) / p for r in (NORMALISED, MIN))
    assert low[BEST] == pytest.approx(low[GOOD]) and full[BEST] > 1.4 * full[GOOD] > 0


@given(seeds)
def test_where_negative_only_starts_to_explore(seed):
    rng = np.random.default_rng(seed)
    bad, best = 10 ** rng.uniform(-4, -1, 2)
    p, R = np.array([1 - bad - best, bad, best]), GRADED.rewards
    V = p @ R
    margin = p[0] * (V - R[0]) * (bad + 2 * best) - (p[0] - best) * bad * (V - R[1])
    assume(V > R[0] and abs(margin) > 1e-9)
    u = update(p, R, MIN)
    assert (u[BEST] > u[GOOD]) == (margin > 0)


def test_negative_only_passes_the_switch_without_exploring():
    path = ascend(GRADED, MIN, 1.0, 4000)
    found = moments(path)
    assert found["formula"] != NEVER
    assert {n for n, k in found.items() if k != NEVER} == {"formula"}
    best = path.probabilities[:, BEST]
    assert np.all(np.diff(best[1:]) < 0) and best[-1] < best[0] / 100


# -- sampling --------------------------------------------------------------------------------------


def test_counts_have_the_right_law():
    p = np.tile([0.5, 0.3, 0.2], (4000, 1))
    counts = counts_of(p, np.random.default_rng(1).random((4000, 8)))
    assert np.all(counts.sum(axis=1) == 8) and counts.min() == 0
    assert counts.mean(axis=0) / 8 == pytest.approx(p[0], abs=4 * 0.5 / np.sqrt(32000))
    assert counts.var(axis=0) / 8 == pytest.approx(p[0] * (1 - p[0]), rel=0.1)


def test_runs_repeat_to_the_bit_and_more_of_them_leave_the_first_as_they_are():
    children = SeedSequence(7).spawn(6)
    first, again = (sample(GRADED, NORMALISED, 0.5, 60, 4, children) for _ in range(2))
    fewer = sample(GRADED, NORMALISED, 0.5, 60, 4, children[:2])
    for name in ("found", "learned", "homogeneous", "best", "value"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
        assert np.array_equal(getattr(first, name)[:2], getattr(fewer, name))
    assert len(set(first.best)) == 6
    draws = uniforms(children, 5, 3)
    assert draws.shape == (5, 6, 3) and len(np.unique(draws)) == 90


def test_a_group_with_equal_rewards_moves_only_the_reading_without_a_mean():
    bandit = Bandit("hopeless", np.array([0.0, 0.0, 1.0]), np.array([0.5, 0.5 - 1e-12, 1e-12]))
    for reading in READINGS:
        runs = sample(bandit, reading, 1.0, 20, 4, SeedSequence(0).spawn(3))
        assert np.all(runs.homogeneous == 20) and np.all(runs.found == 20)
        assert np.all(runs.learned == 20)
        moved = runs.best != softmax(np.log(bandit.start))[BEST]
        assert np.all(moved) if reading == MINUS_ONE else not np.any(moved)


def test_the_first_best_token_is_counted_from_the_draws():
    children = SeedSequence(3).spawn(5)
    runs = sample(BINARY, CENTRED, 0.0, 50, 4, children)
    last = (uniforms(children, 50, 4) >= 0.99).any(axis=2)
    expected = np.where(last.any(axis=0), last.argmax(axis=0), 50)
    assert np.array_equal(runs.found, expected) and len(set(expected)) > 1


# -- small parts -----------------------------------------------------------------------------------


def test_pass_at_k_and_entropy_at_their_ends():
    J = np.array([0.0, 0.25, 1.0])
    assert pass_at(2, J) == pytest.approx([0, 0.4375, 1], abs=1e-15)
    assert pass_at(1, J) == pytest.approx(J)
    assert pass_at(16, np.array(1e-17)) == pytest.approx(1.6e-16)
    assert entropy(np.array([[1.0, 0.0], [0.5, 0.5]])) == pytest.approx([0, np.log(2)])


def test_equal_rewards_have_no_spread_though_rounding_says_so():
    shares = np.random.default_rng(0).multinomial(7, [0.3, 0.3, 0.4], size=50) / 7
    rewards = np.full(3, 0.8)
    plain = (shares * rewards).sum(axis=1)
    assert np.any(plain != 0.8)
    mean, sd = mean_and_sd(shares, rewards)
    assert np.all(sd == 0) and mean == pytest.approx(plain)
    for reading in (CENTRED, NORMALISED, MIN):
        assert not advantages(reading, rewards, mean, sd).any()


def test_what_is_no_bandit_reading_or_run_is_refused():
    assert all(b.start.sum() == pytest.approx(1) for b in BANDITS)
    with pytest.raises(ValueError, match="rewards lie in"):
        replace(GRADED, rewards=np.array([0.8, 0.0, 1.1]))
    with pytest.raises(ValueError, match="positive and sum to 1"):
        replace(GRADED, start=np.array([0.5, 0.6, 0.1]))
    with pytest.raises(ValueError, match="a reading is"):
        advantages("positive", GRADED.rewards, np.array(0.5), np.array(0.1))
    with pytest.raises(ValueError, match="eta >= 0"):
        ascend(GRADED, CENTRED, -1.0, 10)
    with pytest.raises(ValueError, match="at least 2 samples"):
        sample(GRADED, CENTRED, 1.0, 10, 1, SeedSequence(0).spawn(2))
