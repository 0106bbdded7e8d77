"""Training on the laboratory problems: every learning rate, every problem, at once.

An update adds c (g+ - g-) to theta, and c is a multiple of the unit of one of `RULES`. It changes
the logits by c K v, so theta itself is never needed.

Published results show that stochastic gradient bandits with tabular logits converge almost surely
at any constant rate. They do not speak of these runs: features are shared, and the horizon is
finite. `perceptron_bound` says what can be said for the 1/J-normalised update.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from numeric.experiments.bandit.rates import (
    Floats,
    Grpo,
    Normalised,
    Rate,
    Reinforce,
    TrainingPoint,
)
from numeric.experiments.laboratory.laboratory import (
    CORRECT,
    RESPONSES,
    Problems,
    climb,
    diameter,
    safe_step,
    spread,
    start,
)


@dataclass(frozen=True)
class Rule:
    """A learning rate of `RULES`, and how many times its unit is taken."""

    name: str
    multiple: float


@dataclass(frozen=True, eq=False)
class Now:
    """Where all problems stand under one rule: J, fail = 1 - J, log odds and ||g+ - g-||, the
    spread of the logits' change along the gap, and the diameter of the features, all (P,)."""

    J: Floats
    fail: Floats
    log_odds: Floats
    gap_norm: Floats
    change_spread: Floats
    diameter: Floats


def _rate(rate: Rate) -> Callable[[Now], Floats]:
    """A rule of `bandit.rates` that is linear in alpha, for alpha = 2/L, L = D^2/4."""

    def unit(now: Now) -> Floats:
        D = now.diameter
        return rate(TrainingPoint(now.J, now.fail, now.gap_norm, D**2 / 4, D)) * 8 / D**2

    return unit


def _adaptive(now: Now) -> Floats:
    D = now.change_spread / now.gap_norm
    return safe_step(now.log_odds, now.gap_norm, D**2 / 4, D) / now.gap_norm


RULES: dict[str, Callable[[Now], Floats]] = {
    "adaptive": _adaptive,
    "constant step": lambda now: 1 / (now.diameter * now.gap_norm),
    "REINFORCE": _rate(Reinforce(1.0)),
    "GRPO": _rate(Grpo(1.0)),
    "1/J-normalised": _rate(Normalised(1.0)),
}
"""The multiple c of the gap that each rule adds to theta, in its unit: steps of eta_safe, with the
constants along the gap; steps of length 1/D, D the diameter of the features; and learning rates
alpha = 2/L with L = D^2/4. REINFORCE is also Dr. GRPO: responses have length 1."""


@dataclass(frozen=True, eq=False)
class Training:
    """K updates by R rules. `curve` (T, P, R) is J after `steps` (T,) updates. The rest is (P, R).

    Over the last fifth of the updates: `mean`, `least` and `greatest` J, and `late_falls`, how many
    of them lowered J by more than `FALL`. Over all: `falls`, the same, `lowest` J, `failures` the
    sum of 1 - J before each update, and `cumulative_gap` M(K) of (14)."""

    steps: NDArray[np.intp]
    curve: Floats
    mean: Floats
    least: Floats
    greatest: Floats
    late_falls: Floats
    falls: Floats
    lowest: Floats
    failures: Floats
    cumulative_gap: Floats


FALL = 1e-6
AT_REST = 1e-12
"""A smaller gap is rounding, and so is its direction: it is not scaled up to a full step."""

Progress = Callable[[int, int], object]


def train(
    problem: Problems,
    success_rate: float,
    rules: Sequence[Rule],
    updates: int,
    progress: Progress = lambda done, total: None,
) -> Training:
    """Train all problems by all rules at once from this J, with K = `updates` >= 5."""
    if updates < 5:
        raise ValueError(f"the number of updates must be at least 5, got {updates}")
    multiple = np.array([rule.multiple for rule in rules])
    D, late = diameter(problem.features), updates - updates // 5
    h = np.repeat(start(problem, success_rate)[:, None], len(rules), axis=1)
    mean, late_falls, falls, failures, cumulative = (np.zeros(h.shape[:2]) for _ in range(5))
    least, lowest, greatest = (np.full(h.shape[:2], x) for x in (1.0, 1.0, 0.0))
    steps = np.unique(np.geomspace(1, updates, 60).astype(np.intp))
    curve, J_before = [], np.zeros(h.shape[:2])
    for k in range(updates + 1):
        f, gap, change = climb(h, problem.gram)
        J, fail = expit(f), expit(-f)
        fell = J < J_before - FALL
        falls += fell
        lowest = np.minimum(lowest, J)
        if k == 0 or k in steps:
            curve.append(J)
        if k > late:
            mean += J / (updates - late)
            least, greatest = np.minimum(least, J), np.maximum(greatest, J)
            late_falls += fell
        if k == updates:
            break
        gap_norm, width = np.maximum(gap, AT_REST), spread(change)
        now = [
            Now(J[:, r], fail[:, r], f[:, r], gap_norm[:, r], width[:, r], D)
            for r in range(len(rules))
        ]
        units = [RULES[rule.name](at) for rule, at in zip(rules, now, strict=True)]
        c = multiple * np.stack(units, axis=1)
        failures += fail
        cumulative += c * gap**2
        h += c[..., None] * change
        J_before = J
        progress(k + 1, updates)
    return Training(
        np.insert(steps, 0, 0),
        np.stack(curve),
        mean,
        least,
        greatest,
        late_falls,
        falls,
        lowest,
        failures,
        cumulative,
    )


CONVERGED, COLLAPSED, STAGNATES, RISING = (
    "converged",
    "collapsed",
    "stagnates",
    "below, not falling",
)
OUTCOMES = (CONVERGED, RISING, STAGNATES, COLLAPSED)


def outcome(run: Training) -> NDArray[np.str_]:
    """How each run ends, (P, R), by its last fifth: converged, J >= 0.99 throughout; collapsed, J
    below a tenth of its start throughout; stagnates, neither, and J fell at least once; the rest is
    below 0.99 and did not fall: still rising, or at rest."""
    choices = [run.least >= 0.99, run.greatest < run.curve[0] / 10, run.late_falls > 0]
    return np.select(choices, [CONVERGED, COLLAPSED, STAGNATES], RISING)


def perceptron_bound(problem: Problems, success_rate: float, alpha: Floats, updates: int) -> Floats:
    """A bound on S = sum of 1 - J over K updates theta += alpha g+, separable problems; inf for
    others. Any alpha > 0, (P,): derived on paper (proofs_notes/laboratory.md), not in the kernel.

        alpha gamma^2 S  <=  2 log(K/S) + 2 log(n-) + 2 B + alpha D^2

    gamma is the margin, n- the number of incorrect responses, B by how much an offset of an
    incorrect response is above that of a correct one. The largest S is found by bisection."""
    offsets, D = start(problem, success_rate), diameter(problem.features)
    B = np.maximum(offsets[:, CORRECT:].max(axis=1) - offsets[:, :CORRECT].min(axis=1), 0.0)
    room = 2 * np.log(RESPONSES - CORRECT) + 2 * B + alpha * D**2
    low, high = np.zeros(len(D)), np.full(len(D), float(updates))
    for _ in range(60):
        S = (low + high) / 2
        fits = alpha * problem.margin**2 * S <= 2 * np.log(updates / S) + room
        low, high = np.where(fits, S, low), np.where(fits, high, S)
    return np.where(problem.margin > 0, high, np.inf)
