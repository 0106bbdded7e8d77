"""How a step is justified: each rule decides a claim by algebra."""

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import sympy as sp

from theory.derivations._relation import Claim, Equivalence, Range, Relation
from theory.derivations._rule import Context, Fact, Refused, is_relation, require
from theory.derivations._series import Coefficient
from theory.derivations._signs import UP, Orientation, is_zero


@dataclass(frozen=True, slots=True)
class Algebra:
    """Both sides are the same formula: their difference simplifies to 0, derivatives carried
    out."""

    restarts: ClassVar[bool] = False
    cites: ClassVar[tuple[str, ...]] = ()

    def justify(self, claim: Claim, context: Context) -> None:
        relation = is_relation(claim, "=")
        left, right = (
            context.domain.unfold(side).doit() for side in (relation.left, relation.right)
        )
        require(is_zero(left - right), "the difference does not simplify to 0")


@dataclass(frozen=True, slots=True)
class Substitute:
    """Equals for equals: with the left side of each cited equality replaced by its right side,
    both sides are the same formula."""

    steps: tuple[str, ...]

    restarts: ClassVar[bool] = False

    @property
    def cites(self) -> tuple[str, ...]:
        return self.steps

    def justify(self, claim: Claim, context: Context) -> None:
        relation = is_relation(claim, "=")
        formula = relation.surplus
        for name in self.steps:
            equality = context.cited(name)
            require(equality.sign == "=", f"{name!r} is no equality")
            require(formula.has(equality.left), f"{equality.left} does not occur")
            formula = formula.subs(equality.left, equality.right)
        require(is_zero(formula), "not what the substitution gives")


Part = tuple[sp.Expr, sp.Expr | Fact | str]


@dataclass(frozen=True, slots=True)
class Signs:
    """right - left is a sum of products weight * part, none of them negative.

    The sign of a weight is read off. A part is a formula, with its sign read off too, a Fact, or
    the name of an earlier step, whose right - left it stands for."""

    parts: tuple[Part, ...]

    restarts: ClassVar[bool] = False

    @property
    def cites(self) -> tuple[str, ...]:
        return tuple(part for _, part in self.parts if isinstance(part, str))

    def justify(self, claim: Claim, context: Context) -> None:
        relation = is_relation(claim, "<=", "<")
        total, strict = sp.Integer(0), False
        for weight, part in self.parts:
            surplus, sign = _surplus(part, context)
            factor = context.sign(weight)
            if factor is None or sign is None:
                raise Refused(f"no sign can be read off {weight if factor is None else surplus}")
            require(factor.up == sign.up, f"({weight}) times ({surplus}) is negative")
            total += weight * surplus
            strict = strict or (factor.strict and sign.strict)
        require(context.zero(relation.surplus - total), "the parts do not add up to right - left")
        require(strict or relation.sign == "<=", "nothing makes the inequality strict")


def _surplus(part: sp.Expr | Fact | str, context: Context) -> tuple[sp.Expr, Orientation | None]:
    if isinstance(part, str):
        earlier = context.cited(part)
        require(earlier.sign != "=", f"{part!r} is no inequality")
        return earlier.surplus, Orientation(True, earlier.sign == "<")
    if isinstance(part, Fact):
        for need in part.needs:
            sign = context.sign(need)
            require(sign == UP, f"{part.name} needs {need} > 0")
        return part.surplus, Orientation(True, False)
    return part, context.sign(part)


def signs(*parts: Part) -> Signs:
    return Signs(parts)


@dataclass(frozen=True, slots=True)
class Increasing:
    """Apply exp or log to both sides of an earlier step; log needs positive sides."""

    function: type[sp.exp] | type[sp.log]
    step: str

    restarts: ClassVar[bool] = True

    @property
    def cites(self) -> tuple[str, ...]:
        return (self.step,)

    def justify(self, claim: Claim, context: Context) -> None:
        earlier = context.cited(self.step)
        relation = is_relation(claim, earlier.sign)
        require(self.function in (sp.exp, sp.log), "only exp and log are known to increase")
        if self.function is sp.log:
            least = earlier.right if earlier.sign == "=" else earlier.left
            sign = context.sign(least)
            require(sign == UP, f"log needs {least} > 0")
        for new, old in ((relation.left, earlier.left), (relation.right, earlier.right)):
            wanted = self.function(context.domain.unfold(old))
            require(context.zero(new - wanted), f"{new} is not {self.function.__name__} of {old}")


@dataclass(frozen=True, slots=True)
class Mean:
    """Take the expectation of an earlier step that holds at every response.

    ``values`` pairs what depends on the response with its mean. Expectation is linear, monotone
    and normalised, so both sides must be linear in what depends on the response."""

    step: str
    values: tuple[tuple[sp.Expr, sp.Expr], ...]
    random: tuple[sp.Symbol, ...]

    restarts: ClassVar[bool] = True

    @property
    def cites(self) -> tuple[str, ...]:
        return (self.step,)

    def justify(self, claim: Claim, context: Context) -> None:
        earlier = context.cited(self.step)
        relation = is_relation(claim, earlier.sign)
        for new, old in ((relation.left, earlier.left), (relation.right, earlier.right)):
            require(context.zero(new - self._mean(old)), f"{new} is not the mean of {old}")

    def _mean(self, formula: sp.Expr) -> sp.Expr:
        dummies = [(value, sp.Dummy(), mean) for value, mean in self.values]
        # an exponential before its exponent, or e^x would become e^(mean of x)
        ordered = sorted(dummies, key=lambda d: d[0].count_ops(), reverse=True)
        formula = sp.expand(formula.subs([(value, dummy) for value, dummy, _ in ordered]))
        letters = [dummy for _, dummy, _ in dummies]
        require(formula.free_symbols.isdisjoint(self.random), "something random has no mean")
        for a in letters:
            for b in letters:
                require(sp.diff(formula, a, b) == 0, "the step is not linear in what is random")
        return formula.subs([(dummy, mean) for _, dummy, mean in dummies])


@dataclass(frozen=True, slots=True)
class Solve:
    """The condition solved for ``symbol``: SymPy finds the boundary, and the surplus of the
    condition is ``factor``, which is positive, times that of the solution. The right side of the
    condition is a side of ``step``; without one it must be where the step before ended."""

    symbol: sp.Symbol
    factor: sp.Expr
    step: str = ""

    @property
    def restarts(self) -> bool:
        return bool(self.step)

    @property
    def cites(self) -> tuple[str, ...]:
        return (self.step,) if self.step else ()

    def justify(self, claim: Claim, context: Context) -> None:
        if not isinstance(claim, Equivalence):
            raise Refused("the rule is for a condition and its solution")
        condition, solved = claim.condition, claim.solved
        if self.step:
            earlier = context.cited(self.step)
            meets = condition.right in (earlier.left, earlier.right)
            require(meets, "the condition is not about the step cited")
        require(condition.sign == solved.sign, "the relation changes")
        require(self.symbol in (solved.left, solved.right), f"not solved for {self.symbol}")
        bound = solved.right if solved.left == self.symbol else solved.left
        require(self.symbol not in bound.free_symbols, f"not solved for {self.symbol}")
        surplus = context.domain.unfold(condition.surplus)
        roots = sp.solve(sp.together(surplus), self.symbol)
        require(any(context.zero(root - bound) for root in roots), f"the boundary is {roots}")
        require(is_zero(surplus.subs(self.symbol, context.domain.unfold(bound))), "no root")
        require(context.sign(self.factor) == UP, "no sign of the factor")
        product = self.factor * solved.surplus
        require(context.zero(surplus - product), "the surplus is not factor times solution")


@dataclass(frozen=True, slots=True)
class Unknown:
    """``claim.left`` is an unknown of linear equations, ``claim.right`` its value: SymPy solves
    them, and the solution put back satisfies them."""

    equations: tuple[Relation, ...]
    unknowns: tuple[sp.Symbol, ...]

    restarts: ClassVar[bool] = False
    cites: ClassVar[tuple[str, ...]] = ()

    def justify(self, claim: Claim, context: Context) -> None:
        relation = is_relation(claim, "=")
        require(relation.left in self.unknowns, f"{relation.left} is not an unknown")
        solutions = sp.solve([e.surplus for e in self.equations], self.unknowns, dict=True)
        require(len(solutions) == 1, f"{len(solutions)} solutions")
        (solution,) = solutions
        require(is_zero(solution[relation.left] - relation.right), f"SymPy finds {solution}")
        for equation in self.equations:
            require(is_zero(equation.surplus.subs(solution)), "put back, an equation fails")


@dataclass(frozen=True, slots=True)
class Limits:
    """claim.left is a SymPy Limit, claim.right its value (oo included)."""

    restarts: ClassVar[bool] = False
    cites: ClassVar[tuple[str, ...]] = ()

    def justify(self, claim: Claim, context: Context) -> None:
        relation = is_relation(claim, "=")
        require(isinstance(relation.left, sp.Limit), "the left side is no limit")
        require(relation.left.doit() == relation.right, "SymPy finds another limit")


@dataclass(frozen=True, slots=True)
class Instance:
    """An earlier step at other values of its symbols. The values lie inside the ranges of these,
    and no other range or abbreviation is written in them."""

    step: str
    values: tuple[tuple[sp.Symbol, sp.Expr], ...]

    restarts: ClassVar[bool] = True

    @property
    def cites(self) -> tuple[str, ...]:
        return (self.step,)

    def justify(self, claim: Claim, context: Context) -> None:
        earlier = context.cited(self.step)
        relation = is_relation(claim, earlier.sign)
        moved = {symbol for symbol, _ in self.values}
        ranges = {e.symbol: e for e in context.domain.entries if isinstance(e, Range)}
        for entry in context.domain.entries:
            tied = sorted(s.name for s in moved & entry.uses)
            require(not tied, f"{entry.symbol} depends on {tied}")
        for symbol, value in self.values:
            require(symbol in ranges, f"{symbol} has no range")
            low, high = ranges[symbol].low, ranges[symbol].high
            require(low == -sp.oo or context.sign(value - low) == UP, f"{value} may be too small")
            require(high == sp.oo or context.sign(high - value) == UP, f"{value} may be too large")
        for new, old in ((relation.left, earlier.left), (relation.right, earlier.right)):
            wanted = old.subs(dict(self.values), simultaneous=True)
            require(context.zero(new - wanted), f"{new} is not {old} at these values")


@dataclass(frozen=True, slots=True)
class Chain:
    """From the left side of the first cited step to the right side of the last; each begins where
    the one before ends."""

    steps: tuple[str, ...]

    restarts: ClassVar[bool] = True

    @property
    def cites(self) -> tuple[str, ...]:
        return self.steps

    def justify(self, claim: Claim, context: Context) -> None:
        relations = [context.cited(name) for name in self.steps]
        for first, second in pairwise(relations):
            require(first.right == second.left, "the cited steps do not meet")
        strict = any(r.sign == "<" for r in relations)
        sign = "<" if strict else "<=" if any(r.sign == "<=" for r in relations) else "="
        relation = is_relation(claim, sign)
        surplus = relations[-1].right - relations[0].left
        require(context.zero(relation.surplus - surplus), "not what the chain says")


@dataclass(frozen=True, slots=True)
class Both:
    """|y| <= c from -c <= y and y <= c."""

    lower: str
    upper: str

    restarts: ClassVar[bool] = True

    @property
    def cites(self) -> tuple[str, ...]:
        return (self.lower, self.upper)

    def justify(self, claim: Claim, context: Context) -> None:
        relation = is_relation(claim, "<=")
        require(isinstance(relation.left, sp.Abs), "the left side is no absolute value")
        lower, upper = context.cited(self.lower), context.cited(self.upper)
        inside = relation.left.args[0]
        require("=" not in (lower.sign, upper.sign), "two inequalities are needed")
        require(context.zero(lower.surplus - (inside + relation.right)), "the lower half differs")
        require(context.zero(upper.surplus - (relation.right - inside)), "the upper half differs")


@dataclass(frozen=True, slots=True)
class Convex:
    """f >= 0 everywhere, from f(0) = 0, f'(0) = 0 and f'' = something that is never negative.

    ``value`` and ``slope`` are steps [x^0] f = 0 and [x^1] f = 0; ``bend`` is f'' = g and
    ``sign`` is 0 <= g. The bound f'' >= 0 must hold at every x of a range around 0 or from 0 on."""

    variable: sp.Symbol
    value: str
    slope: str
    bend: str
    sign: str

    restarts: ClassVar[bool] = True

    @property
    def cites(self) -> tuple[str, ...]:
        return (self.value, self.slope, self.bend, self.sign)

    def justify(self, claim: Claim, context: Context) -> None:
        relation = is_relation(claim, "<=")
        function, x = relation.right, self.variable
        value, slope, bend, sign = (context.cited(name) for name in self.cites)
        wanted = (
            (relation.left, sp.Integer(0)),
            (value.left, Coefficient(function, x, 0)),
            (slope.left, Coefficient(function, x, 1)),
            (bend.left, sp.Derivative(function, (x, 2))),
            (value.right, sp.Integer(0)),
            (slope.right, sp.Integer(0)),
            (sign.right, bend.right),
            (sign.left, sp.Integer(0)),
        )
        for found, expected in wanted:
            require(found == expected, f"expected {expected}, found {found}")
        require((value.sign, slope.sign, bend.sign) == ("=", "=", "="), "equalities are needed")
        require(sign.sign in ("<=", "<"), "the second derivative needs a sign")
        ranges = [e for e in context.domain.entries if e.symbol == x and isinstance(e, Range)]
        require(len(ranges) == 1 and ranges[0].low in (0, -sp.oo), f"{x} must reach 0")
