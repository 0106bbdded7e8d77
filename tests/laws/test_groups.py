"""Groups of samples: every outcome of a group of up to four responses, listed and added up."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

import gradgap
from theory.evaluate import evaluate
from theory.group_thresholds import group_numbers, mean_deviation
from theory.statements.group_safe_rate import STATEMENT
from theory.thresholds import OutOfDomain

RULES = {
    "centred": lambda r: r - r.mean(),
    "standardised": lambda r: (r - r.mean()) / r.std() if r.std() else 0 * r,
}


def random_policy(rng, m):
    """Probabilities (m,), scores (m, 3) of mean zero, rewards (m,) 0 and 1 of both kinds."""
    pi = rng.dirichlet(np.ones(m))
    score = rng.normal(size=(m, 3))
    reward = rng.permutation((np.arange(m) < rng.integers(1, m)).astype(float))
    return pi, score - pi @ score, reward


def outcomes(pi, n):
    """Each outcome as responses (n,), with its probability."""
    for drawn in product(range(len(pi)), repeat=n):
        yield list(drawn), np.prod(pi[list(drawn)])


def mean_update(pi, score, reward, n, rule):
    """E[mean of A s], (3,)."""
    return sum(c * rule(reward[o]) @ score[o] / n for o, c in outcomes(pi, n))


def gap_of(pi, score, reward):
    plus, minus = (pi * kind @ score / (pi @ kind) for kind in (reward, 1 - reward))
    return plus - minus


@pytest.mark.parametrize("n", [1, 2, 3, 4])
@pytest.mark.parametrize("seed", range(4))
def test_the_mean_update_is_a_factor_times_the_gap(n, seed):
    policy = random_policy(np.random.default_rng(seed), 4)
    pi, _, reward = policy
    J, gap = pi @ reward, gap_of(*policy)
    factor = sum(c * reward[o].std() for o, c in outcomes(pi, n))
    dr_grpo, grpo = (mean_update(*policy, n, rule) for rule in RULES.values())
    np.testing.assert_allclose(dr_grpo, (1 - 1 / n) * J * (1 - J) * gap, atol=1e-15)
    np.testing.assert_allclose(grpo, factor * gap, atol=1e-15)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
@pytest.mark.parametrize("rule", RULES)
def test_the_second_moment_is_that_of_the_gap_and_noise(n, rule):
    """All outcomes listed, against `group_second_moment` added up over the coordinates."""
    pi, score, reward = random_policy(np.random.default_rng(n), 4)
    listed = [(RULES[rule](reward[o]), reward[o], score[o], c) for o, c in outcomes(pi, n)]
    found = sum(c * ((A @ s / n) ** 2).sum() for A, _, s, c in listed)
    gap2 = (gap_of(pi, score, reward) ** 2).sum()
    noise = 0.0
    for kind in (reward, 1 - reward):
        own = pi * kind / (pi @ kind)
        variance = own @ ((score - own @ score) ** 2).sum(axis=1)
        right = kind is reward
        noise += variance * sum(c * (A**2 @ (r if right else 1 - r)) / n for A, r, _, c in listed)
    along = sum(c * (A @ r / n) ** 2 for A, r, _, c in listed)
    assert found == pytest.approx(along * gap2 + noise / n, rel=1e-13)


def test_a_weight_that_looks_at_the_response_turns_the_update():
    """The law is about advantages that are computed from rewards: 1/|o| is not."""
    pi, score, reward = random_policy(np.random.default_rng(0), 4)
    lengths = np.array([1.0, 2.0, 3.0, 4.0])
    turned = mean_update(pi, score / lengths[:, None], reward, 3, RULES["centred"])
    gap = gap_of(pi, score, reward)
    assert abs(np.cross(turned, gap)).max() > 1e-3


def bounded_noise(listed, n, variance):
    """Of Dr. GRPO, with a variance of wrong responses alone."""
    return variance * sum(c * r.mean() ** 2 * (1 - r.mean()) for r, c in listed) / n


@pytest.mark.parametrize("n", [2, 3, 4])
def test_the_printed_numbers_are_those_of_all_outcomes(n):
    pi, J = np.array([0.3, 0.7]), 0.3
    reward = np.array([1.0, 0.0])
    found = group_numbers("0.3", "1", "1", "1", n, 1)
    listed = [(reward[o], c) for o, c in outcomes(pi, n)]
    spread, deviation = (sum(c * f(r) for r, c in listed) for f in (np.var, np.std))
    alike = sum(c for r, c in listed if r.std() == 0)
    assert found.dr_grpo == pytest.approx(spread)
    assert found.grpo == mean_deviation(J, n) == pytest.approx(deviation)
    bounded = group_numbers("0.3", "1", "2", "0.7", n, 1)
    second = sum(c * np.var(r) ** 2 for r, c in listed) + bounded_noise(listed, n, 0.49 - 0.09)
    assert bounded.rate_dr_grpo == pytest.approx(2 * spread * 0.7 / (2 * second))
    assert found.silent_group == pytest.approx(alike)
    assert found.silent_batch == pytest.approx(0.7**n)
    assert found.wait == pytest.approx(0.7**n / (1 - 0.7**n))


@pytest.mark.parametrize(("size", "prompts"), [(1, 1), (2, 0)])
def test_a_group_of_one_says_nothing(size, prompts):
    with pytest.raises(OutOfDomain):
        group_numbers("0.3", "1", "1", "1", size, prompts)


def test_the_library_answers_as_the_command_does():
    constants = {"J": 0.3, "gap": Fraction(1, 2), "L": 3, "G": 2}
    assert gradgap.threshold(**constants, group=4) == group_numbers("0.3", "1/2", "3", "2", 4, 1)
    for changed in ({"J": 1.5}, {"T_inf": 10}, {"gap": 9}):
        with pytest.raises(OutOfDomain):
            gradgap.threshold(**{**constants, **changed}, group=4)


def test_the_rate_is_where_the_condition_of_the_claim_ends():
    rate = group_numbers("0.3", "1/2", "3", "2", 4, 1).rate
    left, right = STATEMENT.conclusion.args[1].args[0].args  # alpha L G^2 <= 2 F |g|^2
    known = {"F": 0.7, "gap2": 0.25, "L": 3.0, "G": 2.0}
    for alpha, holds in ((0.999 * rate, True), (1.001 * rate, False)):
        values = {**known, "alpha": alpha}
        assert (evaluate(left, values) <= evaluate(right, values)) is holds
