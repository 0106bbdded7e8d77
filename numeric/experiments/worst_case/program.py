"""The worst case of one update as a linear program: solved in floats, certified in balls.

One update moves log pi(o) by X = eta s + r: a score |s| <= G, and a remainder |r| <= rho with
rho = L eta^2/2. Of J' only the joint laws of (s, r) under pi+ and pi- are left:

    E+[s] = m+ = (1-J) gap,  E-[s] = m- = -J gap,  J E+[e^X] + (1-J) E-[e^X] = 1,  J' = J E+[e^X]

and the least J' over all such pairs of laws is a linear program. With psi = e^X - 1 - eta s, which
is convex in s, increases in r and has J E+[psi] + (1-J) E-[psi] = 0, any multipliers prove

    J' - J - J eta m+  =   (1 - lam) J E+[psi] - lam (1-J) E-[psi]
                      >=   b+ m+ + min{ (1 - lam) J psi - b+ s }
                         + b- m- + min{ - lam (1-J) psi - b- s },

minima over the whole rectangle |s| <= G, |r| <= rho. The greatest J' is the least 1 - J' with
correct and incorrect exchanged and the gap negated: ``mirrored``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb
from scipy.optimize import linprog

from numeric.core.balls import ball_precision, largest

BITS = 256
START, ROUNDS = 9, 60
NEGLIGIBLE = 1e-11
"""Reduced costs above minus this, of an optimum of size 1, are the solver's rounding."""


@dataclass(frozen=True, slots=True)
class Update:
    """J, F = 1 - J, gap, L, G and eta, exactly."""

    J: Fraction
    F: Fraction
    gap: Fraction
    L: Fraction
    G: Fraction
    eta: Fraction

    @property
    def means(self) -> tuple[Fraction, Fraction]:
        """m+ and m-, after eq. (11)."""
        return self.F * self.gap, -self.J * self.gap

    @property
    def rho(self) -> Fraction:
        return self.L * self.eta**2 / 2

    def mirrored(self) -> Update:
        return Update(self.F, self.J, -self.gap, self.L, self.G, self.eta)


@dataclass(frozen=True, slots=True)
class Atom:
    """A response: score s, remainder r = side * rho, side in {-1, 1}, probability in its class."""

    score: float
    side: int
    probability: float


Law = tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """Laws of (s, r), and the multipliers lam of normalisation, b+ and b- of the mean scores."""

    correct: Law
    incorrect: Law
    normalisation: float
    mean_correct: float
    mean_incorrect: float

    def mirrored(self) -> Certificate:
        return Certificate(
            self.incorrect,
            self.correct,
            1 - self.normalisation,
            -self.mean_incorrect,
            -self.mean_correct,
        )


class BadCertificate(ValueError):
    """What is offered is not a pair of laws, or says nothing."""


def exact(x: Any) -> Any:
    """A rational number at the ambient precision; any other number as it is."""
    return arb(x.numerator) / x.denominator if isinstance(x, Fraction) else x


def psi(update: Update, score: Fraction, side: int) -> arb:
    """e^X - 1 - eta s at r = side * rho."""
    line = update.eta * score
    return exact(line + side * update.rho).expm1() - exact(line)


def change_of(update: Update, growth: arb) -> arb:
    """Change of log(J/(1-J)) when J grows by this much."""
    return (growth / exact(update.J)).log1p() - (-growth / exact(update.F)).log1p()


# -- closed form -----------------------------------------------------------------------------------


def closed_form(update: Update, greatest: bool = False) -> tuple[arb, str]:
    """The extreme change of log odds, a ball, and which class is at the end of its range.

    E+[e^X] fills the interval [bottom(m+), top(m+)] and E-[e^X] fills [bottom(m-), top(m-)], each
    whatever the other is. So J' is least where the first is at its bottom, or the second at its
    top: least J' = max{ J bottom(m+), 1 - (1-J) top(m-) }."""
    if greatest:
        change, binding = closed_form(update.mirrored())
        return -change, {"correct": "incorrect", "incorrect": "correct"}[binding]
    by_correct, by_incorrect = least_growths(update)
    binding = "correct" if by_correct.mid() >= by_incorrect.mid() else "incorrect"
    return change_of(update, by_correct.max(by_incorrect)), binding


def least_growths(update: Update) -> tuple[arb, arb]:
    """J' - J with E+[e^X] at its bottom, and with E-[e^X] at its top; the larger one is least."""
    plus, minus = update.means
    return exact(update.J) * bottom(update, plus), -exact(update.F) * top(update, minus)


def bottom(update: Update, mean: Fraction) -> arb:
    """The least E[e^X] - 1 with this mean score: one score, r = -rho (Jensen)."""
    return exact(update.eta * mean - update.rho).expm1()


def top(update: Update, mean: Fraction) -> arb:
    """The greatest E[e^X] - 1 with this mean score: scores -G and G, r = rho (chord of exp)."""
    reach, upward = update.eta * update.G, share_of_G(update, mean)
    high, low = (exact(update.rho + u).expm1() for u in (reach, -reach))
    return exact(upward) * high + exact(1 - upward) * low


def share_of_G(update: Update, mean: Fraction) -> Fraction:
    """The probability of G in the law on {-G, G} with this mean."""
    return (update.G + mean) / (2 * update.G) if update.G else Fraction(1, 2)


# -- certificates ----------------------------------------------------------------------------------


def enclosure(update: Update, certificate: Certificate, greatest: bool = False) -> tuple[arb, arb]:
    """Balls: a proved lower bound and a proved upper bound of the extreme change of log odds.

    Least: the lower bound is the dual one, for all laws, and the upper bound comes from laws that
    exist. Greatest: the other way round. Raises BadCertificate."""
    if greatest:
        low, high = enclosure(update.mirrored(), certificate.mirrored())
        return -high, -low
    low, high = growth_of_all_laws(update, certificate), growth_of_the_laws(update, certificate)
    return change_of(update, low), change_of(update, high)


def growth_of_all_laws(update: Update, certificate: Certificate) -> arb:
    """A lower bound of J' - J for every pair of laws: the sum in the module docstring."""
    multipliers = certificate.normalisation, certificate.mean_correct, certificate.mean_incorrect
    if not all(map(math.isfinite, multipliers)):
        raise BadCertificate(f"multipliers must be finite, got {multipliers}")
    lam, *slopes = map(Fraction, multipliers)
    weights = (1 - lam) * update.J, -lam * update.F
    bound = exact(update.J * update.eta * update.means[0])
    for weight, slope, mean in zip(weights, slopes, update.means, strict=True):
        bound += exact(slope * mean) + least_on_rectangle(update, weight, slope)
    return bound


def least_on_rectangle(update: Update, weight: Fraction, slope: Fraction) -> arb:
    """A lower bound of weight * psi - slope * s over |s| <= G and |r| <= rho.

    Where it is concave in s the minimum is at an end, with r = rho. Where it is convex, r = -rho,
    and every tangent stays below it: the one at its lowest point, or near it, at both ends."""
    ends = (-update.G, update.G)
    if weight <= 0:
        at_ends = [exact(weight) * psi(update, s, 1) - exact(slope * s) for s in ends]
        return at_ends[0].min(at_ends[1])
    s = Fraction(lowest_score(update, weight, slope))
    growth = exact(update.eta * s - update.rho).expm1()
    tangent = exact(weight * update.eta) * growth - exact(slope)
    below = [tangent * exact(end - s) for end in ends]
    return exact(weight) * psi(update, s, -1) - exact(slope * s) + below[0].min(below[1])


def lowest_score(update: Update, weight: Fraction, slope: Fraction) -> float:
    """About where the convex weight * psi - slope * s is least on [-G, G], for r = -rho."""
    ratio = float(slope / (weight * update.eta))
    if ratio <= -1:
        return -float(update.G)
    free = (math.log1p(ratio) + float(update.rho)) / float(update.eta)
    return min(max(free, -float(update.G)), float(update.G))


def growth_of_the_laws(update: Update, certificate: Certificate) -> arb:
    """J' - J of laws that meet every constraint, next to those of the certificate.

    Scores of mean m+ and m- are made exact by a little probability at an end of [-G, G]. Then both
    laws are mixed with those of the least, or of the greatest, E[e^X]: J E+[e^X] + (1-J) E-[e^X] is
    linear in the share of the mixture, and equal to 1 for one share in [0, 1]."""
    laws = certificate.correct, certificate.incorrect
    plus, minus = (growth(update, *pair) for pair in zip(laws, update.means, strict=True))
    J, F = exact(update.J), exact(update.F)
    surplus, mixed = J * plus + F * minus, []
    for end, possible in ((bottom, not surplus <= 0), (top, not surplus >= 0)):
        if possible:  # both, where balls do not tell the sign of the surplus
            end_plus, end_minus = (end(update, mean) for mean in update.means)
            share = surplus / (surplus - (J * end_plus + F * end_minus))
            if not 0 <= share.upper() <= 1:
                raise BadCertificate("the laws cannot be mended: no mixture conserves probability")
            mixed.append(J * (plus + share * (end_plus - plus)))
    return largest(mixed) if mixed else J * plus


def growth(update: Update, law: Law, mean: Fraction) -> arb:
    """E[e^X] - 1 of the law, once its mean is exact. Raises BadCertificate for what is no law."""
    for atom in law:
        inside = abs(atom.score) <= update.G and atom.side in (-1, 1)
        if not (inside and 0 <= atom.probability < math.inf):
            raise BadCertificate(f"not a response with |s| <= G and |r| <= rho: {atom}")
    total = sum((Fraction(atom.probability) for atom in law), Fraction(0))
    if total == 0:
        raise BadCertificate("a law needs positive probabilities")
    weighted = [(Fraction(a.score), a.side, Fraction(a.probability) / total) for a in law]
    off = mean - sum(s * p for s, _, p in weighted)
    end = update.G if off > 0 else -update.G
    share = off / (off + end - mean) if off else Fraction(0)
    mended = [(s, side, (1 - share) * p) for s, side, p in weighted] + [(end, 1, share)]
    return sum(
        (exact(p) * exact(update.eta * s + side * update.rho).expm1() for s, side, p in mended),
        arb(0),
    )


# -- the solver ------------------------------------------------------------------------------------


def solve(update: Update, greatest: bool = False) -> Certificate:
    """Laws and multipliers by HiGHS, in floats; `enclosure` checks them.

    The program is solved over a few scores, with the two means so that it has a solution; those
    that help most are added, until none helps."""
    if greatest:
        return solve(update.mirrored()).mirrored()
    start = (np.linspace(-1, 1, START) * float(update.G)).tolist()
    scores = [[*start, float(mean)] for mean in update.means]
    with ball_precision(BITS):
        for _ in range(ROUNDS):
            certificate, prices = solve_on(update, scores)
            better = [better_score(update, certificate, k, prices[k]) for k in (0, 1)]
            if all(s is None or s in old for s, old in zip(better, scores, strict=True)):
                break
            scores = [
                old if s is None else [*old, s] for s, old in zip(better, scores, strict=True)
            ]
    return certificate


def solve_on(update: Update, scores: list[list[float]]) -> tuple[Certificate, list[float]]:
    """The certificate over these scores of each class, and the multiplier of each law's mass.

    All is scaled to size 1: psi by its second-order size, scores by G, J' by the rarer class, and
    the variables so that no coefficient exceeds 1."""
    size = update.rho + (update.eta * update.G) ** 2 / 2
    share = np.array([float(update.J), float(update.F)])
    rare = int(update.F < update.J)
    columns = [(k, s, side) for k in (0, 1) for s in scores[k] for side in (-1, 1)]
    kind = np.array([k for k, _, _ in columns])
    bend = np.array([float(psi(update, Fraction(s), side) / exact(size)) for _, s, side in columns])
    unit = float(update.G) or 1.0
    place = np.array([s for _, s, _ in columns]) / unit
    masses, means = (kind == [[0], [1]]) * 1.0, (kind == [[0], [1]]) * place
    conserved = bend * share[kind] / share.max()
    shrink = np.maximum(1, abs(bend))
    for method in ("highs-ds", "highs-ipm"):  # the simplex gives up on about one in 3000
        found = linprog(
            np.where(kind == rare, (1 - 2 * rare) * bend, 0) / shrink,
            A_eq=np.vstack([masses, means, conserved]) / shrink,
            b_eq=[1, 1, *(float(m) / unit for m in update.means), 0],
            method=method,
            options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
        )
        if found.status == 0:
            break
    else:
        raise ArithmeticError(f"HiGHS: {found.message}")
    atoms = [
        Atom(s, side, float(p)) for (_, s, side), p in zip(columns, found.x / shrink, strict=True)
    ]
    correct, incorrect = (
        tuple(a for a, k in zip(atoms, kind, strict=True) if k == j and a.probability > 0)
        for j in (0, 1)
    )
    measure = float(share.min() * float(size))
    *prices, plus, minus, normalisation = found.eqlin.marginals.tolist()
    return Certificate(
        correct,
        incorrect,
        rare + normalisation * float(share.min() / share.max()),
        plus * measure / unit,
        minus * measure / unit,
    ), [price * measure for price in prices]


def better_score(update: Update, certificate: Certificate, kind: int, price: float) -> float | None:
    """The score of a response that would lower the optimum, if there is one beyond rounding."""
    lam = Fraction(certificate.normalisation)
    weight = (1 - lam) * update.J if kind == 0 else -lam * update.F
    slope = Fraction(certificate.mean_incorrect if kind else certificate.mean_correct)
    if weight <= 0:
        return None
    s = lowest_score(update, weight, slope)
    reduced = float(exact(weight) * psi(update, Fraction(s), -1) - exact(slope * Fraction(s)))
    size = float(min(update.J, update.F) * (update.rho + (update.eta * update.G) ** 2 / 2))
    return s if reduced - price < -NEGLIGIBLE * size else None
