"""Explicit trajectories, written as formulas, that break a false twin or need a hypothesis.

A ``Path`` has a line, a step size and a place to go on for every step k. Nothing makes it a policy:
weights need not sum to 1, the score need not be the derivative, rewards may be anything.

Convergence: mostly orbits, in which every step has a positive gap and yet ends where it began, so
that M diverges and J stays. Stagnation: mostly leaps, in which J rises from a place with gap 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from flint import arb

from numeric.checks._base import Refused
from numeric.checks._dropped import HALF, QUARTER
from numeric.checks._instances import (
    Line,
    Number,
    Numbers,
    ball,
    log_linear,
    logistic,
    on_line,
    reals,
    table,
    text,
    unnormalised,
)
from numeric.checks._sums import SHORTEST
from numeric.checks._trees import MERGED, STRAY_SHAPES, Shape, grow, merged
from numeric.core.balls import Array, ball_precision
from theory.kernel.statement import Statement

LONGEST = 2_000  # steps after which a path is taken not to reach a cumulative gap
FIRST_STEPS, SIZES = 4, 3  # of a path, to try "for all k" and "for all t" on


@dataclass(frozen=True)
class Path:
    """A trajectory for all k >= 0. With one coordinate, the score is ``w`` times the gradient.

    N(B) is the first K with M(K) >= B, unless it is given. ``tolerance`` is what the path misses,
    and ``gained`` remembers M(0), M(1), ..."""

    line: Callable[[int], Line]
    eta: Callable[[int], arb]
    L: Number
    G: Number
    rewards: Numbers = (1, 0)
    K: int = 2
    constants: Mapping[str, Any] = field(default_factory=dict)
    w: Number = 1
    N: Callable[[arb], int] | None = None
    formula: str = ""
    exact: Mapping[Any, arb] = field(default_factory=dict)
    tolerance: Number = Fraction(2, 5)
    gained: list[arb] = field(default_factory=lambda: [arb(0)], init=False, repr=False)

    def at(self, K: int, **constants: Any) -> Path:
        return replace(self, K=K, constants={**self.constants, **constants})

    def until(self, eps: Number, part: Number = 1) -> Path:
        """K is the first step at which M(K) is (a part of) what the tolerance asks for."""
        with ball_precision():
            J, F, _ = self.point(0)
            K = self.first(2 * ball(part) * (F / (J * ball(eps))).log())
        return self.at(K, eps=eps)

    def point(self, k: int) -> tuple[arb, arb, arb]:
        """J, 1 - J and the gap at step k."""
        line, reward = self.line(k), np.array([ball(r) for r in self.rewards], dtype=object)
        pi, score = np.exp(line.logp(arb(0))), line.score(arb(0))
        J = (reward * pi).sum()
        return J, 1 - J, (reward * pi) @ score / J - ((1 - reward) * pi) @ score / (1 - J)

    def first(self, B: arb) -> int:
        """The first K with M(K) >= B; 0 where B is the log of a negative number, which may be 0."""
        for k in range(LONGEST):
            if not B.is_finite() or self.gained[k] >= B:
                return k
            if k + 1 == len(self.gained):
                self.gained.append(self.gained[k] + self.point(k)[2].max(arb(0)) * self.eta(k))
        raise Refused(f"M stays below {B} for {LONGEST} steps")

    def formal(self) -> dict[str, Any]:
        @cache
        def on(k: int) -> tuple[Callable[[int, Any], arb], Callable[[int, Any], arb]]:
            line = self.line(k)
            return on_line(line.logp), on_line(line.score)

        tried = sorted({*range(min(self.K, FIRST_STEPS) + 1), self.K, self.K + 1})
        eta, w = cache(self.eta), ball(self.w)
        return {
            "Response": range(len(self.rewards)),
            "Coordinate": range(1),
            "Nat": tried,
            "Real": reals(*[eta(k) for k in tried[:SIZES]]),
            "logp": lambda k, o, t: on(k)[0](o, t),
            "score": lambda k, o, t: on(k)[1](o, t),
            "gradient": lambda k, i, o, t: on(k)[1](o, t) / w,
            "w": lambda k, i: w,
            "r": table(self.rewards),
            "eta()" if "eta" in self.constants else "eta": eta,
            "K": self.K,
            "N": self.N or self.first,
            "exact": self.exact,
            **{n: given(x) for n, x in {"L": self.L, "G": self.G, **self.constants}.items()},
        }

    def shown(self) -> dict[str, str]:
        numbers = {"L": self.L, "G": self.G, **self.constants, "K": self.K}
        lines = {"line": self.formula} if self.formula else {}
        plain = {name: x for name, x in numbers.items() if not callable(x)}
        shown = {name: "measured" if isinstance(x, arb) else str(x) for name, x in plain.items()}
        return {**lines, **shown, "rewards": text(self.rewards)}


@dataclass(frozen=True)
class TreePath:
    """The responses of a path as responses of one token each; those without a token are outside.

    On another ``shape`` the path has one entry for each prefix but the root."""

    path: Path
    T_psi: Number = SHORTEST
    shape: Shape | None = None

    def formal(self) -> dict[str, Any]:
        flat, n = self.path.formal(), len(self.path.rewards)
        shape = self.shape or grow(*map(str, range(n)))

        def at(name: str) -> Callable[[int, int, Any], arb]:
            return lambda k, p, t: flat[name](k, p - 1, t) if p else arb(0)

        gradient = flat["gradient"]
        return {
            **flat,
            **shape.functions(),
            "logp": at("logp"),
            "score": at("score"),
            "gradient": lambda k, i, p, t: gradient(k, i, p - 1, t) if p else arb(0),
            "T": max(shape.length),
            "T_psi": ball(self.T_psi),
        }

    def shown(self) -> dict[str, str]:
        return {**self.path.shown(), "T_psi": str(self.T_psi), "lengths": "1"}


Paths = dict[str, Path]


def given(x: Any) -> Any:
    """A ball; a function of the step stays one."""
    return x if callable(x) else ball(x)


# -- log-linear runs, waves and leaps --------------------------------------------------------------

SIZE, EPS = Fraction(1, 17), Fraction(2, 5)


def still(_: Any) -> arb:
    return arb(0)


Curve = Callable[[int, arb], arb]


def moving(
    f: Curve, slope: Curve, eta: Callable[[int], arb], L: Number, G: Number, formula: str
) -> Path:
    """Two responses with probabilities sigmoid(f) and sigmoid(-f); (k, t) -> f, and its slope."""
    line = lambda k: logistic(lambda t: f(k, t), lambda t: slope(k, t))  # noqa: E731
    return Path(line, eta, L, G, formula=f"log odds {formula}")


def one_size(size: Number) -> Callable[[int], arb]:
    return lambda k: ball(size)


def once(size: Number) -> Callable[[int], arb]:
    """One step of this size; nothing moves afterwards."""
    return lambda k: ball(0 if k else size)


def steady(odds: Number, size: Callable[[int, arb], arb]) -> Path:
    """Log-linear: f = log odds + theta, w = 1. Step k has size ``size(k, f_k)``; the gap is 1."""
    start: list[arb] = []

    def at(k: int) -> arb:
        if not start:
            start.append(ball(odds).log())
        while len(start) <= k:
            start.append(start[-1] + size(len(start) - 1, start[-1]))
        return start[k]

    return moving(
        lambda k, t: at(k) + t, lambda k, t: arb(1), lambda k: size(k, at(k)), QUARTER, 1, "theta"
    )


def fixed(size: Number, steps: int = LONGEST) -> Callable[[int, arb], arb]:
    """Steps of one size; after ``steps`` of them nothing moves."""
    return lambda k, f: ball(size if k < steps else 0)


def shrinking(k: int, f: arb) -> arb:
    """eta_k = 1 - J. If the log odds stayed bounded, the steps would not get smaller."""
    return 1 / (1 + f.exp())


def wave(odds: Number, size: Number, L: Number, rewards: Numbers = (1, 0)) -> Path:
    """f = log odds + sin(omega t)/omega with omega = 2 pi/eta: each step ends where it started.

    |s'| <= omega where omega >= 1, as that bounds f'^2."""

    def omega() -> arb:
        return 2 * arb.pi() / ball(size)

    path = moving(
        lambda k, t: ball(odds).log() + (omega() * t).sin() / omega(),
        lambda k, t: (omega() * t).cos(),
        one_size(size),
        L,
        1,
        f"log({odds}) + sin(w t)/w, w = 2 pi/{size}",
    )
    return replace(path, rewards=rewards)


def at_rest(L: Number = 1, size: Number = 0, slope: Number = 0, G: Number = 0) -> Path:
    """J = 1/2, whatever the size of the steps; the scores may claim another slope."""
    return moving(
        lambda k, t: arb(0), lambda k, t: ball(slope), one_size(size), L, G, f"0, slope {slope}"
    )


def restarted(size: Number = SIZE) -> Path:
    """Log-linear with slope 1, and every step starts again at J = 1/2."""
    return moving(lambda k, t: t, lambda k, t: arb(1), one_size(size), QUARTER, 1, "t")


def back_and_forth(back: Number = 1) -> Path:
    """Up by 1/17 on a slope of 1, then down again by a step of size -back from the top of a hill,
    where 0 <= t <= -back holds for no t."""
    hill = SIZE / back**2
    return moving(
        lambda k, t: ball(SIZE) - ball(hill) * t * t if k % 2 else t,
        lambda k, t: -2 * t * ball(hill) if k % 2 else arb(1),
        lambda k: ball(-back if k % 2 else SIZE),
        QUARTER,
        1,
        f"t, then 1/17 - {hill} t^2",
    )


def one_response(reward: int) -> Path:
    """J(0) is 0 or 1, and g+ or g- is a mean over nothing."""
    return Path(lambda k: unnormalised((1,), (0,)), still, 1, 0, (reward,), 1, N=lambda B: LONGEST)


def leaking(weights: Numbers, fall: Number, size: Number, L: Number = 1) -> Path:
    """The last response falls by fall t - t^2/2 and comes back; all others stay."""
    others = (0,) * (len(weights) - 1)
    line = unnormalised(weights, (*others, -fall), (*others, HALF))
    rewards = (1, *others)
    return Path(lambda k: line, one_size(size), L, fall, rewards, formula=line.formula)


# Three responses: a sure one, and two rare ones with scores near 1 and -1. In step 0 a score's
# slope is the variance, at most pi(1) + pi(2) <= 0.01 e/0.99 < 0.03.
SPREAD = log_linear((Fraction(99, 100), Fraction(4, 1000), Fraction(6, 1000)), (0, 1, -1))
THIN = Fraction(3, 100)


def spread() -> Array:
    """The probabilities after step 0."""
    return np.exp(SPREAD.logp(arb(1)))


def thin_failure(size: Number = 1, G: Number = 0) -> Path:
    """J = 0.99 and two rare failures; then log odds that rise by 1/10 of steps of this size."""

    def line(k: int) -> Line:
        likely, *rare = spread()
        risen = ((k - 1) * ball(size) / 10).exp() * likely
        return log_linear((risen, *rare), (Fraction(1, 10), 0, 0)) if k else SPREAD

    sizes = lambda k: ball(size if k else 1)  # noqa: E731
    path = Path(line, sizes, THIN, G, (1, 0, 0), formula=SPREAD.formula)
    return replace(path, tolerance=Fraction(95, 10_000))


def thin_success() -> Path:
    """J = 0.01, two rare successes, gap -1/5; then nothing moves."""
    rest = lambda k: log_linear(tuple(spread()), (0, 0, 0)) if k else SPREAD  # noqa: E731
    return Path(rest, once(1), THIN, 0, (0, 1, 1), formula=SPREAD.formula)


def small_odds() -> Path:
    """Rewards 1 and -1, J = 1/181 at gap 0; p rises as sigmoid(log(91/90) + t^2/4), t <= 1."""
    path = moving(
        lambda k, t: ball(Fraction(91, 90)).log() + (arb(1) if k else t * t) / 4,
        lambda k, t: arb(0) if k else t / 2,
        once(1),
        1,
        0,
        "log(91/90) + t^2/4",
    )
    return replace(path, rewards=(1, -1))


def leap(L: Number = 1, size: Number = 1, reported: bool = True, moves: bool = True) -> Path:
    """From J = 1/2 to log odds 2 in one step, from a place with gap 0; then nothing moves.

    L = 8 is true: |s'| <= |f''| (1 - J) + f'^2 J (1 - J) <= 4 + 16/4. Unless it ``moves``, the leap
    is between two steps; unless it is ``reported``, the scores are 0."""
    return moving(
        lambda k, t: arb(2) if k else (2 * t * t if moves else arb(0)),
        lambda k, t: 4 * t if k == 0 and moves and reported else arb(0),
        once(size),
        L,
        0,
        "2 t^2, then 2",
    )


def gaining() -> Path:
    """Weight 1/2 for the wrong response, e^(t^2/2)/2 for the right one; then nothing moves."""
    path = leap()
    lines = unnormalised((HALF, HALF), (0, 0), (HALF, 0))
    risen = lambda k: unnormalised((ball(HALF).exp() / 2, HALF), (0, 0)) if k else lines  # noqa: E731
    return replace(path, line=risen, formula=lines.formula)


ADAPTED: Paths = {
    "drop normalised": leaking((HALF, 4), QUARTER, HALF),
    "drop differentiable": at_rest(slope=1, size=Fraction(1, 20), G=1),
    "drop smooth": wave(1, Fraction(1, 20), 1),
    "drop verifiable": wave(Fraction(241, 239), 6, Fraction(11, 10), (1, -1)),
    "drop forward": back_and_forth(),
    "drop continues": restarted(),
    "drop bounded": thin_failure(),
    "drop adapted": wave(1, 6, Fraction(11, 10)),
    "drop interior": one_response(0),
}
"""Each violates the hypothesis and no other; J stays, or falls."""

STAGNANT: Paths = {
    "drop normalised": gaining(),
    "drop differentiable": leap(reported=False),
    "drop smooth": leap(),
    "drop verifiable": small_odds(),
    "drop forward": leap(size=-1),
    "drop continues": leap(moves=False),
    "drop interior": one_response(1),
    "drop summable": leap(L=8),
}
"""With C0 = 0 and C1 = 11/10."""

SHORT_STEPS: Paths = {
    "drop normalised": replace(
        leaking((Fraction(199, 200), Fraction(1, 40)), Fraction(1, 16), Fraction(1, 8)),
        tolerance=Fraction(45, 10_000),
    ),
    "drop verifiable": wave(Fraction(241, 239), Fraction(1, 30), 190, (1, -1)),
    "drop forward": back_and_forth(SIZE),
    "drop adapted": wave(1, Fraction(1, 30), 190),
    "drop light": thin_failure(Fraction(1, 200), Fraction(101, 100)),
}
"""Instead of the paths of ``ADAPTED`` with steps too long for the second branch of (18a)."""

UNREACHED = leaking((HALF, HALF, Fraction(1, 50)), HALF, 1, Fraction(1, 200))
OUTSIDE = dict.fromkeys(("drop rooted", "drop branching", "drop ending"), replace(UNREACHED, G=0))
"""A response that no token leads to; its score has no bound."""


# -- the counterexamples of several claims ---------------------------------------------------------


def stagnation(statement: Statement) -> Paths:
    """For Theorem 1(a): J(K) is above the ceiling, or the ceiling is not below 1."""
    short = {"C0": Fraction(1, 16), "C1": THIN}  # the gap times SIZE, 33/4 SIZE^2, and more
    paths = {name: path.at(2, C0=0, C1=Fraction(11, 10)) for name, path in STAGNANT.items()} | {
        "drop bounded": thin_success().at(2, C0=0, C1=Fraction(4, 100)),
        "drop positive_L": at_rest(-1).at(2, C0=0, C1=-5),
        "drop weak": steady(1, fixed(SIZE, 10)).at(10, C0=0, C1=Fraction(3, 10)),
        "sign of the exponent lost": steady(1, fixed(SIZE, 1)).at(1, C0=HALF, C1=HALF),
        "J(0) and 1 - J(0) exchanged": steady(9, fixed(SIZE, 1)).at(1, **short),
        "constants divided by 64": steady(1, fixed(SIZE, 1)).at(1, **short),
        "no room for C1": leap(L=8).at(1, C0=0, C1=9),
    }
    return fitting(statement, paths)


def convergence(statement: Statement, steps: int = LONGEST) -> Paths:
    """For Theorem 1(b); nothing moves after so many steps of the log-linear runs."""
    paths = {
        **ADAPTED,
        "three times M": steady(1, fixed(SIZE, steps)).at(17),
        "J(0) and 1 - J(0) exchanged": steady(Fraction(1, 9), fixed(SIZE, steps)).at(1),
        "sign flipped": steady(1, fixed(SIZE, steps)).at(17),
    }
    return fitting(statement, paths)


def limit(statement: Statement, paths: Paths, slow: Path, eps: Number) -> Paths:
    """For the limit: 1 - J(K) > eps although M(K) is large enough for eps, or N(B) too small."""
    dropped = {
        name: path.until(path.tolerance) for name, path in paths.items() if name != "drop interior"
    }
    paths = dropped | {
        "drop interior": one_response(0).at(1, eps=EPS),
        "drop diverges": replace(at_rest().at(1, eps=EPS), N=lambda B: 0),
        "drop tolerance": slow.at(1, eps=-1),  # 0 is as good a log of a negative number as any
        "ten times less than enough": slow.until(eps, Fraction(1, 10)),
        "sign flipped": slow.until(eps),
        "at once": slow.at(1, eps=eps),
    }
    return fitting(statement, paths)


def in_one_token(paths: Paths) -> dict[str, TreePath]:
    """The instances of a claim about responses, for the same claim about trees."""
    return {
        name: TreePath(
            path,
            Fraction(1, 10_000) if name == "drop light" else SHORTEST,
            STRAY_SHAPES.get(name) if len(path.rewards) == 3 else None,
        )
        for name, path in paths.items()
    }


def fitting(statement: Statement, paths: Mapping[str, Any]) -> dict[str, Any]:
    """Those that are for a twin or a hypothesis of the statement."""
    known = {twin.name for twin in statement.twins} | {h.name for h in statement.hypotheses}
    known |= {f"drop {h.name}" for h in statement.hypotheses}
    return {name: path for name, path in paths.items() if name in known}


NOWHERE = at_rest(L=0, G=1)
"""L = 0, and nothing moves."""


def unneeded() -> dict[str, TreePath]:
    """Trajectories on trees without one hypothesis, on which Theorem 3 holds all the same."""
    ends = Path(
        lambda k: merged_from(SIZE / 2 * k),
        one_size(SIZE / 2),
        QUARTER,
        1,
        (1, 1, 0, 0),
        formula="merged",
    )
    return {
        "indicators": TreePath(ends, 4, MERGED),
        "positive_L": TreePath(NOWHERE),
        "short": TreePath(steady(1, fixed(SIZE)), 10**6),
    }


def merged_from(start: Number) -> Line:
    """The log odds of the two ends are start + t; one entry for each prefix but the root."""
    line = merged(logistic(lambda t: ball(start) + t, lambda t: arb(1)))
    return Line(lambda t: line.logp(t)[1:], lambda t: line.score(t)[1:], "")
