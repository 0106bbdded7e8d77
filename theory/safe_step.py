"""The longest step that safe_gap allows: its condition on the gap, solved for the step."""

from typing import Any

import numpy as np

HALVINGS = 70


def longest_safe(J: Any, F: Any, gap: Any, L: Any, G: Any) -> Any:
    """safe_gap solved for the step, in float64: numbers, or arrays of one shape.

    Its second branch is G tanh(eta G/2) + G (1 - e^(-L eta^2/2))/sinh(eta G) < J gap. The left side
    rises in eta, and the root lies between 2J gap/(L + G^2), the branch of eta_safe, and both
    2J gap/L and the root without L."""
    J, F, gap, L, G = (np.float64(x) if np.ndim(x) == 0 else x for x in (J, F, gap, L, G))
    with np.errstate(all="ignore"):
        low, target = 2 * J * gap / (L + G**2), J * gap / G
        high = np.fmin(2 * J * gap / L, np.where(target < 1, 2 * np.arctanh(target) / G, np.inf))
        high = np.fmax(low, np.fmin(high, np.finfo(np.float64).max))
        for halving in range(HALVINGS):
            far = halving < HALVINGS // 5  # by ratios at first: the two ends may be far apart
            middle = np.sqrt(low) * np.sqrt(high) if far else low + (high - low) / 2
            x = middle * G
            loss = np.tanh(x / 2) - np.expm1(-L * middle**2 / 2) / np.sinh(x)
            low, high = np.where(loss < target, middle, low), np.where(loss < target, high, middle)
        found = np.fmax(low, 2 * F * gap / L)
    return found if found.ndim else float(found)
