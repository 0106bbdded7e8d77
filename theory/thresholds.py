"""Safe step sizes at given constants, evaluated from the statements that prove them.

A single number enters as the fraction it is, terms are evaluated exactly, and each result is
rounded once. Arrays are broadcast, and the same terms are evaluated in float64.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Generic, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.evaluate import Values, evaluate
from theory.kernel.statement import Hypothesis
from theory.kernel.terms import Term
from theory.safe_step import longest_safe
from theory.statements._trajectory import ADAPTED_SHARP
from theory.statements.corollary_1 import SMALL
from theory.statements.corollary_1_sharp import SMALL as SMALL_SHARP
from theory.statements.eta_safe import branch_both, branch_failure, branch_success

Number: TypeAlias = "float | Fraction | str | np.generic"
"""One number: of Python, of NumPy, or as text ("0.1", "1/3")."""
Numbers: TypeAlias = "Number | ArrayLike"
Floats: TypeAlias = NDArray[np.float64]
Names: TypeAlias = NDArray[np.str_]
N = TypeVar("N")  # float, or float64 arrays
S = TypeVar("S")  # str, or arrays of names

Row = tuple[str, str, str]  # a step size, its value, what it gives

BRANCHES = {
    "2(1-J) gap/L": branch_failure,
    "2J gap/(L+G^2)": branch_success,
    "gap/(L+G^2/2)": branch_both,
}
AT_STEPS = ("eta", "F", "gap", "length_plus")  # functions of k in the claims about trajectories


class OutOfDomain(ValueError):
    """A constant violates a hypothesis of the theorems; the message names it and the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds(Generic[N, S]):
    """Step sizes: floats, or arrays of the shape to which the constants broadcast. ``paper`` is
    condition (15a) with 1/(2 sqrt L); ``converges`` is the condition of theorem_1b_sharp; ``safe``
    is eta_safe, below which J strictly increases, and ``binding`` the branch that attains it.
    ``longer`` is the condition of theorem_1b_longer, and ``exact`` the longest step of safe_gap."""

    level: str = "trajectory"
    paper: N
    converges: N
    branches: dict[str, N]
    safe: N
    binding: S
    longer: N
    exact: N

    def __str__(self) -> str:
        exact, safe = self.exact, self.safe
        if isinstance(exact, float) and isinstance(safe, float) and safe < exact:
            return headline(exact, "the exact safe step of one update", "safe_gap")
        return headline(safe, self.binding, "eta_safe")

    def groups(self) -> list[list[Row]]:
        """The rows of the table, of one number for each constant."""
        rows = [
            ("condition (15a) and 1/(2 sqrt L)", shown(self.paper), "theorem_1b, corollary_1"),
            ("(1-J) gap/L", shown(self.converges), "theorem_1b_sharp"),
        ]
        for name, value in self.branches.items():
            mark = " (eta_safe, this branch binds)" if name == self.binding else ""
            rows.append((name, shown(value), f"J rises{mark}"))
        exact = ("exact, for one update", shown(self.exact), "J rises, safe_gap")
        longer = ("or gap/(2L+G^2), if longer", shown(self.longer), "theorem_1b_longer")
        return [[*rows[:2], longer, *rows[2:], exact]]


def headline(safe: Any, binding: Any, slug: str) -> str:
    """What most readers want: the longest step that is proved safe."""
    if isinstance(safe, np.ndarray):
        low, high = shown(safe.min()), shown(safe.max())
        return f"Proved safe ({slug}): every step below .safe, shape {safe.shape}, {low} to {high}"
    if safe == 0:
        return f"No step is proved safe: the gap is 0 ({slug})."
    return f"Proved safe: J rises at every step below {shown(safe)}.\nIt is {binding}, by {slug}."


def thresholds(
    success_rate: Numbers, gap: Numbers, smoothness: Numbers, score_bound: Numbers
) -> Thresholds[Any, Any]:
    """Domain: 0 < J < 1, gap >= 0, L > 0, G >= max(J, 1-J) gap, all finite; numbers, or arrays that
    broadcast. Raises OutOfDomain."""
    with in_range():
        given = {"J": success_rate, "gap": gap, "L": smoothness, "G": score_bound}
        values = checked(given, ("1b", "1a"))
        mean = np.maximum(values["J"], values["F"]) * values["gap"]
        bound = "G >= max(J, 1-J) gap, a mean score: no policy has a larger gap"
        require("gap", given, mean <= values["G"], bound)
        branches = rounded_branches(BRANCHES, values)
        safe, binding = extreme(branches, np.argmax)
        adapted = rounded(largest(SMALL, "eta", {**values, "least_gap": values["gap"]}))
        short = rounded(1 / (2 * rounded_root(values["L"])))
        scored = largest(SMALL_SHARP, "eta", {**values, "least_gap": values["gap"]})
        converges = rounded(largest(ADAPTED_SHARP, "eta", values))
        exact = longest_safe(*(values[name] for name in ("J", "F", "gap", "L", "G")))
        return Thresholds(
            paper=extreme({"(15a)": adapted, "1/(2 sqrt L)": short}, np.argmin)[0],
            converges=converges,
            branches=branches,
            safe=safe,
            binding=binding,
            longer=extreme({"rate": converges, "score": rounded(scored)}, np.argmax)[0],
            exact=extreme({"eta_safe": safe, "safe_gap": exact}, np.argmax)[0],
        )


# -- the constants ---------------------------------------------------------------------------------


def checked(given: Mapping[str, Numbers], assumptions: tuple[str, str]) -> dict[str, Any]:
    """The numbers given, with F = 1-J, once they are in their domain. ``assumptions`` are those
    that bound L and G. Raises OutOfDomain."""
    smooth, bounded = assumptions
    values = as_numbers(given)
    J, gap, L, G = (values[name] for name in ("J", "gap", "L", "G"))
    require("J", given, (J > 0) & (J < 1), "0 < J < 1")
    require("gap", given, gap >= 0, "gap >= 0: the update must be aligned with the gradient gap")
    require("L", given, L > 0, f"L > 0 (Assumption {smooth})")
    require("G", given, G >= 0, f"G >= 0 (Assumption {bounded})")
    return {"F": 1 - J, **values}


def as_numbers(given: Mapping[str, Numbers]) -> dict[str, Any]:
    """Each as an exact fraction; or, where one of them is an array, all as float64 arrays of one
    shape. Raises OutOfDomain for what is no finite number, and for shapes that do not broadcast."""
    if all(np.ndim(x) == 0 for x in given.values()):  # type: ignore[arg-type]
        return {name: exact(name, x) for name, x in given.items()}
    floats = [as_floats(name, x) for name, x in given.items()]
    try:
        return dict(zip(given, np.broadcast_arrays(*floats), strict=True))
    except ValueError as error:
        shapes = ", ".join(f"{name} {x.shape}" for name, x in zip(given, floats, strict=True))
        raise OutOfDomain(f"these shapes do not broadcast: {shapes}") from error


def exact(name: str, value: Any) -> Fraction:
    """The number as the fraction it is; a text in decimals or as a quotient."""
    plain = value.item() if isinstance(value, np.generic | np.ndarray) else value
    try:
        quotient = isinstance(plain, Fraction) or (isinstance(plain, str) and "/" in plain)
        nearest = 1.0 if quotient else float(plain)
        by_float = nearest == 0 or not math.isfinite(nearest) or isinstance(plain, np.floating)
        number = nearest if by_float else Fraction(plain)
    except (ValueError, TypeError, OverflowError, ZeroDivisionError) as error:
        raise OutOfDomain(f"{name} must be a number, got {value}") from error
    if not math.isfinite(number):
        raise OutOfDomain(f"{name} must be a finite number, got {value}")
    return Fraction(number)


def as_floats(name: str, value: Any) -> Floats:
    if np.ndim(value) == 0:
        return np.float64(float(exact(name, value))) * np.ones(())
    try:
        floats = np.asarray(value, dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise OutOfDomain(f"{name} must be an array of numbers") from error
    require(name, {name: floats}, np.isfinite(floats), f"{name} must be finite")
    return floats


def require(name: str, given: Mapping[str, Any], holds: Any, hypothesis: str) -> None:
    """Raises OutOfDomain unless the hypothesis holds, of an array everywhere."""
    if np.all(holds):
        return
    value, where = given[name], ""
    if isinstance(holds, np.ndarray):
        first = tuple(map(int, np.argwhere(~holds)[0]))
        value, where = np.broadcast_to(value, holds.shape)[first], f" at index {first}"
    raise OutOfDomain(f"hypothesis violated: {hypothesis}; got {name} = {value}{where}")


# -- evaluation ------------------------------------------------------------------------------------


def largest(hypothesis: Hypothesis, unknown: str, values: Values) -> Any:
    """d/c for a hypothesis c x^n <= d, or = d: the largest x when n = 1, its square when n = 2.

    Of several parts the last counts. What is said of every step k is read at k = 0."""
    formula = hypothesis.formula
    at_one = {**values, unknown: Fraction(1) if isinstance(values["J"], Fraction) else 1.0}
    if formula.op == "forall":
        at_one |= {x: constantly(at_one[x]) for x in AT_STEPS if x in at_one} | {"k": 0}
    while formula.op in ("forall", "and"):
        formula = formula.args[-1]
    left, right = (evaluate(side, at_one) for side in formula.args)
    return right / left


def constantly(value: Any) -> Callable[[int], Any]:
    """The function of the step k that always has this value."""
    return lambda k: value


def rounded_branches(branches: Mapping[str, Term], values: Values) -> dict[str, Any]:
    return {name: rounded(evaluate(term, values)) for name, term in branches.items()}


def rounded(value: Any) -> Any:
    """The nearest float; arrays as they are. Raises OutOfDomain for one too large, or so small that
    it becomes 0."""
    if isinstance(value, np.ndarray):
        return value
    try:
        nearest = float(value)
    except OverflowError:
        nearest = math.inf
    if math.isinf(nearest) or (nearest == 0) != (value == 0):
        raise OutOfDomain(
            f"a result of {nearest} leaves the range of floats: rescale the constants"
        )
    return nearest


def rounded_root(square: Any) -> Any:
    """The root, exact again for one number."""
    if isinstance(square, np.ndarray):
        return np.sqrt(square)
    return Fraction(math.sqrt(rounded(square)))


@contextmanager
def in_range() -> Iterator[None]:
    """For arrays what ``rounded`` does for one number: OutOfDomain where float64 is left."""
    try:
        with np.errstate(all="raise"):
            yield
    except FloatingPointError as error:
        raise OutOfDomain("a result leaves the range of floats: rescale the constants") from error


def extreme(values: Mapping[str, Any], choose: Callable[..., Any]) -> tuple[Any, Any]:
    """The value that ``choose`` (argmax or argmin) picks, and its name; elementwise for arrays."""
    table = np.array([*values.values()])
    index = choose(table, axis=0)
    name = np.array([*values])[index]
    value = np.take_along_axis(table, np.expand_dims(index, 0), axis=0)[0]
    return (value, name) if table.ndim > 1 else (float(value), str(name))


def shown(value: Any) -> str:
    return "-" if value is None else f"{value:.6g}"
