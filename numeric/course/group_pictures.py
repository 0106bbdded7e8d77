"""The picture of proofs_notes/chapters/groups.md: the factor of GRPO on groups, by enumeration."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from numeric.course.pictures import BLUE, GREEN, PURPLE, VERMILION, Curve, canvas, curve
from theory.group_thresholds import mean_deviation

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def deviation(J: Curve) -> Curve:
    """sqrt(J(1-J)), (n,)."""
    return np.sqrt(J * (1 - J))


def groups() -> Figure:
    """Left: the factor at n = 8, its limit, its bound for rare success, and that of Dr. GRPO.
    Right: the share of the limit that is left, by n J."""
    figure = canvas(2)
    left, right = figure.subplots(1, 2)
    J = np.logspace(-4, -0.05, 81)
    left.loglog(J, deviation(J), color="black", linestyle=":", label="√(J(1-J)), n → ∞")
    left.loglog(
        J, curve(lambda x: mean_deviation(x, 8), J), color=BLUE, linewidth=2, label="GRPO, n = 8"
    )
    left.loglog(J, sqrt(7) * J, color=VERMILION, linestyle="--", label="J √(n-1)")
    left.loglog(J, 7 / 8 * J * (1 - J), color=GREEN, linestyle="-.", label="Dr. GRPO, n = 8")
    left.set(xlabel="success rate J", ylabel="factor of the gap", ylim=(5e-5, 2))
    expected = np.logspace(-2, 1, 61)
    for n, color, style in ((4, GREEN, "-."), (16, BLUE, "-"), (64, PURPLE, "--")):
        x = expected[expected <= n / 2]
        share = [mean_deviation(y / n, n) for y in x] / deviation(x / n)
        right.semilogx(x, share, color=color, linestyle=style, label=f"n = {n}")
    right.set(xlabel="right responses expected in a group, n J", ylabel="factor / √(J(1-J))")
    for axes in (left, right):
        axes.legend(frameon=False, fontsize=9)
        axes.grid(alpha=0.3)
    return figure
