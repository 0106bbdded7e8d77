"""Explicit trajectories, written as formulas, that break a false twin or need a hypothesis.

A ``Path`` gives logp(k, o, t), score(k, o, t) and eta_k for every step k. Nothing makes it a
policy: weights need not sum to 1, the score need not be the derivative, rewards may be anything.
The values J, F, gap and M are computed from the definitions in ``theory.vocabulary``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

from flint import arb, fmpq

from numeric.checks._base import Counter
from numeric.checks._trajectory import Point, trajectory_values
from numeric.core.step import ball_precision
from theory.kernel.statement import Statement

Exact: TypeAlias = Fraction | int
Row: TypeAlias = tuple[arb, ...]
OnLine: TypeAlias = Callable[[int, arb], Row]
"""From a step k and a place t on its line to one number for each response."""

LONGEST = 2_000  # steps after which a path is taken not to reach a cumulative gap


def exact(x: Exact) -> arb:
    """A rational number, to the ambient precision."""
    x = Fraction(x)
    return arb(fmpq(x.numerator, x.denominator))


@dataclass(frozen=True)
class Path:
    """A trajectory for all k >= 0, and why it satisfies what it satisfies."""

    logp: OnLine
    score: OnLine
    eta: Callable[[int], arb]
    L: Exact
    G: Exact
    why: Mapping[str, str]
    rewards: tuple[int, ...] = (1, 0)

    def point(self, k: int) -> Point:
        """J, 1 - J and the gap at step k, from their definitions."""
        with ball_precision():
            mass = [x.exp() for x in self.logp(k, arb(0))]
            score = self.score(k, arb(0))
            right = [r * m for r, m in zip(self.rewards, mass, strict=True)]
            wrong = [(1 - r) * m for r, m in zip(self.rewards, mass, strict=True)]
            J = sum(right, arb(0))
            gap = dot(right, score) / J - dot(wrong, score) / (1 - J)
            return Point(J, 1 - J, gap, self.eta(k))

    def first(self, B: arb) -> int:
        """N(B): the first K with M(K) >= B, on a path whose M diverges."""
        with ball_precision():
            if not B.is_finite():
                return 0  # B is the log of a number <= 0, say 0
            M = arb(0)
            for k in range(LONGEST):
                if M >= B:
                    return k
                point = self.point(k)
                M += point.gap.max(arb(0)) * point.eta
        raise ValueError(f"M stays below {B} for {LONGEST} steps")


WHY = {
    "normalised": "the probabilities sum to 1 at every t",
    "differentiable": "the scores are the derivatives of the log-probabilities",
    "verifiable": "rewards are 0 and 1",
    "forward": "no step is negative",
    "continues": "each step starts where the last one ended",
    "interior": "J(0) lies between 0 and 1",
    "tolerance": "eps > 0",
    "diverges": "N(B) is the first K with M(K) >= B: the gains of every second step are bounded "
    "below, or add up to the log odds, which are unbounded",
    "weak": "M(K) <= C0 for all K: nothing moves after the run",
    "summable": "C1 is the sum of squares times its constant, or more; no step follows the run",
    "uniform": "the gap is at least least_gap at every step",
    "favourable": "least_gap > 0",
    "constant": "every step has size eta",
    "small": "eta is below least_gap/(2(L + 8 G^2))",
}


def counter(
    statement: Statement,
    path: Path,
    K: int,
    note: str,
    drop: str | None = None,
    constants: Mapping[str, Exact] | None = None,
    why: Mapping[str, str] | None = None,
    meaningless: bool = False,
    N: Callable[[arb], int] | None = None,
) -> Counter:
    """The values of a path at its first K steps, and why each hypothesis but ``drop`` holds."""
    numbers = {"L": path.L, "G": path.G, **(constants or {})}
    with ball_precision():
        points = [path.point(k) for k in range(K + 1)]
        values = {
            **trajectory_values(points),
            **{name: exact(x) for name, x in numbers.items()},
            "N": N or path.first,
        }
    reasons = {**WHY, "positive_L": f"L = {path.L}", **path.why, **(why or {})}
    return Counter(
        values=values,
        holds={h.name: reasons[h.name] for h in statement.hypotheses if h.name != drop},
        note=note,
        meaningless=meaningless,
        parameters={
            **{name: str(x) for name, x in numbers.items()},
            "K": str(K),
            "rewards": str(path.rewards),
        },
    )


# -- two responses with probabilities sigmoid(f) and sigmoid(-f) ---------------------------------


def logistic(
    f: Callable[[int, arb], arb],
    slope: Callable[[int, arb], arb],
    eta: Callable[[int], arb],
    L: Exact,
    G: Exact,
    why: Mapping[str, str],
    rewards: tuple[int, ...] = (1, 0),
) -> Path:
    """pi = (sigmoid(f), sigmoid(-f)) with scores slope (1 - pi(0)) and -slope pi(0)."""

    def logp(k: int, t: arb) -> Row:
        x = f(k, t)
        return -(1 + (-x).exp()).log(), -(1 + x.exp()).log()

    def score(k: int, t: arb) -> Row:
        x, rate = f(k, t), slope(k, t)
        return rate / (1 + x.exp()), -rate / (1 + (-x).exp())

    return Path(logp, score, eta, L, G, why, rewards)


def steady(odds: Exact, size: Callable[[int, arb], arb]) -> Path:
    """Log-linear: f = log odds + theta, w = 1. Step k has size ``size(k, f_k)``; the gap is 1."""
    start: list[arb] = []

    def at(k: int) -> arb:
        if not start:
            start.append(exact(odds).log())
        while len(start) <= k:
            start.append(start[-1] + size(len(start) - 1, start[-1]))
        return start[k]

    return logistic(
        lambda k, t: at(k) + t,
        lambda k, t: arb(1),
        lambda k: size(k, at(k)),
        L=Fraction(1, 4),
        G=1,
        why={
            "smooth": "the slope of a score is at most J (1 - J) <= 1/4",
            "bounded": "the scores are 1 - J and -J",
            "uniform": "the gap is 1 at every step",
            "adapted": "the gap is 1; steps are at most 2/33 for (15a), 4 (1 - J) if sharp",
        },
    )


def fixed(size: Exact, steps: int | None = None) -> Callable[[int, arb], arb]:
    """Steps of one size; after ``steps`` of them nothing moves."""
    return lambda k, f: exact(size) if steps is None or k < steps else arb(0)


def shrinking(k: int, f: arb) -> arb:
    """eta_k = 1 - J. If the log odds stayed bounded, the steps would not get smaller."""
    return 1 / (1 + f.exp())


def wave(
    odds: Exact,
    size: Exact,
    L: Exact,
    why: Mapping[str, str],
    rewards: tuple[int, ...] = (1, 0),
) -> Path:
    """f = log odds + sin(omega t)/omega with omega = 2 pi/eta: each step ends where it started."""
    return logistic(
        lambda k, t: exact(odds).log() + (_omega(size) * t).sin() / _omega(size),
        lambda k, t: (_omega(size) * t).cos(),
        lambda k: exact(size),
        L=L,
        G=1,
        why={"bounded": "the scores are below |cos| <= 1", **why},
        rewards=rewards,
    )


def leap(kind: str) -> Path:
    """From J = 1/2 to log odds 2 in one step, from a place with gap 0; then nothing moves.

    kind: "true" (f = 2 t^2, L = 8), or the hypothesis that a leap with L = 1 violates."""
    moves = kind != "continues"
    path = logistic(
        lambda k, t: arb(2) if k else (2 * t**2 if moves else arb(0)),
        lambda k, t: 4 * t if k == 0 and moves and kind != "differentiable" else arb(0),
        lambda k: arb((-1 if kind == "forward" else 1) if k == 0 else 0),
        L=8 if kind == "true" else 1,
        G=0,
        why={
            "smooth": {
                "true": "|s'| <= |f''| (1 - J) + f'^2 J (1 - J) <= 4 + 16/4",
                "forward": "0 <= t <= eta holds for no t in step 0; later scores are 0",
            }.get(kind, "the scores are 0"),
            "bounded": "the scores are 0 at the start of every step",
            "weak": "M = 0: the gap is 0 at every step",
            "summable": "the squares sum to 1; C1 is more than 1 times the constant",
        },
    )
    if kind != "normalised":
        return path
    return replace(
        path,
        logp=lambda k, t: (_log_half() + (t**2 if k == 0 else arb(1)) / 2, _log_half()),
        score=lambda k, t: (t if k == 0 else arb(0), arb(0)),
        why={**path.why, "smooth": "the scores are t and 0"},
    )


# -- three responses: a sure one, and two rare ones with scores near 1 and -1 --------------------

_RARE = (Fraction(99, 100), Fraction(4, 1000), Fraction(6, 1000))
_SPREAD = (0, 1, -1)


def spread(k: int, t: arb) -> Row:
    """log of 0.99, 0.004 e^t and 0.006 e^-t, normalised."""
    mass = [exact(m) * (x * t).exp() for m, x in zip(_RARE, _SPREAD, strict=True)]
    whole = sum(mass, arb(0))
    return tuple((m / whole).log() for m in mass)


def spread_score(k: int, t: arb) -> Row:
    mass = [x.exp() for x in spread(k, t)]
    mean = dot(mass, [arb(x) for x in _SPREAD])
    return tuple(x - mean for x in _SPREAD)


SPREAD_WHY = (
    "in step 0 a score's slope is the variance, at most pi(1) + pi(2) <= 0.01 e/0.99 < 0.03"
)


def dot(a: list[arb], b: Row | list[arb]) -> arb:
    return sum((x * y for x, y in zip(a, b, strict=True)), arb(0))


def _log_half() -> arb:
    return -arb(2).log()


def _omega(size: Exact) -> arb:
    return 2 * arb.pi() / exact(size)
