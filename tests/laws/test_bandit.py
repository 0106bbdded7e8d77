"""Laws of the contextual bandit: the closed forms, the sums of alignments, and the proved bound."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.core.policies import LogLinear
from numeric.core.step import gradient_gap
from numeric.experiments.bandit import bandit
from numeric.experiments.bandit.bandit import (
    READINGS,
    Problem,
    below,
    draws,
    gap,
    gap_norm,
    halt,
    in_band,
    log_odds,
    nearest,
    pick,
    problems,
    reinforce_gradient,
    sigmoid,
    success_rate,
    tightness,
    train_bandits,
    training_point,
    updates,
    whole_pool,
)
from numeric.experiments.bandit.rates import (
    Adaptive,
    ConstantStep,
    Grpo,
    Normalised,
    Reinforce,
)
from numeric.experiments.collapse.constructions import Violated
from theory.evaluate import evaluate
from theory.statements._trajectory import ADAPTED, ADAPTED_SHARP
from theory.statements.eta_safe import SAFE_STEP

SMALL = {"dimension": 3, "arms": 5, "pool": 4, "contexts": 6}
RATES = (Reinforce(2.0), Grpo(0.5), Normalised(0.5), ConstantStep(0.3), Adaptive(0.9))
seeds = st.integers(0, 2**32 - 1)
each_rate = pytest.mark.parametrize("rate", RATES, ids=lambda rate: type(rate).__name__)
each_reading = pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)


def policy_at(x, arms):
    """The bandit at one context as a log-linear policy: features x (outer) e_n, flattened."""
    return LogLinear(np.stack([np.outer(x, e).ravel() for e in np.eye(arms)]), np.zeros(arms))


def warm(seed, scale=3.0):
    """A small problem whose policy is not nearly uniform, so that every J occurs."""
    problem = problems([seed], **SMALL)
    theta = scale * np.random.default_rng(seed).normal(size=problem.theta.shape)
    return Problem(theta, *(getattr(problem, n) for n in list(vars(problem))[1:]))


def rates_below_one(log_odds_of_pool):
    return np.ones_like(log_odds_of_pool, dtype=bool)


# -- problems --------------------------------------------------------------------------------------


def test_a_seed_gives_the_same_problem_and_draws_whatever_the_others_are():
    together, alone = problems([3, 7, 1]), problems([7])
    for name, array in vars(alone).items():
        assert np.array_equal(getattr(together, name)[1:2], array), name
    assert np.array_equal(draws([3, 7], 40)[1:], draws([7], 40))
    assert np.array_equal(draws([7], 40), draws([7], 60)[:, :40])
    assert not np.array_equal(problems([8]).theta, alone.theta)


def test_problems_are_those_of_the_paper():
    problem = problems(range(3))
    assert problem.theta.shape == (3, 10, 100)
    assert problem.pool.shape == (3, 100, 10) and problem.contexts.shape == (3, 500, 10)
    assert np.std(problem.theta) == pytest.approx(0.01, rel=0.1)
    assert problem.contexts.min() >= 0 and problem.contexts.max() <= 1
    J = success_rate(problem.theta, problem.contexts, problem.context_arm)
    assert J == pytest.approx(0.01, rel=0.2)
    pool = log_odds(problem.theta, problem.pool, problem.pool_arm)
    assert not in_band(pool).any()  # what departure 1 is about


def test_the_correct_arm_is_the_argmax_of_one_linear_score():
    problem = problems([5])
    rng = np.random.default_rng(np.random.SeedSequence(5).spawn(2)[0])
    beta = rng.normal(size=(10, 100))
    for x, arm in zip(problem.contexts[0], problem.context_arm[0], strict=True):
        assert arm == int(np.argmax([beta[:, n] @ x for n in range(100)]))


@pytest.mark.parametrize("size", [{"dimension": 0}, {"arms": 1}, {"pool": 0}, {"contexts": 0}])
def test_sizes_are_checked(size):
    with pytest.raises(ValueError, match=f"number of {next(iter(size))}.*at least 1, got 0"):
        problems([0], **size)
    with pytest.raises(ValueError, match="number of seeds must be at least 1"):
        problems([])


# -- exact functions -------------------------------------------------------------------------------


@given(seeds)
def test_closed_forms_agree_with_the_scores_of_a_log_linear_policy(seed):
    problem = warm(seed)
    theta, x, arm = problem.theta[0], problem.contexts[0], problem.context_arm[0]
    found = gap(theta, x, arm), gap_norm(theta, x, arm), reinforce_gradient(theta, x, arm)
    for e in range(len(x)):
        slow = gradient_gap(policy_at(x[e], 5), theta.ravel(), np.eye(5)[arm[e]])
        close = {"rtol": 1e-10, "atol": 1e-13}
        np.testing.assert_allclose(log_odds(theta, x, arm)[e], slow.log_odds, **close)
        np.testing.assert_allclose(success_rate(theta, x, arm)[e], slow.J, **close)
        np.testing.assert_allclose(found[0][e].ravel(), slow.gap, **close)
        np.testing.assert_allclose(found[1][e], np.linalg.norm(slow.gap), **close)
        np.testing.assert_allclose(found[2][e].ravel(), slow.policy_gradient, **close)


@given(seeds)
def test_gradients_agree_with_finite_differences(seed):
    problem = warm(seed, 1.0)
    theta, x, arm = problem.theta[0], problem.contexts[0], problem.context_arm[0]
    w = np.random.default_rng(seed).normal(size=theta.shape)
    h = 1e-5
    for function, gradient in ((log_odds, gap), (success_rate, reinforce_gradient)):
        up, down = function(theta + h * w, x, arm), function(theta - h * w, x, arm)
        slope = (gradient(theta, x, arm) * w).sum(axis=(1, 2))
        np.testing.assert_allclose((up - down) / (2 * h), slope, rtol=1e-6, atol=1e-8)


def test_success_rates_near_0_and_1_are_accurate():
    x, arm = np.ones((1, 1)), np.array([0])
    for t in (-700.0, -40.0, 40.0, 700.0):
        theta = np.array([[t, 0.0, 0.0]])
        assert log_odds(theta, x, arm)[0] == pytest.approx(t - np.log(2), rel=1e-15)
        assert gap(theta, x, arm)[0].ravel() == pytest.approx([1, -0.5, -0.5], rel=1e-15)
        fail = sigmoid(-log_odds(theta, x, arm)[0])
        assert fail == pytest.approx(2 / (2 + np.exp(t)), rel=1e-12) and fail > 0


def test_constants_are_those_of_the_log_linear_policy():
    x = np.array([0.3, 0.9, 0.1])
    u = np.array([[1.0, -0.25, -0.75, 0, 0]])
    at = training_point(np.array([0.7]), u, np.array([x @ x]))
    constants = policy_at(x, 5).constants()
    assert (at.G[0], at.L[0]) == pytest.approx((constants.G, constants.L), rel=1e-14)
    assert at.gap_norm[0] == pytest.approx(np.linalg.norm(np.outer(x, u)), rel=1e-14)
    assert at.J[0] + at.fail[0] == pytest.approx(1, rel=1e-15)


# -- which context is trained on -------------------------------------------------------------------


def test_readings_keep_to_the_band_and_differ_only_where_it_is_empty():
    f = np.array([[-3.0, 0.5, -1.0, 4.0]])
    for reading in READINGS.values():
        assert reading(f).tolist() == [[False, True, True, False]]


BELOW_ALL, ABOVE_ALL, SPLIT = [-3.0, -5.0], [3.0, 5.0], [-3.0, 5.0]
EMPTY = [
    (whole_pool, BELOW_ALL, [1, 1]),
    (whole_pool, ABOVE_ALL, [1, 1]),
    (whole_pool, SPLIT, [1, 1]),
    (below, BELOW_ALL, [1, 1]),
    (below, ABOVE_ALL, [0, 0]),
    (below, SPLIT, [1, 0]),
    (halt, BELOW_ALL, [1, 1]),
    (halt, ABOVE_ALL, [0, 0]),
    (halt, SPLIT, [0, 0]),
    (nearest, BELOW_ALL, [1, 0]),
    (nearest, ABOVE_ALL, [1, 0]),
    (nearest, SPLIT, [1, 0]),
]


@pytest.mark.parametrize(("reading", "f", "expected"), EMPTY)
def test_readings_of_the_empty_band(reading, f, expected):
    assert reading(np.array([f])).astype(int).tolist() == [expected]


def test_the_band_is_that_of_the_paper():
    J = np.array([0.19, 0.21, 0.5, 0.79, 0.81])
    assert in_band(np.log(J / (1 - J))).tolist() == [False, True, True, True, False]


def test_candidates_are_equally_likely():
    candidates = np.array([[False, True, False, True, True]])
    uniform = (np.arange(300) + 0.5) / 300
    chosen = [int(pick(candidates, np.array([number]))[0][0]) for number in uniform]
    assert np.bincount(chosen, minlength=5).tolist() == [0, 100, 0, 100, 100]
    assert pick(candidates, np.array([1 - 2.0**-53]))[0].tolist() == [4]
    assert pick(np.zeros((1, 5), dtype=bool), np.array([0.3]))[1].tolist() == [False]


# -- training --------------------------------------------------------------------------------------


@each_reading
def test_a_run_is_the_loop_of_the_paper(reading):
    """Against explicit loops: REINFORCE as an expectation over arms, alignments as inner products
    of the update with the gap vectors, everything from theta at each step."""
    problem, alpha, K = warm(11, 1.0), 2.0, 60
    uniform = draws([11], K)
    found = train_bandits(problem, Reinforce(alpha), reading, uniform, every=20)
    theta = problem.theta[0].copy()
    z, z_arm, x, x_arm = (getattr(problem, n)[0] for n in list(vars(problem))[1:])
    M, relative, signed = np.zeros((3, len(x)))
    half_time = np.full(len(x), K + 1)
    for k in range(K):
        half_time[(half_time > K) & (success_rate(theta, x, x_arm) >= 0.5)] = k
        J_pool = success_rate(theta, z, z_arm)
        assert found.empty[0, k] == (not ((J_pool >= 0.2) & (J_pool <= 0.8)).any())
        if k % 20 == 0:
            row = (found.log_odds, found.cumulative_gap, found.relative_gap, found.signed_gap)
            slow = (log_odds(theta, x, x_arm), M, relative, signed)
            for a, b in zip(row, slow, strict=True):
                np.testing.assert_allclose(a[0, k // 20], b, rtol=1e-9, atol=1e-11)
        candidates = reading(log_odds(theta, z, z_arm)[None])[0]
        if not candidates.any():
            assert found.trained[0, k] == -1
            continue
        i = np.flatnonzero(candidates)[int(uniform[0, k] * candidates.sum())]
        assert found.trained[0, k] == i
        policy, reward = policy_at(z[i], 5), np.eye(5)[z_arm[i]]
        pi = np.exp(policy.log_probs(theta.ravel()))
        scores = policy.scores(theta.ravel())
        J = pi @ reward
        step = alpha * sum(pi[y] * (reward[y] - J) * scores[y] for y in range(5))
        gains = [(gap(theta, x, x_arm)[e].ravel() @ step) for e in range(len(x))]
        own = gap(theta, z, z_arm)[i].ravel() @ step
        assert found.train_gain[0, k] == pytest.approx(own, rel=1e-9)
        assert found.train_log_odds[0, k] == pytest.approx(np.log(J / (1 - J)), rel=1e-7, abs=1e-9)
        M += np.maximum(gains, 0)
        relative += np.maximum(gains, 0) - max(own, 0)
        signed += gains
        theta += step.reshape(theta.shape)
    half_time[(half_time > K) & (success_rate(theta, x, x_arm) >= 0.5)] = K
    assert found.half_time[0].tolist() == half_time.tolist()
    np.testing.assert_allclose(found.theta[0], theta, rtol=1e-9, atol=1e-12)


@each_rate
def test_the_parameters_and_the_logits_stay_together(rate):
    problem = problems([2, 9], **SMALL)
    found = train_bandits(problem, rate, whole_pool, draws([2, 9], 300), every=70)
    again = log_odds(found.theta, problem.contexts, problem.context_arm)
    np.testing.assert_allclose(found.log_odds[:, -1], again, rtol=1e-9, atol=1e-10)
    assert found.steps.tolist() == [0, 70, 140, 210, 280, 300]


@each_rate
def test_runs_are_the_same_bits_alone_or_together_and_do_not_look_ahead(rate):
    together = train_bandits(problems([4, 2]), rate, nearest, draws([4, 2], 30), every=10)
    alone = train_bandits(problems([2]), rate, nearest, draws([2], 30), every=10)
    for name, array in vars(alone).items():
        if name != "steps":
            assert np.array_equal(getattr(together, name)[1:], array, equal_nan=True), name
    shorter = train_bandits(problems([2]), rate, nearest, draws([2], 20), every=10)
    assert np.array_equal(shorter.log_odds, alone.log_odds[:, :3])


@each_rate
def test_rules_are_their_equations(rate):
    """The multiple of the gap, and the length of the step that it makes."""
    f, u = np.array([-2.0, 0.3, 5.0]), np.array([[1.0, -0.5, -0.5]] * 3)
    at = training_point(f, u, np.array([1.0, 2.0, 3.0]))
    J, F, norm = at.J, at.fail, at.gap_norm
    values = [dict(zip(("J", "F", "gap", "L", "G"), row, strict=True)) for row in zip(
        *(v.tolist() for v in (J, F, norm, at.L, at.G)), strict=True)]  # fmt: skip
    expected = {
        Reinforce: 2.0 * J * F,
        Grpo: 0.5 * np.sqrt(J * F),
        Normalised: 0.5 * F,
        ConstantStep: 0.3 / norm,
        Adaptive: [0.9 * evaluate(SAFE_STEP, v) / v["gap"] for v in values],
    }
    np.testing.assert_allclose(rate(at), expected[type(rate)], rtol=1e-14)


@pytest.mark.parametrize("eta", [0.01, 1.0, 100.0, 1e4])
def test_the_training_context_never_falls_and_others_do(eta):
    """At the training context the update is tabular: only interference can lower J."""
    problem = problems([0, 1], **SMALL)
    fell = False
    for update, _ in updates(problem, ConstantStep(eta), rates_below_one, draws([0, 1], 200)):
        own = np.arange(2), update.trained
        assert (update.after[own] >= update.before[own] - 1e-12 * abs(update.before[own])).all()
        assert (update.gain[own] > 0).all()
        fell |= bool((update.after < update.before - 1e-3 * min(1.0, eta)).any())
    assert fell


def test_a_rule_must_give_a_number_that_is_not_negative():
    for bad in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="multiple c of the gap must be finite and >= 0"):
            train_bandits(
                problems([0], **SMALL), lambda at, c=bad: c * at.J, nearest, draws([0], 3)
            )
    with pytest.raises(ValueError, match="at least 1, got 0 and 100"):
        train_bandits(problems([0], **SMALL), Reinforce(), nearest, np.empty((1, 0)))
    with pytest.raises(ValueError, match="at least 1, got 3 and 0"):
        train_bandits(problems([0], **SMALL), Reinforce(), nearest, draws([0], 3), every=0)


# -- what is proved --------------------------------------------------------------------------------


@each_rate
def test_sharp_step_holds_and_is_nearly_used_up(rate):
    found = train_bandits(problems([1]), rate, whole_pool, draws([1], 150))
    assert 0.1 < found.tightest[0] <= 1


@pytest.mark.parametrize("wrong", [0.99, 1.01, -1.0])
def test_a_planted_wrong_gap_is_caught(wrong):
    step = next(updates(problems([0]), Reinforce(0.001), nearest, draws([0], 1)))[0]
    rounding = bandit.ROUNDING * (1 + abs(step.before))
    shown = step.before, step.after, step.gain, step.curvature, rounding
    assert tightness(*shown).max() <= 1
    with pytest.raises(Violated, match=r"sharp_step.*log odds = .*Delta mu eta = "):
        tightness(step.before, step.after, wrong * step.gain, step.curvature, rounding)
    with pytest.raises(Violated, match="nan"):
        tightness(step.before, np.nan * step.after, step.gain, step.curvature, rounding)


def test_a_planted_wrong_update_stops_the_run(monkeypatch):
    """The logits of the wrong arms are moved by the wrong amount: the change of the log odds is
    then not the one that the gap announces."""
    correct = bandit._measure

    def planted(own, wrong, room=None):
        f, weights, total = correct(own, wrong, room)
        return f + 0.01 * (room is not None), weights, total

    monkeypatch.setattr(bandit, "_measure", planted)
    with pytest.raises(Violated, match="sharp_step"):
        train_bandits(problems([0], **SMALL), Reinforce(0.01), nearest, draws([0], 5))


def test_conditions_are_those_of_the_statements():
    """Shares of updates that meet (15a) and its sharp form, from the formulas of the claims."""
    problem, K = warm(5, 0.7), 120
    rate, uniform = Reinforce(0.3), draws([5], K)
    found = train_bandits(problem, rate, whole_pool, uniform)
    x = problem.contexts[0]
    met = np.zeros((2, len(x)))
    for update, _ in updates(problem, rate, whole_pool, uniform):
        z, eta = problem.pool[0, update.trained[0]], float(update.step_size[0])
        w = (np.outer(z, update.over_arms[0]) * update.multiple[0] / eta).ravel()
        assert np.linalg.norm(w) == pytest.approx(1, rel=1e-12)
        for e in range(len(x)):
            policy, a = policy_at(x[e], 5), e + problem.pool.shape[1]
            fail, mu = float(sigmoid(-update.before[0, a])), float(update.gain[0, a]) / eta
            values = {"k": 0, "gap": lambda _, mu=mu: mu, "F": lambda _, fail=fail: fail}
            constants = policy.constants()
            printed = {"L": constants.L, "G": constants.G}
            sharp = {"L": policy.smoothness(w), "G": constants.G}
            for row, (claim, LG) in enumerate(((ADAPTED, printed), (ADAPTED_SHARP, sharp))):
                limit = evaluate(claim.formula.args[1].args[1], {**values, **LG})
                met[row, e] += eta <= limit
            assert update.curvature[0, a] == pytest.approx(sharp["L"] * eta**2, rel=1e-9)
    np.testing.assert_allclose(found.printed[0], met[0] / K, atol=1e-12)
    np.testing.assert_allclose(found.sharp[0], met[1] / K, atol=1e-12)
    assert 0 < found.sharp.mean() < 1
