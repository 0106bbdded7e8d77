"""The worst that one update can do at given J, gap, L, G and eta, beside the proved bounds.

`worst_case` finds the least and the greatest change of log odds, log(J'/(1-J')) - log(J/(1-J)), in
two ways: a linear program, certified in balls, and a closed form
(`numeric.experiments.worst_case.program`). No update goes further whose score is at most G at its
start and changes by at most L t up to t. Where `numeric.experiments.worst_case.policy` finds a
finite policy that goes as far, the number is the exact worst case over finite policies. Where it
finds none, `on_the_way` measures how far policies go.
"""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from flint import arb

from numeric.checks._base import check_hypotheses
from numeric.core.balls import ball_precision, largest, round_up
from numeric.experiments.worst_case.policy import attaining_share
from numeric.experiments.worst_case.program import (
    BITS,
    Certificate,
    Update,
    closed_form,
    enclosure,
    exact,
    solve,
)
from theory.evaluate import comparisons
from theory.kernel.statement import Statement
from theory.safe_step import longest_safe
from theory.statements import lemma_1, lemma_1_sharp, sharp_step

PROVED: dict[str, Statement] = {
    s.slug: s for s in (sharp_step.STATEMENT, lemma_1_sharp.STATEMENT, lemma_1.STATEMENT)
}
LARGEST_EXPONENT = 12
"""Up to e^12 the program is well scaled for a solver in floats."""

MOMENTS = 64


class OutOfDomain(ValueError):
    """No update has these constants; the message names the violated hypothesis and the value."""


@dataclass(frozen=True, slots=True)
class Extreme:
    """One end of the range of changes of log odds.

    ``change`` is the closed form, ``lower`` and ``upper`` a certified enclosure of the optimum of
    the program. ``binding``: the class, correct or incorrect, that is at the end of its own range.
    ``share``: of spread responses in a finite policy that attains it; None: no such policy found.
    """

    change: float
    lower: float
    upper: float
    binding: str
    share: float | None
    certificate: Certificate

    @property
    def attained(self) -> bool:
        return self.share is not None

    @property
    def width(self) -> float:
        """Between the laws that the solver found and the proof that none goes further."""
        return self.upper - self.lower


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstCase:
    """The range of changes of log odds. ``safe_step``: below it J rises in every update; at it J
    stays the same under the worst laws. ``proved``: what each inequality leaves, (lowest, highest)
    change, or None where its hypotheses fail."""

    success_rate: float
    gap: float
    smoothness: float
    score_bound: float
    step_size: float
    least: Extreme
    greatest: Extreme
    safe_step: float
    proved: dict[str, tuple[float, float] | None]


def worst_case(
    success_rate: float, gap: float, smoothness: float, score_bound: float, step_size: float
) -> WorstCase:
    """Domain: 0 < J < 1, L > 0, G >= max(J, 1-J) |gap|, eta > 0, and L large enough for probability
    to be conserved; eta G + L eta^2/2 at most 12. Raises OutOfDomain, a ValueError."""
    update = checked(success_rate, gap, smoothness, score_bound, step_size)
    return WorstCase(
        success_rate=success_rate,
        gap=gap,
        smoothness=smoothness,
        score_bound=score_bound,
        step_size=step_size,
        least=extreme(update, greatest=False),
        greatest=extreme(update, greatest=True),
        safe_step=safe_step(update),
        proved={slug: proved_range(statement, update) for slug, statement in PROVED.items()},
    )


def extreme(update: Update, greatest: bool) -> Extreme:
    """The least or the greatest change, certified."""
    certificate = solve(update, greatest)
    with ball_precision(BITS):
        change, binding = closed_form(update, greatest)
        lower, upper = enclosure(update, certificate, greatest)
        return Extreme(
            float(change),
            -round_up(-lower),
            round_up(upper),
            binding,
            attaining_share(update, greatest),
            certificate,
        )


def verify(found: WorstCase) -> bool:
    """Whether the certificates, and nothing else, prove the enclosures, and these hold ``change``.

    Raises BadCertificate for laws that are none."""
    update = checked(*constants(found))
    sound = True
    with ball_precision(BITS):
        for end, greatest in ((found.least, False), (found.greatest, True)):
            lower, upper = enclosure(update, end.certificate, greatest)
            change, _ = closed_form(update, greatest)
            sound &= bool(arb(end.lower) <= lower and upper <= arb(end.upper))
            sound &= arb(end.lower) <= change <= arb(end.upper)
            sound &= end.change == float(change)
    return sound


def constants(found: WorstCase) -> tuple[float, float, float, float, float]:
    return (found.success_rate, found.gap, found.smoothness, found.score_bound, found.step_size)


# -- domain ----------------------------------------------------------------------------------------


def checked(
    success_rate: float, gap: float, smoothness: float, score_bound: float, step_size: float
) -> Update:
    """The constants as exact numbers, once some laws have them. Raises OutOfDomain."""
    named = {"J": success_rate, "gap": gap, "L": smoothness, "G": score_bound, "eta": step_size}
    for name, value in named.items():
        if not math.isfinite(value):
            raise OutOfDomain(f"{name} must be a finite number, got {value}")
    require(0 < success_rate < 1, "0 < J < 1", "J", success_rate)
    require(smoothness > 0, "L > 0 (Assumption 1b)", "L", smoothness)
    require(step_size > 0, "eta > 0", "eta", step_size)
    J, *others = map(Fraction, named.values())
    update = Update(J, 1 - J, *others)
    mean = max(map(abs, update.means))
    bound = f"G >= max(J, 1-J) |gap| = {float(mean):.6g}, a mean score"
    require(mean <= update.G, bound, "G", score_bound)
    exponent = float(update.eta * update.G + update.rho)
    if exponent > LARGEST_EXPONENT:
        raise OutOfDomain(
            f"out of the solver's range: eta G + L eta^2/2 must be at most {LARGEST_EXPONENT}, "
            f"got {exponent:.6g}"
        )
    with ball_precision(BITS):
        at_start, later = update.J * update.F * update.gap**2, least_smoothness(update)
        least = max(float(at_start), float(later))
        conserved = f"L >= {least:.6g}: with less curvature probability is not conserved"
        enough = at_start <= update.L and bool(later < exact(update.L))
        require(enough, conserved, "L", smoothness)
    return update


def require(holds: bool, hypothesis: str, name: str, value: float) -> None:
    if not holds:
        raise OutOfDomain(f"hypothesis violated: {hypothesis}; got {name} = {value}")


def least_smoothness(update: Update) -> arb:
    """The largest 2 log(J e^(m+ t) + (1-J) e^(m- t))/t^2 over some t in (0, eta]; it tends to
    J (1-J) gap^2 as t falls to 0. By Jensen's inequality no policy has a smaller L."""
    return largest(smoothnesses(update))


def smoothnesses(update: Update) -> Iterator[arb]:
    """The quotient at MOMENTS equidistant t."""
    J, F = exact(update.J), exact(update.F)
    for k in range(1, MOMENTS + 1):
        t = update.eta * k / MOMENTS
        plus, minus = (exact(mean * t).expm1() for mean in update.means)
        yield 2 * (J * plus + F * minus).log1p() / exact(t) ** 2


# -- beside the proved inequalities ----------------------------------------------------------------


def safe_step(update: Update) -> float:
    """The step size below which J rises in every update (safe_gap); 0 for gap <= 0."""
    named = (update.J, update.F, update.gap, update.L, update.G)
    return longest_safe(*map(float, named)) if update.gap > 0 else 0.0


def proved_range(statement: Statement, update: Update) -> tuple[float, float] | None:
    """The changes of log odds that the conclusion leaves; None where a hypothesis fails.

    Every comparison has a margin, right - left, of slope 1 or -1 in the change on either side of
    its first-order value gap * eta."""
    values = exactly(update)
    in_balls = {name: exact(value) for name, value in values.items()}
    for decided in check_hypotheses(statement, in_balls).values():
        if not all(c.holds for c in decided):
            return None
    middle = update.gap * update.eta

    def margins(change: Fraction) -> list[Fraction]:
        found = comparisons(statement.conclusion, {**values, "change": change})
        return [c.right - c.left for c in found]

    here, below, above = margins(middle), margins(middle - 1), margins(middle + 1)
    falls = [m for m, other in zip(here, below, strict=True) if other < m]
    rises = [m for m, other in zip(here, above, strict=True) if other < m]
    return float(middle - min(falls)), float(middle + min(rises))


def exactly(update: Update) -> dict[str, Fraction]:
    """The constants under the names that the statements use."""
    names = ("J", "F", "gap", "L", "G", "eta")
    return {"one": Fraction(1), **{name: getattr(update, name) for name in names}}


# -- what to print ---------------------------------------------------------------------------------


def rows(found: WorstCase) -> list[tuple[str, str, str]]:
    """Quantity, value, what it says: the table of the command line."""
    table = []
    for name, end in (("least", found.least), ("greatest", found.greatest)):
        reach = "a finite policy attains it" if end.attained else "no policy found that attains it"
        table.append((f"{name} change of log odds", shown(end.change), reach))
        table.append(
            (
                "  certified",
                f"{shown(end.lower, 12)} to {shown(end.upper, 12)}",
                "no update goes further",
            )
        )
    table.append(("gap eta", shown(found.gap * found.step_size), "first order"))
    for slug, leaves in found.proved.items():
        if leaves is None:
            table.append((slug, "-", "a hypothesis fails at this step size"))
        else:
            table.append((slug, f"{shown(leaves[0])} to {shown(leaves[1])}", "proved"))
    says = "below it J rises in every update"
    return [*table, ("safe step size", shown(found.safe_step), says)]


def as_json(found: WorstCase) -> dict[str, Any]:
    """All fields, with the laws and multipliers that `verify` checks."""
    document = asdict(found)
    for name in ("least", "greatest"):
        end = getattr(found, name)
        document[name] |= {"attained": end.attained, "width": end.width}
    return document


def shown(value: float, digits: int = 6) -> str:
    return f"{value:.{digits}g}"
