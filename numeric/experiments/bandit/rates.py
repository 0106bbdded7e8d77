"""Learning-rate rules: how far one update goes along the gradient gap of the training context.

Every update of the bandit is theta += c (g+ - g-), with c >= 0 from one of these rules. The step
size of the paper is then eta = c ||g+ - g-||, along the unit vector w = (g+ - g-)/||g+ - g-||.
Responses have length 1, so Dr. GRPO and REINFORCE are the same rule.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from theory.evaluate import evaluate
from theory.statements.eta_safe import SAFE_STEP

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TrainingPoint:
    """The training context x of each seed, before the update; every array has shape (S,).

    `fail` = 1 - J and is accurate relative to itself. L and G are the constants of Assumption 1 for
    the log-linear policy at x: G = sqrt 2 ||x|| and L = ||x||^2/2."""

    J: Floats
    fail: Floats
    gap_norm: Floats
    L: Floats
    G: Floats


class Rate(Protocol):
    """A rule: the multiple c of the gap that is added to theta, shape (S,)."""

    def __call__(self, at: TrainingPoint) -> Floats: ...


@dataclass(frozen=True)
class Reinforce:
    """The exact policy gradient (4), and Dr. GRPO: c = alpha J (1 - J)."""

    alpha: float = 0.1

    def __call__(self, at: TrainingPoint) -> Floats:
        return self.alpha * at.J * at.fail


@dataclass(frozen=True)
class Grpo:
    """Divided by the standard deviation of the reward (5): c = alpha sqrt(J (1 - J))."""

    alpha: float = 0.1

    def __call__(self, at: TrainingPoint) -> Floats:
        return self.alpha * np.sqrt(at.J * at.fail)


@dataclass(frozen=True)
class Normalised:
    """Divided by the mean of the reward: c = alpha (1 - J)."""

    alpha: float = 0.1

    def __call__(self, at: TrainingPoint) -> Floats:
        return self.alpha * at.fail


@dataclass(frozen=True)
class ConstantStep:
    """A step of the same length each time: c = eta / ||g+ - g-||."""

    eta: float = 0.1

    def __call__(self, at: TrainingPoint) -> Floats:
        return self.eta / at.gap_norm


@dataclass(frozen=True)
class Adaptive:
    """A share of the safe step of claim `eta_safe`: c = kappa eta_safe / ||g+ - g-||."""

    kappa: float = 0.5

    def __call__(self, at: TrainingPoint) -> Floats:
        columns = (at.J, at.fail, at.gap_norm, at.L, at.G)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        names = ("J", "F", "gap", "L", "G")
        safe = [float(evaluate(SAFE_STEP, dict(zip(names, row, strict=True)))) for row in rows]
        return self.kappa * np.array(safe) / at.gap_norm
