"""How far Theorem 2 goes: the least printed step, 60 gap/(L + G^2), and large score bounds G.

Assumption 1 holds with any G above the largest score. Read as "for every G >= sqrt L", Theorem 2
says that the step collapses on some instance. It does for G^2 < 29 L, where it is longer than
2 gap/L, on a ridge (numeric.experiments.collapse.landscapes). If G^2 > 29 L the reading is false:
once J is so small that (1 - J)(L + G^2) > 30 L, the step is below 2(1 - J) gap/L, and J rises on
*every* policy (claim `sharp_step`).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb

from numeric.core.balls import ball_precision, to_balls
from numeric.core.step import draw_step, measure_step


@dataclass(frozen=True)
class Rise:
    """A step of 60 gap/(L + G^2) on a policy that satisfies Assumption 1 with L and G, in balls.

    `change` is that of the log odds, `safe_step` is 2(1 - J) gap/L."""

    J: arb
    gap: arb
    L: float
    G: float
    step_size: arb
    safe_step: arb
    change: arb


def least_printed_step(gap: Any, L: Any, G: Any) -> Any:
    """60 gap/(L + G^2): the least step of Theorem 2."""
    return 60 * gap / (L + G**2)


def draw_rise(rng: np.random.Generator) -> Rise:
    """A random policy of any family with log odds of success between -30 and -2, G^2 >= 29 L and
    more, so that (1 - J)(L + G^2) > 30 L, and its update by the least printed step."""
    while True:
        policy, theta, w, _, reward = draw_step(rng, float(rng.uniform(-30, -2)))
        here = measure_step(policy, to_balls(theta), w, 0.0, reward)
        known = policy.constants()
        if abs(here.alignment) > 0 and known.L > 0:
            break
    w, gap = (w, here.alignment) if here.alignment > 0 else (-w, -here.alignment)
    room = float(30 / here.fail - 1) * (1 + 1e-9) * rng.choice([1.0, 10 ** rng.uniform(0, 4)])
    G = max(known.G, float(np.sqrt(room * known.L)))
    with ball_precision():
        step_size = least_printed_step(gap, arb(known.L), arb(G))
        change = measure_step(policy, to_balls(theta), w, step_size, reward).delta_log_odds
        safe_step = 2 * here.fail * gap / known.L
    return Rise(here.J, gap, known.L, G, step_size, safe_step, change)
