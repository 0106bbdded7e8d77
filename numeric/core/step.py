"""One update theta' = theta + eta w with a 0/1 reward (paper, (3) and Section 3.1), measured.

Everything is computed from log odds and from changes of logits, never from J' - J, so that success
rates of 1e-300 and of 1 - 1e-12 are measured as well as 1/2. With h the logits,
d(o) = h_o(theta') - h_o(theta) and E+, E- the conditional means (7),

    f = log J/(1-J)  =  log sum_+ e^h - log sum_- e^h
    f' - f           =  log E+[e^X] - log E-[e^X]  =  log E+[e^d] - log E-[e^d]

as X = log pi' - log pi differs from d by the same constant on all responses; d itself comes from
the policy without cancellation, for theta' = theta + eta w before any rounding.
"""

import heapq
from dataclasses import dataclass
from itertools import count

import numpy as np
from flint import arb
from numpy.typing import NDArray

from numeric.core.balls import (
    Array,
    Scalar,
    ball_precision,
    checked,
    is_balls,
    largest,
    log_sum_exp,
    midpoints,
    round_up,
    sigmoid,
    to_balls,
)
from numeric.core.policies import LogLinear, NonlinearLogits, Policy, Sinusoidal, Tabular

__all__ = [
    "GradientGap",
    "StepMeasurement",
    "ball_precision",
    "draw_step",
    "gradient_gap",
    "measure_step",
    "segment_curvatures",
    "segment_smoothness",
    "to_balls",
]


@dataclass(frozen=True, eq=False)
class GradientGap:
    """The gradient gap (9) and the policy gradient (10) at theta; vectors of shape (d,).

    `J` and `fail` = 1 - J are both accurate relative to themselves: near J = 1, use `fail`.
    """

    J: Scalar
    fail: Scalar
    log_odds: Scalar
    g_plus: Array
    g_minus: Array
    gap: Array
    policy_gradient: Array


@dataclass(frozen=True)
class StepMeasurement:
    """One step; floats, or balls when theta or w was given in balls.

    `mean_plus` and `mean_minus` are E+[s] and E-[s] for s = w . grad log pi, `alignment` is
    Delta mu (11), `max_abs_score` is max_o |s(o)| at theta, before the step. J (or fail) below the
    least float, log odds under -745, underflows to 0; log odds and log ratios do not.
    """

    step_size: Scalar
    log_odds: Scalar
    log_odds_next: Scalar
    delta_log_odds: Scalar
    J: Scalar
    fail: Scalar
    J_next: Scalar
    fail_next: Scalar
    log_J_ratio: Scalar
    log_fail_ratio: Scalar
    mean_plus: Scalar
    mean_minus: Scalar
    alignment: Scalar
    max_abs_score: Scalar


def gradient_gap(policy: Policy, theta: Array, reward: Array, bits: int = 256) -> GradientGap:
    """g+, g- (8), their gap (9) and the policy gradient (10), theta (d,), reward (n,) in {0, 1}.

    The gap is E+[grad h] - E-[grad h]: the scores are grad h minus a constant. Then g+ = (1-J) gap
    and g- = -J gap, as J g+ + (1-J) g- = 0; averaging scores would lose g+ as J -> 1. Balls are
    computed with `bits` bits. ValueError: empty or full success set, reward not in {0, 1}, shapes.
    """
    plus = _success_set(policy, reward)
    with ball_precision(bits):
        theta = checked("theta", theta, (policy.d,))
        h, gradients = policy.logits(theta), policy.logit_gradients(theta)
        log_odds = log_sum_exp(h[plus]) - log_sum_exp(h[~plus])
        gap = _softmax(h[plus]) @ gradients[plus] - _softmax(h[~plus]) @ gradients[~plus]
        J, fail = sigmoid(log_odds), sigmoid(-log_odds)
        return GradientGap(
            J=_plain(J),
            fail=_plain(fail),
            log_odds=_plain(log_odds),
            g_plus=fail * gap,
            g_minus=-J * gap,
            gap=gap,
            policy_gradient=J * fail * gap,
        )


def measure_step(
    policy: Policy, theta: Array, w: Array, eta: Scalar, reward: Array, bits: int = 256
) -> StepMeasurement:
    """Measure theta' = theta + eta w: theta, w (d,), eta >= 0, reward (n,) in {0, 1}.

    ||w|| <= 1 is the caller's business: no formula here needs it. Balls are computed with `bits`
    bits, whatever the ambient precision. In float64 the error of `delta_log_odds` is a small
    multiple of 2^-53 (1 + max |h|) max |d|: relative to the size of the step, not to that of
    odds or probabilities (tests/laws/test_step.py has the argument).
    ValueError: empty or full success set, reward not in {0, 1}, eta negative, not finite, shapes.
    """
    plus = _success_set(policy, reward)
    with ball_precision(bits), np.errstate(over="ignore", invalid="ignore"):
        theta, w, eta = _step(policy, theta, w, eta)
        h, d = policy.logits(theta), policy.logit_changes(theta, w, eta)
        centre = midpoints(d)
        d = d - float(centre.max() + centre.min()) / 2
        f = log_sum_exp(h[plus]) - log_sum_exp(h[~plus])
        change = _log_mean_exp(h[plus], d[plus]) - _log_mean_exp(h[~plus], d[~plus])

        J, fail = sigmoid(f), sigmoid(-f)
        log_J, log_fail = -_softplus(-f), -_softplus(f)
        slopes = policy.logit_gradients(theta) @ w
        alignment = _softmax(h[plus]) @ slopes[plus] - _softmax(h[~plus]) @ slopes[~plus]
        numbers = {
            "step_size": eta,
            "log_odds": f,
            "log_odds_next": f + change,
            "delta_log_odds": change,
            "J": J,
            "fail": fail,
            "J_next": sigmoid(f + change),
            "fail_next": sigmoid(-f - change),
            "log_J_ratio": -_log_reweighted(fail, log_fail, log_J, -change),
            "log_fail_ratio": -_log_reweighted(J, log_J, log_fail, change),
            "mean_plus": fail * alignment,
            "mean_minus": -J * alignment,
            "alignment": alignment,
            "max_abs_score": largest(abs(policy.scores(theta) @ w)),
        }
        return StepMeasurement(**{name: _plain(number) for name, number in numbers.items()})


def segment_smoothness(
    policy: Policy, theta: Array, w: Array, eta: Scalar, pieces: int = 64
) -> float:
    """A certified L >= sup over t in [0, eta] of max_o |w . hess log pi_{theta + t w}(o) . w|.

    The curvatures are evaluated on balls that cover the segment; the piece with the largest bound
    is halved until there are `pieces` >= 1 of them. Returned as a float rounded up, and never above
    the closed form `policy.smoothness(w)`. ValueError as in `measure_step`.
    """
    if pieces < 1:
        raise ValueError(f"number of pieces must be at least 1, got {pieces}")
    with ball_precision():
        theta, w, eta = _step(policy, to_balls(theta), w, eta)

        def bound(middle: arb, radius: arb) -> float:
            t = middle + arb(0, radius)
            return round_up(largest(abs(policy.curvatures(theta + t * w, w))))

        half = eta / 2
        order = count()  # breaks ties, so that balls are never compared
        heap = [(-bound(half, half), next(order), half, half)]
        while len(heap) < pieces and eta > 0:
            _, _, middle, radius = heapq.heappop(heap)
            half = radius / 2
            for centre in (middle - half, middle + half):
                heapq.heappush(heap, (-bound(centre, half), next(order), centre, half))
        return min(-heap[0][0], policy.smoothness(w))


def segment_curvatures(
    policy: Policy, theta: Array, w: Array, eta: Scalar, pieces: int = 64
) -> Array:
    """Of each response o a certified bound on |w . hess log pi_{theta + t w}(o) . w| over t in
    [0, eta]; float64, shape (n,).

    As `segment_smoothness`, but the responses take turns: the piece that is halved has the largest
    bound for the response whose turn it is. ValueError as there.
    """
    if pieces < 1:
        raise ValueError(f"number of pieces must be at least 1, got {pieces}")
    with ball_precision():
        theta, w, eta = _step(policy, to_balls(theta), w, eta)

        def piece(middle: arb, radius: arb) -> tuple[arb, arb, Array]:
            t = middle + arb(0, radius)
            curved = abs(policy.curvatures(theta + t * w, w))
            return middle, radius, np.array([round_up(x) for x in curved])

        cover = [piece(eta / 2, eta / 2)]
        for turn in range(pieces - 1 if eta > 0 else 0):
            there = [bounds[turn % policy.n] for *_, bounds in cover]
            middle, radius, _ = cover.pop(int(np.argmax(there)))
            half = radius / 2
            cover += [piece(centre, half) for centre in (middle - half, middle + half)]
        largest_bounds = np.max([bounds for *_, bounds in cover], axis=0)
        return np.minimum(largest_bounds, policy.smoothness(w))


def draw_step(
    rng: np.random.Generator, target_log_odds: float | None = None
) -> tuple[Policy, Array, Array, float, Array]:
    """A random (policy, theta, w, eta, reward) in float64, with ||w|| <= 1.

    Any family, n in 2..8, d in 1..5 (tabular: d = n), features and theta over three decades, eta
    log-uniform in [1e-6, 1e3]; w is random or, half of the time, along or against the gap. With a
    finite target, offsets (tabular: theta) of correct responses are shifted so that the log odds
    of success equal it up to rounding.
    """
    if target_log_odds is not None:
        checked("target log odds", target_log_odds, ())
    n, d = int(rng.integers(2, 9)), int(rng.integers(1, 6))
    scale = 10 ** rng.uniform(-1.5, 1.5)
    family = rng.choice(["log-linear", "tabular", "sinusoidal", "nonlinear"])
    n, d = {"tabular": (n, n), "sinusoidal": (2, 1)}.get(family, (n, d))
    theta = rng.normal(size=d) * 10 ** rng.uniform(-2, 1)
    offsets = rng.normal(size=n) * rng.choice([0, 1, 5])
    reward = rng.permutation((np.arange(n) < rng.integers(1, n)).astype(np.float64))
    features = scale * rng.normal(size=(n, d))
    units = rng.normal(size=(int(rng.integers(1, 5)), d))
    shape = (float(x) for x in (*(scale * rng.normal(size=2)), 10 ** rng.uniform(-1, 1)))
    slope, amplitude, frequency = shape
    mixing = scale * rng.normal(size=(n, len(units)))

    def build(shift: float) -> tuple[Policy, Array]:
        moved = offsets + shift * reward
        if family == "tabular":
            return Tabular(n), theta + shift * reward
        if family == "sinusoidal":
            return Sinusoidal(moved[0] - moved[1], slope, amplitude, frequency), theta
        if family == "nonlinear":
            return NonlinearLogits(mixing, units, moved), theta
        return LogLinear(features, moved), theta

    policy, start = build(0.0)
    if target_log_odds is not None:
        now = gradient_gap(policy, start, reward).log_odds
        policy, start = build(target_log_odds - now)
    w = rng.normal(size=d)
    along = rng.choice([-1, 0, 0, 1])
    gap = gradient_gap(policy, start, reward).gap
    if along and np.any(gap):
        w = along * gap
    # The last factor keeps ||w|| <= 1 after rounding.
    w = w / np.linalg.norm(w) * rng.choice([1.0, rng.uniform()]) * (1 - 1e-15)
    return policy, start, w, float(10 ** rng.uniform(-6, 3)), reward


def _success_set(policy: Policy, reward: Array) -> NDArray[np.bool_]:
    """The responses with reward 1, shape (n,), neither none nor all of them."""
    values = checked("reward", reward, (policy.n,))
    for value in values:
        if value not in (0, 1):
            raise ValueError(f"reward must be 0 or 1, got {value}")
    plus = (values == 1).astype(np.bool_)
    if not plus.any():
        raise ValueError(f"success set must not be empty, got reward {values.tolist()}")
    if plus.all():
        raise ValueError(f"success set must not be full, got reward {values.tolist()}")
    return plus


def _step(policy: Policy, theta: Array, w: Array, eta: Scalar) -> tuple[Array, Array, Scalar]:
    """theta, w and eta, checked and in one arithmetic: balls if any of them is."""
    theta = checked("theta", theta, (policy.d,))
    w = checked("direction w", w, (policy.d,))
    step_size = checked("step size eta", np.asarray(eta) if is_balls(eta) else eta, ())[()]
    if not step_size >= 0:
        raise ValueError(f"step size eta must be nonnegative, got {step_size}")
    if is_balls(theta) or is_balls(w) or is_balls(step_size):
        return to_balls(theta), to_balls(w), to_balls(step_size)[()]
    return theta, w, step_size


def _plain(number: Scalar) -> Scalar:
    """A Python float, or the ball."""
    return number if is_balls(number) else float(number)


def _softmax(h: Array) -> Array:
    return np.exp(h - log_sum_exp(h))


def _softplus(x: Scalar) -> Scalar:
    """log(1 + e^x)."""
    return log_sum_exp(np.array([x * 0, x]))


def _log_mean_exp(h: Array, d: Array) -> Scalar:
    """log E[e^d] under the softmax of h, both (m,); small d must not be added to large h."""
    if not is_balls(d) and abs(d).max() <= 1:
        return np.log1p(_softmax(h) @ np.expm1(d))
    return log_sum_exp(h + d) - log_sum_exp(h)


def _log_reweighted(mass: Scalar, log_mass: Scalar, log_rest: Scalar, change: Scalar) -> Scalar:
    """log(rest + mass e^change) where mass + rest = 1: the log normaliser after a change of odds.

    Both forms are valid everywhere: the first keeps small results, the second does not cancel.
    """
    moved = mass * np.expm1(change)
    if abs(float(moved)) <= 0.5:
        return np.log1p(moved)
    return log_sum_exp(np.array([log_rest, log_mass + change]))
