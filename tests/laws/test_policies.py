"""Laws of every policy family: derivatives, normalisation, constants, and the two arithmetics."""

import math

import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from numeric.core.balls import (
    ball_precision,
    checked,
    largest,
    log_sum_exp,
    round_up,
    sigmoid,
    to_balls,
)
from numeric.core.policies import Constants, LogLinear, NonlinearLogits, Sinusoidal, Tabular
from numeric.core.step import draw_step

seeds = st.integers(0, 2**32 - 1)

NUDGE = 2.0**-100
"""Step of central differences in 256-bit balls: truncation NUDGE^2 times a third derivative, at
most 1e-60 * 1e9 for the drawn scales; rounding 2^-256 / NUDGE * 1e3 < 1e-43."""
CLOSE = arb("1e-40")

SQUARE = LogLinear([[0, 0], [0, 1], [1, 0], [1, 1]], np.zeros(4))
SIMPLEX = LogLinear([[0, 0], [3, 0], [0, 1]], [0.5, 0, -1])


def instance(seed):
    """A random policy with theta and w, away from any particular success rate."""
    policy, theta, w, eta, _ = draw_step(np.random.default_rng(seed))
    return policy, theta, w, eta


def assert_close(measured, claimed, tolerance=CLOSE):
    for x, y in zip(np.ravel(measured), np.ravel(claimed), strict=True):
        assert abs(x - y) < tolerance


@given(seeds)
def test_scores_are_the_derivatives_of_log_probabilities(seed):
    policy, theta, _, _ = instance(seed)
    with ball_precision():
        theta = to_balls(theta)
        for i, unit in enumerate(to_balls(np.eye(policy.d))):
            ahead, behind = (policy.log_probs(theta + s * NUDGE * unit) for s in (1, -1))
            assert_close((ahead - behind) / (2 * NUDGE), policy.scores(theta)[:, i])


@given(seeds)
def test_curvatures_are_the_derivatives_of_directional_scores(seed):
    policy, theta, w, _ = instance(seed)
    with ball_precision():
        theta, w = to_balls(theta), to_balls(w)
        ahead, behind = (policy.scores(theta + s * NUDGE * w) @ w for s in (1, -1))
        assert_close((ahead - behind) / (2 * NUDGE), policy.curvatures(theta, w))


@given(seeds)
def test_probabilities_sum_to_one_and_scores_average_to_zero(seed):
    policy, theta, _, _ = instance(seed)
    with ball_precision():
        theta = to_balls(theta)
        pi = np.exp(policy.log_probs(theta))
        assert_close(pi.sum(), 1)
        assert_close(pi @ policy.scores(theta), np.zeros(policy.d))


@given(seeds)
def test_logit_changes_are_differences_of_logits(seed):
    policy, theta, w, eta = instance(seed)
    with ball_precision():
        theta, w, eta = to_balls(theta), to_balls(w), arb(eta)
        assert_close(
            policy.logit_changes(theta, w, eta),
            policy.logits(theta + eta * w) - policy.logits(theta),
        )


@given(seeds)
def test_float64_agrees_with_balls(seed):
    # Relative rounding errors of the logits, at most 100 units of 2^-53 each, act on log pi
    # directly and on derivatives through pi, where they are multiplied by the size of a derivative.
    policy, theta, w, _ = instance(seed)
    reach = 1 + np.abs(theta).max()
    features = max(1.0, *(np.abs(getattr(policy, name, 0.0)).max() for name in FEATURES))
    size = 1 + np.abs(policy.logits(theta)).max() + 4 * policy.d * features**2 * reach
    tolerance = 100 * 2.0**-53 * size
    constants = policy.constants()
    with ball_precision():
        exact = to_balls(theta)
        assert_close(policy.log_probs(theta), policy.log_probs(exact), tolerance)
        slack = tolerance * (constants.G + 1e-300)
        assert_close(policy.scores(theta), policy.scores(exact), slack)
        slack = tolerance * (constants.G**2 + constants.L + 1e-300)
        assert_close(policy.curvatures(theta, w), policy.curvatures(exact, to_balls(w)), slack)


FEATURES = ("features", "A", "B", "slope", "amplitude", "frequency")


def test_a_score_of_size_1e_minus_12_keeps_its_relative_accuracy():
    policy = Sinusoidal(offset=-math.log(1e-12), slope=3.0, amplitude=0.0, frequency=1.0)
    score = policy.scores(np.zeros(1))[0, 0]
    assert score == pytest.approx(3e-12 / (1 + 1e-12), rel=1e-13, abs=0)


@given(seeds, st.floats(-3, 3))
def test_constants_bound_scores_and_curvatures_at_every_theta(seed, exponent):
    policy, theta, w, _ = instance(seed)
    constants = policy.constants()
    with ball_precision():
        theta, w = to_balls(theta * 10**exponent), to_balls(w)
        length = (w @ w).sqrt()
        score, curvature = policy.scores(theta), policy.curvatures(theta, w)
        G_w, L_w = policy.score_bound(w), policy.smoothness(w)
        # A violation would be certain; balls that overlap the bound are not one.
        assert not largest(abs(score @ w)) > G_w
        assert not largest(abs(curvature)) > L_w
        assert not largest((score**2).sum(axis=1)).sqrt() > constants.G
        assert not arb(G_w) > constants.G * length * (1 + 1e-15)
        assert not arb(L_w) > constants.L * length**2 * (1 + 1e-15)


@pytest.mark.parametrize("n", [2, 3, 7])
def test_tabular_constants_are_root_two_and_one_half_and_are_approached(n):
    policy = Tabular(n)
    assert policy.constants() == Constants(math.sqrt(2), 0.5, G_exact=True, L_exact=True)
    settled, torn = np.zeros(n), np.zeros(n)
    settled[0] = 20
    torn[:2] = 20
    w = np.zeros(n)
    w[:2] = math.sqrt(0.5), -math.sqrt(0.5)
    assert np.linalg.norm(policy.scores(settled), axis=1).max() >= 0.99 * math.sqrt(2)
    assert np.abs(policy.curvatures(torn, w)).max() >= 0.99 * 0.5


def test_smaller_tabular_constants_are_exceeded():
    policy = Tabular(2)
    assert np.linalg.norm(policy.scores(np.array([20.0, 0.0])), axis=1).max() > 0.999 * math.sqrt(2)
    assert policy.smoothness(np.array([0.5, -0.5])) == 0.25
    assert policy.curvatures(np.zeros(2), np.array([0.5, -0.5])).min() == -0.25


def test_log_linear_constants_are_approached_on_a_simplex():
    constants = SIMPLEX.constants()
    D = math.sqrt(10)
    assert constants.G == pytest.approx(D) and constants.L == pytest.approx(D**2 / 4)
    assert constants.G_exact and constants.L_exact
    w = np.array([3.0, -1.0]) / D
    # theta_1 = 10 settles on response 1; 3 x - y = 1.5 ties responses 1 and 2 above response 0.
    settled, torn = np.array([10.0, 0.0]), np.array([10.0, 31.0])
    assert np.linalg.norm(SIMPLEX.scores(settled), axis=1).max() >= 0.99 * constants.G
    assert np.abs(SIMPLEX.curvatures(torn, w)).max() >= 0.99 * constants.L


def test_the_diagonal_of_a_square_is_not_an_edge_so_its_smoothness_is_only_a_bound():
    constants = SQUARE.constants()
    assert constants.G_exact and not constants.L_exact
    w = np.array([1.0, 1.0]) * math.sqrt(0.5)
    line = np.linspace(-5, 5, 41)
    found = max(-SQUARE.curvatures(np.array([x, y]), w).min() for x in line for y in line)
    assert found < 0.6 * constants.L


def test_equal_features_have_constants_zero():
    assert LogLinear(np.ones((3, 2)), np.arange(3)).constants() == Constants(0.0, 0.0, True, True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("slope", "amplitude", "frequency", "G_exact", "L_exact"),
    [
        (0.5, 1.0, 9.0, True, True),
        (0.5, 1.0, 1.0, True, False),
        (2.0, 0.0, 1.0, True, True),
        (0.0, 1.0, 9.0, False, False),
    ],
)
def test_sinusoidal_constants_are_approached_where_they_are_called_exact(
    slope, amplitude, frequency, G_exact, L_exact
):
    policy = Sinusoidal(0.0, slope, amplitude, frequency)
    constants = policy.constants()
    assert (constants.G_exact, constants.L_exact) == (G_exact, L_exact)
    line, w = np.linspace(-40, 40, 8001)[:, None], np.ones(1)
    steepest = max(np.abs(policy.scores(theta)).max() for theta in line)
    bent = max(np.abs(policy.curvatures(theta, w)).max() for theta in line)
    assert (steepest >= 0.99 * constants.G) == G_exact
    assert (bent >= 0.99 * constants.L) == L_exact


def test_to_balls_is_exact_and_leaves_balls_alone():
    balls = to_balls([[0.1, 1e-300]])
    assert balls.shape == (1, 2) and all(x.is_exact() for x in balls.flat)
    assert [float(x) for x in balls.flat] == [0.1, 1e-300]
    assert to_balls(balls) is balls


def test_ball_precision_is_restored_even_after_an_error():
    before = ctx.prec
    with pytest.raises(KeyError), ball_precision(300):
        assert ctx.prec == 300
        raise KeyError
    assert ctx.prec == before


def test_round_up_is_the_next_float_above():
    with ball_precision():
        third = arb(1) / 3
        assert arb(round_up(third)) > third > math.nextafter(round_up(third), 0)
    assert round_up(arb(0.5)) == 0.5
    assert round_up(arb.nan()) == math.inf


def test_the_largest_of_overlapping_balls_encloses_the_maximum():
    top = largest([arb(0, 1), arb(0.5, 0.1)])
    assert top.contains(arb(0.41)) and top.contains(arb(0.99)) and not top.contains(arb(-0.5))


def test_stable_functions_do_not_overflow():
    assert log_sum_exp(np.array([1000.0, 1000.0])) == pytest.approx(1000 + math.log(2))
    with np.errstate(over="raise"):
        low, middle, high = sigmoid(np.array([-700.0, 0.0, 1e4]))
    assert low == pytest.approx(math.exp(-700), rel=1e-12, abs=0) and middle == 0.5 and high == 1


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Tabular(1), "responses n must be at least 2, got 1"),
        (lambda: Tabular(-3), "responses n must be at least 2, got -3"),
        (lambda: LogLinear([[1.0]], [0.0]), "responses n must be at least 2, got 1"),
        (lambda: LogLinear(np.ones((2, 0)), np.ones(2)), "dimension d must be at least 1, got 0"),
        (lambda: LogLinear([1.0, 2.0], [0, 0]), r"features must have shape \(any, any\), got"),
        (lambda: LogLinear([[1], [math.nan]], [0, 0]), "features must be finite, got nan"),
        (lambda: LogLinear([[1], [2]], [0, 0, 0]), r"offsets must have shape \(2\), got \(3,\)"),
        (lambda: LogLinear([[1], [2]], [0, math.inf]), "offsets must be finite, got inf"),
        (lambda: LogLinear(to_balls([[1], [2]]), [0, 0]), "features must be float64, got an array"),
        (lambda: Sinusoidal(0, 1, 1, 0), "frequency must be positive, got 0.0"),
        (lambda: Sinusoidal(math.nan, 1, 1, 1), "offset must be finite, got nan"),
        (lambda: NonlinearLogits([[1]], [[1]], [0]), "responses n must be at least 2, got 1"),
        (lambda: NonlinearLogits([[1], [2]], [[1], [2]], [0, 0]), r"B must have shape \(1, any\)"),
        (
            lambda: NonlinearLogits(np.ones((2, 0)), np.ones((0, 1)), [0, 0]),
            "units m must be at least 1, got 0",
        ),
        (
            lambda: NonlinearLogits(np.ones((2, 1)), np.ones((1, 0)), [0, 0]),
            "dimension d must be at least 1, got 0",
        ),
        (lambda: NonlinearLogits([[1], [2]], [[1]], [0]), r"offsets must have shape \(2\)"),
        (lambda: ball_precision(1).__enter__(), "at least 2 bits, got 1"),
        (lambda: checked("x", to_balls([1.0, math.inf]), (2,)), "x must be finite"),
    ],
)
def test_a_violated_hypothesis_is_named_in_one_line(build, message):
    with pytest.raises(ValueError, match=message) as error:
        build()
    assert "\n" not in str(error.value)


POLICIES = [
    SIMPLEX,
    Tabular(3),
    Sinusoidal(0, 1, 1, 1),
    NonlinearLogits([[1], [2]], [[1, 1]], [0, 0]),
]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: type(policy).__name__)
@pytest.mark.parametrize("bad", ["shape", "nan"])
def test_every_method_refuses_a_theta_or_direction_outside_its_domain(policy, bad):
    good = np.ones(policy.d)
    wrong = np.ones(policy.d + 1) if bad == "shape" else np.full(policy.d, math.nan)
    message = "must have shape" if bad == "shape" else "must be finite, got nan"
    for method in (policy.log_probs, policy.scores, policy.logits, policy.logit_gradients):
        with pytest.raises(ValueError, match="theta " + message):
            method(wrong)
    with pytest.raises(ValueError, match="theta " + message):
        policy.curvatures(wrong, good)
    with pytest.raises(ValueError, match="theta " + message):
        policy.logit_changes(wrong, good, 1.0)
    for refuse in (
        policy.score_bound,
        policy.smoothness,
        lambda w: policy.curvatures(good, w),
        lambda w: policy.logit_changes(good, w, 1.0),
    ):
        with pytest.raises(ValueError, match="direction w " + message):
            refuse(wrong)


def test_parameters_cannot_be_changed_after_construction():
    with pytest.raises(ValueError, match="read-only"):
        SIMPLEX.features[0, 0] = 1.0
