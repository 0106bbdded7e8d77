"""Does a finite policy reach the worst case? One to write down, and a program for all of them.

The laws of `numeric.experiments.worst_case.program` know an update at its end. A policy is on its
way at every t in [0, eta]: probabilities sum to one, and its scores s_t satisfy |s_t - s_0| <= L t.

`attaining_share` looks for a policy that reaches the extreme. There one class is forced:

    least change, "correct" binds:    log pi(o, t) grows by m+ t - L t^2/2 for every correct o;
    least change, "incorrect" binds:  by s t + L t^2/2, s = G or -G, for every incorrect o.

In the other class, scores are its mean with probability 1 - share, and G or -G with probability
share (the mean unchanged); log pi(o, t) grows by s t + A(t), where A is what normalisation leaves:

    A(t) = log(mass that is left at t) - log(mass at 0) - log E[e^(s t)].

So this is a finite policy, and it is smooth on [0, eta] if |A'(t)| <= L t. Balls decide. Beyond the
segment it continues log-linearly. For the greatest change exchange correct and incorrect.

`on_the_way` asks for normalisation at some more times. The mass of responses of score s is then
p_(k+1) = p_k e^(s (t_(k+1) - t_k) + u), |u| <= L (t_(k+1)^2 - t_k^2)/2: linear in the masses. With
one time it is the program of the laws; with more times it approaches the worst case over finite
policies. In floats and over some scores only: measured, not certified.
"""

import math
from fractions import Fraction

import numpy as np
from flint import arb, arb_series
from scipy.optimize import linprog, minimize_scalar
from scipy.sparse import csr_matrix, diags, eye, vstack

from numeric.core.balls import ball_precision
from numeric.experiments.worst_case.program import BITS, Update, closed_form, exact, share_of_G

SHARES, LOOKS, HALVINGS = 8, 24, 12


def attaining_share(update: Update, greatest: bool = False) -> float | None:
    """The share of spread responses in a policy that attains the extreme change; None: not found.

    The share is chosen at a few times, in floats; that it serves at all times is proved."""
    if greatest:
        return attaining_share(update.mirrored())
    with ball_precision(BITS):
        _, binding = closed_form(update)
        times = [exact(update.eta * k / LOOKS) for k in range(1, LOOKS + 1)]

        def roughness(share: float) -> float:
            slopes = [drift(update, binding, Fraction(share), t)[1] / t for t in times]
            return max(abs(float(slope)) if slope.is_finite() else math.inf for slope in slopes)

        coarse = min((k / SHARES for k in range(SHARES + 1)), key=roughness)
        around = max(coarse - 1 / SHARES, 0), min(coarse + 1 / SHARES, 1)
        fine = minimize_scalar(roughness, bounds=around, method="bounded").x
        best = min(coarse, float(fine), key=roughness)
        return best if smooth(update, binding, Fraction(best)) else None


def drift(update: Update, binding: str, share: Fraction, t: arb) -> tuple[arb, arb, arb]:
    """A, A' and A'' of the module docstring, on the ball t."""
    x = arb_series([t, 1], 3)
    J, F = exact(update.J), exact(update.F)
    plus, minus = update.means
    bend = exact(update.L / 2) * x * x
    if binding == "correct":
        left = 1 - J * (exact(plus) * x - bend).exp()
        start, mean = F, minus
    else:
        left = 1 - F * spread(update, minus, x) * bend.exp()
        start, mean = J, plus
    moved = exact(1 - share) * (exact(mean) * x).exp() + exact(share) * spread(update, mean, x)
    if not (left[0] > 0 and moved[0] > 0):
        return (arb("nan"),) * 3
    A = (left / (start * moved)).log()
    return A[0], A[1], 2 * A[2]


def spread(update: Update, mean: Fraction, x: arb_series) -> arb_series:
    """E[e^(s x)] for scores -G and G with this mean."""
    upward, bound = share_of_G(update, mean), exact(update.G)
    return exact(upward) * (bound * x).exp() + exact(1 - upward) * (-bound * x).exp()


def smooth(update: Update, binding: str, share: Fraction) -> bool:
    """Whether |A'(t)| <= L t for certain on [0, eta]; next to t = 0, where A' = 0, |A''| <= L."""
    L, waiting = exact(update.L), [(Fraction(0), update.eta, HALVINGS)]
    while waiting:
        start, end, halvings = waiting.pop()
        middle, radius = (start + end) / 2, exact((end - start) / 2)
        _, _, bend = drift(update, binding, share, exact(middle) + arb(0, 1) * radius)
        _, slope, _ = drift(update, binding, share, exact(middle))
        steepest = abs(slope) + radius * abs(bend)
        if steepest <= L * exact(start) or (start == 0 and abs(bend) <= L):
            continue
        if halvings == 0:
            return False
        waiting += [(start, middle, halvings - 1), (middle, end, halvings - 1)]
    return True


def on_the_way(
    update: Update, times: int, greatest: bool = False, scores: int = 21
) -> float | None:
    """The extreme change of log odds when probabilities sum to one at `times` >= 1 equal times up
    to eta, by HiGHS over this many scores and the two means; None: HiGHS finds no such policy."""
    J, F = float(update.J), float(update.F)
    G, L, eta = float(update.G), float(update.L), float(update.eta)
    means = [float(m) for m in update.means]
    s = np.unique(np.concatenate([np.linspace(-G, G, scores), means]))
    n, t = len(s), np.linspace(0, eta, times + 1)
    s2 = np.concatenate([s, s])
    size = 2 * n * (times + 1)
    correct = np.repeat([1.0, 0.0], n)
    masses = eye(size, format="csr")
    start, moves, totals = masses[: 2 * n], [], []
    for k in range(times):
        now, later = masses[2 * n * k : 2 * n * (k + 1)], masses[2 * n * (k + 1) : 2 * n * (k + 2)]
        length, slack = t[k + 1] - t[k], L * (t[k + 1] ** 2 - t[k] ** 2) / 2
        moves += [later - diags(np.exp(s2 * length + slack)) @ now]
        moves += [diags(np.exp(s2 * length - slack)) @ now - later]
        totals += [np.ones((1, 2 * n)) @ later]
    first = np.vstack([correct, 1 - correct, correct * s2, (1 - correct) * s2]) @ start
    found = linprog(
        (1 - 2 * greatest) * (correct @ masses[-2 * n :]),
        A_ub=vstack(moves),
        b_ub=np.zeros(4 * n * times),
        A_eq=vstack([csr_matrix(first), *map(csr_matrix, totals)]),
        b_eq=[J, F, J * means[0], F * means[1], *[1] * times],
        method="highs",
    )
    if found.status != 0:
        return None
    rate = found.x[-2 * n :] @ correct
    return float(math.log(rate / (1 - rate)) - math.log(J / F))
