"""Laws of the laboratory: exact formulas, no fall below `eta_safe`, and alarms that sound."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

import numeric.experiments.laboratory.laboratory as laboratory
from numeric.core.policies import LogLinear
from numeric.core.step import gradient_gap, measure_step, to_balls
from numeric.experiments.collapse.constructions import Violated
from numeric.experiments.laboratory.laboratory import (
    CORRECT,
    DRAWN,
    SEPARABLE,
    climb,
    diameter,
    first_fall,
    observe,
    problems,
    safe_step,
    segment_step,
    split,
    spread,
    start,
    variance,
)
from numeric.experiments.laboratory.training import (
    COLLAPSED,
    CONVERGED,
    RISING,
    STAGNATES,
    Rule,
    Training,
    outcome,
    perceptron_bound,
    train,
)
from theory.evaluate import evaluate
from theory.statements.eta_safe import SAFE_STEP

PROBLEMS = problems(4, seed=3)
EVERY = range(len(PROBLEMS.kind))
REWARD = np.repeat([1.0, 0.0], [4, 16])


def along_the_gap(success_rate):
    """Logits, reach, log odds and ||gap|| of all problems."""
    logits = start(PROBLEMS, success_rate)
    f, gap, change = (x[:, 0] for x in climb(logits[:, None], PROBLEMS.gram))
    return logits, change / gap[:, None], f, gap


def policy_at(index, logits):
    """The same problem in `numeric.core.policies`: its offsets are these logits, theta = 0."""
    policy, reward = PROBLEMS.policy(index)
    assert (reward == REWARD).all()
    return LogLinear(policy.features, logits[index]), np.zeros(policy.d)


# -- formulas --------------------------------------------------------------------------------------


@pytest.mark.parametrize("J", [1e-6, 0.1, 0.9, 1 - 1e-9])
def test_the_formulas_are_those_of_the_policies(J):
    logits, reach, f, gap = along_the_gap(J)
    curvature = variance(logits, reach)
    for i in EVERY:
        policy, theta = policy_at(i, logits)
        expected = gradient_gap(policy, theta, REWARD)
        u = expected.gap / np.linalg.norm(expected.gap)
        assert expit(f[i]) == pytest.approx(J, rel=1e-7)
        assert f[i] == pytest.approx(expected.log_odds, rel=1e-12, abs=1e-12)
        assert gap[i] == pytest.approx(np.linalg.norm(expected.gap), rel=1e-11)
        assert reach[i] == pytest.approx(policy.features @ u, rel=1e-9, abs=1e-10)
        assert -curvature[i] == pytest.approx(policy.curvatures(theta, u)[0], rel=1e-8, abs=1e-12)
        assert spread(reach)[i] == pytest.approx(policy.score_bound(u), rel=1e-9)


def test_the_diameter_gives_the_constants_of_the_family():
    for i, D in enumerate(diameter(PROBLEMS.features)):
        constants = PROBLEMS.policy(i)[0].constants()
        assert (D, D**2 / 4) == pytest.approx((constants.G, constants.L), rel=1e-13)


def test_the_safe_step_is_the_one_of_the_claim():
    rng = np.random.default_rng(0)
    f, gap, L, G = rng.normal(size=50) * 4, *np.exp(rng.normal(size=(3, 50)))
    found = safe_step(f, gap, L, G)
    for i in range(50):
        columns = {"J": expit(f), "F": expit(-f), "gap": gap, "L": L, "G": G}
        names = {name: float(column[i]) for name, column in columns.items()}
        assert found[i] == pytest.approx(evaluate(SAFE_STEP, names), rel=1e-14)


def test_separable_problems_have_a_margin_and_no_other_kind_is_called_so():
    margin = problems(20, seed=1).margin.reshape(2, -1)
    assert (margin[1] > 0).all() and (margin[0] < 0).mean() > 0.9


# -- the smallest harmful step ---------------------------------------------------------------------


@pytest.mark.slow
def test_the_smallest_harmful_step_is_certified_in_balls():
    """Nothing falls before it, on 40 steps; J is lower right behind it; elsewhere nothing falls."""
    logits, reach, _, _ = along_the_gap(0.1)
    found = first_fall(logits, reach)
    assert 5 < np.isfinite(found).sum() < len(found) - 5
    for i in EVERY:
        policy, theta = policy_at(i, logits)
        gap = gradient_gap(policy, theta, REWARD).gap
        u = to_balls(gap / np.linalg.norm(gap))
        last = found[i] if np.isfinite(found[i]) else 1e3
        for eta in np.geomspace(1e-3, 1 - 1e-6, 40) * last:
            assert measure_step(policy, theta, u, eta, REWARD, bits=128).delta_log_odds > 0
        if np.isfinite(found[i]):
            behind = measure_step(policy, theta, u, last * (1 + 1e-5), REWARD, bits=128)
            assert behind.delta_log_odds < 0


def test_a_fall_that_is_only_a_dip_is_found():
    """The correct response wins in the end, but an incorrect one is ahead for a while."""
    reach = np.array([[10.0, 0.0, 0.0, 0.0, 3.0] + [-1.0] * 15])
    logits = np.array([[-80.0, 2.0, 2.0, 2.0, -9.0] + [4.0] * 15])
    found = first_fall(logits, reach)
    f = split(logits + np.array([found * 1.01, [50.0]]) * reach)[0] - split(logits)[0]
    assert 0 < found[0] < 10 and f[0] < 0 < f[1]


def test_a_step_that_is_not_one_is_caught(monkeypatch):
    logits, reach, _, _ = along_the_gap(0.1)
    monkeypatch.setattr(laboratory, "FINE", 1.0)  # stops at the first step
    with pytest.raises(ArithmeticError, match="J is not lower"):
        first_fall(logits, reach)


def test_the_smallest_harmful_step_does_not_depend_on_where_j_starts():
    """Shifting the correct logits changes no conditional law, and so no change of log odds."""
    steps = [first_fall(*along_the_gap(J)[:2]) for J in (0.01, 0.5, 0.99)]
    assert steps[1] == pytest.approx(steps[0], rel=1e-9)
    assert steps[2] == pytest.approx(steps[0], rel=1e-9)


def test_the_constant_of_the_segment_covers_it():
    logits, reach, f, gap = along_the_gap(0.1)
    G = spread(reach)
    eta = segment_step(logits, reach, f, gap, G)
    shares = np.linspace(0, 1, 2000)
    worst = np.max([variance(logits + (s * eta)[:, None] * reach, reach) for s in shares], axis=0)
    # eta_safe for D^2/4 is the other way out: there the segment need not be looked at
    assert (eta <= np.maximum(safe_step(f, gap, worst, G), safe_step(f, gap, G**2 / 4, G))).all()
    assert (eta >= safe_step(f, gap, G**2 / 4, G)).all()


@pytest.mark.claim("eta_safe", aspect="simulated")
@pytest.mark.parametrize("J", [0.001, 0.1, 0.5, 0.99])
def test_no_step_below_eta_safe_lowers_j(J):
    found = observe(problems(20, seed=5), J)
    for name in ("family", "direction", "segment"):
        assert (found.observed > getattr(found, name)).all()
    assert (found.family <= found.direction).all() and (found.direction <= found.segment).all()
    assert (found.observed < np.inf)[found.winner_incorrect].all()  # a long step collapses


def test_constants_that_are_too_small_are_caught():
    with pytest.raises(Violated, match=r"eta_safe: observed >= eta_safe.*problem \d+ \(.*J = 0.01"):
        observe(PROBLEMS, 0.01, share_of_L=0.05)


def test_the_curvature_at_the_point_alone_is_no_bound():
    found = observe(problems(40), 0.01)
    assert (found.observed / found.point).min() < 0.5


# -- training --------------------------------------------------------------------------------------

RULES = [
    Rule("adaptive", 1.0),
    Rule("adaptive", 64.0),
    Rule("constant step", 4.0),
    Rule("REINFORCE", 1.0),
    Rule("GRPO", 4.0),
    Rule("1/J-normalised", 1.0),
    Rule("1/J-normalised", 256.0),
]


def multiple_of_the_gap(rule, J, gap, D, D_u):
    """c of each rule, from its words."""
    norm = np.linalg.norm(gap)
    alpha = rule.multiple * 8 / D**2
    return {
        "adaptive": lambda: (
            rule.multiple
            * safe_step(np.log(J / (1 - J)), norm, (D_u / norm) ** 2 / 4, D_u / norm)
            / norm
        ),
        "constant step": lambda: rule.multiple / D / norm,
        "REINFORCE": lambda: alpha * J * (1 - J),
        "GRPO": lambda: alpha * np.sqrt(J * (1 - J)),
        "1/J-normalised": lambda: alpha * (1 - J),
    }[rule.name]()


@pytest.mark.parametrize("rule", RULES[:1] + RULES[2:6], ids=lambda r: r.name)
def test_training_in_logits_is_training_in_theta(rule):
    run = train(PROBLEMS, 0.3, [rule], 5)
    logits, D = start(PROBLEMS, 0.3), diameter(PROBLEMS.features)
    for i in EVERY:
        policy, theta = policy_at(i, logits)
        for k in range(6):
            now = gradient_gap(policy, theta, REWARD)
            assert run.curve[k, i, 0] == pytest.approx(now.J, rel=1e-8)
            D_u = np.ptp(policy.features @ now.gap)
            theta = theta + multiple_of_the_gap(rule, now.J, now.gap, D[i], D_u) * now.gap


@pytest.mark.claim("eta_safe", aspect="simulated")
def test_j_never_falls_below_the_threshold_and_falls_above_it():
    run = train(PROBLEMS, 0.1, RULES, 100)
    assert (run.falls[:, 0] == 0).all()
    assert (run.falls[:, 1] > 0).sum() > 5


@pytest.mark.claim("constant_rate", aspect="simulated")
def test_the_normalised_update_never_lowers_j_at_two_over_l_and_does_far_above():
    run = train(PROBLEMS, 0.1, RULES, 100)
    assert (run.falls[:, 5] == 0).all()
    assert (run.falls[:, 6] > 0).sum() > 5


def test_what_is_kept_of_a_run_is_what_its_curve_says():
    run = train(PROBLEMS, 0.1, [Rule("constant step", 16.0), Rule("1/J-normalised", 64.0)], 10)
    curve = run.curve
    assert run.steps.tolist() == list(range(11))
    fell = np.diff(curve, axis=0) < -1e-6
    assert (run.falls == fell.sum(axis=0)).all()
    assert (run.late_falls == fell[-2:].sum(axis=0)).all() and run.late_falls.any()
    assert (run.lowest == curve.min(axis=0)).all()
    assert (run.least == curve[-2:].min(axis=0)).all()
    assert (run.greatest == curve[-2:].max(axis=0)).all()
    assert run.mean == pytest.approx(curve[-2:].mean(axis=0))
    assert run.failures == pytest.approx((1 - curve[:-1]).sum(axis=0))
    steps = 16 / diameter(PROBLEMS.features)  # M(K) is the sum of eta times the gap
    first = train(PROBLEMS, 0.1, [Rule("constant step", 16.0)], 5)
    assert (first.cumulative_gap[:, 0] <= run.cumulative_gap[:, 0]).all()
    assert (run.cumulative_gap[:, 0] > steps * along_the_gap(0.1)[3]).all()


@pytest.mark.slow
def test_a_constant_step_stagnates_only_where_short_steps_come_to_rest_below_one():
    """There J has a local maximum: a step of fixed length circles it, a long one may leave it."""
    drawn = problems(10, seed=4)
    rules = [Rule("adaptive", 1.0), Rule("constant step", 1.0), Rule("adaptive", 32.0)]
    run = train(drawn, 0.1, rules, 3000)
    ends = outcome(run)
    resting = (run.greatest[:, 0] - run.least[:, 0] < 1e-6) & (run.mean[:, 0] < 0.99)
    stagnating = ends[:, 1] == STAGNATES
    assert stagnating.sum() >= 5 and resting[stagnating].all()
    assert (drawn.kind[resting] == DRAWN).all()
    assert (ends[resting, 2] == CONVERGED).sum() >= 2


def test_every_outcome_is_told_from_the_others():
    one = np.array([[0.995, 0.5, 0.5, 0.005]])
    window = {
        "mean": one,
        "least": one - np.array([[0.0, 0.1, 0.1, 0.001]]),
        "greatest": one + 0.001,
        "late_falls": np.array([[0.0, 0.0, 3.0, 2.0]]),
    }
    rest = dict.fromkeys(("falls", "lowest", "failures", "cumulative_gap"), one)
    run = Training(np.array([0]), np.full((1, 1, 4), 0.1), **window, **rest)
    assert outcome(run).tolist() == [[CONVERGED, RISING, STAGNATES, COLLAPSED]]


def test_failures_stay_below_the_perceptron_bound_at_any_rate():
    drawn = problems(30, seed=2)
    far = (drawn.kind == SEPARABLE) & (drawn.margin > 0.3)
    assert far.sum() > 10
    K, multiples = 2000, (1.0, 16.0, 256.0)
    chosen = type(drawn)(*(getattr(drawn, name)[far] for name in drawn.__dataclass_fields__))
    run = train(chosen, 0.1, [Rule("1/J-normalised", m) for m in multiples], K)
    for r, multiple in enumerate(multiples):
        alpha = multiple * 8 / diameter(chosen.features) ** 2
        bound = perceptron_bound(chosen, 0.1, alpha, K)
        assert (run.failures[:, r] <= bound).all()
        assert (bound < K).any()  # it says something
        wider = replace(chosen, margin=100 * chosen.margin)
        assert (run.failures[:, r] > perceptron_bound(wider, 0.1, alpha, K)).any()
    assert np.isinf(perceptron_bound(drawn, 0.1, np.ones(len(far)), K)[drawn.kind == DRAWN]).any()


# -- seeds and domains -----------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bits_whatever_stands_beside():
    few, many = problems(2, seed=7), problems(5, seed=7)
    same = np.flatnonzero(np.arange(len(many.kind)) % 5 < 2)
    assert (few.gram == many.gram[same]).all() and (few.offsets == many.offsets[same]).all()
    one, all_rules = train(few, 0.1, RULES[3:4], 50), train(many, 0.1, RULES, 50)
    assert (one.curve[:, :, 0] == all_rules.curve[:, same, 3]).all()
    assert (few.features != problems(2, seed=8).features).any()


def test_what_is_outside_the_domain_is_refused():
    with pytest.raises(ValueError, match="number of seeds must be at least 1, got 0"):
        problems(0)
    with pytest.raises(ValueError, match=r"0 < J < 1 must hold, got J = 1.0"):
        start(PROBLEMS, 1.0)
    with pytest.raises(ValueError, match="updates must be at least 5, got 4"):
        train(PROBLEMS, 0.1, RULES, 4)
    assert CORRECT == 4
