"""Taylor models: the range of an expression on a small box, with the remainder enclosed.

Along the segment from the centre c to a point x of the box, f(c + t (x - c)) is a function of t.
Its coefficients at t = 0, up to an order n, are enclosed at the centre, and the n-th at the whole
segment (Lagrange). With one variable the powers of x - c are known exactly. Series in balls are
those of `flint.arb_series`; a coefficient that is no finite ball says that f may not be smooth.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from flint import arb, arb_series, ctx

from theory.inequality import balls
from theory.inequality.balls import Interval, tape
from theory.inequality.expression import Expr

ORDERS = range(2, 11)
"""Of the remainder."""


def taylor_model(e: Expr, box: Mapping[str, Interval], order: int) -> Interval | None:
    """All values on the bounded box; None: it is unbounded, or f is not certainly smooth there."""
    sides = list(box.values())
    if order not in ORDERS or not all(a.is_finite() and b.is_finite() for a, b in sides):
        return None
    centres = {name: ((a + b) / 2).mid() for name, (a, b) in box.items()}
    wide = {name: a.union(b) for name, (a, b) in box.items()}
    alone = len(box) == 1
    steps = {n: arb(1) if alone else wide[n] - centres[n] for n in box}
    lower = _coefficients(e, {n: (centres[n], steps[n]) for n in box}, order)
    upper = _coefficients(e, {n: (wide[n], steps[n]) for n in box}, order + 1)
    if lower is None or upper is None:
        return None
    coefficients = [*lower, upper[order]]
    if not alone:
        total = sum(coefficients[1:], coefficients[0])
        return total.lower(), total.upper()
    (name,) = box
    low, high = (end - centres[name] for end in box[name])
    return _polynomial(coefficients, (low.lower(), high.upper()))


def _coefficients(e: Expr, values: Mapping[str, tuple[Any, Any]], length: int) -> list[Any] | None:
    before, ctx.cap = ctx.cap, length
    try:
        found = _series(e, values, length)
    finally:
        ctx.cap = before
    if found is None:
        return None
    known = [found[k] for k in range(length)]
    return known if all(x.is_finite() for x in known) else None


def _series(e: Expr, values: Mapping[str, tuple[Any, Any]], length: int) -> Any:
    """The series of a tape's last node; None for an operation with a kink."""
    steps, outputs = tape((e,))
    found: list[Any] = []
    for node, inner in steps:
        x = [found[i] for i in inner]
        new: Any = None
        match node.op:
            case "const":
                new = arb_series([balls.rational(Fraction(node.value or 0))], length)
            case "pi":
                new = arb_series([arb.pi()], length)
            case "var":
                new = arb_series(list(values[str(node.value)]), length)
            case "add" | "mul":
                new = x[0]
                for other in x[1:]:
                    new = new + other if node.op == "add" else new * other
            case "neg":
                new = -x[0]
            case "div":
                new = x[0] / x[1] if _apart(x[1]) else None
            case "pow":
                n = int(node.value or 0)
                new = _power(x[0], abs(n))
                if n < 0:
                    new = new.inv() if _apart(new) else None
            case "log" | "sqrt":
                new = getattr(x[0], node.op)() if x[0][0] > 0 else None
            case "exp" | "sin" | "cos" | "sin_pi" | "cos_pi":
                new = getattr(x[0], node.op)()
            case _:
                return None
        if new is None:
            return None
        found.append(new)
    return found[outputs[0]]


def _apart(x: Any) -> bool:
    """Whether the first coefficient is certainly not 0."""
    return bool(x[0] > 0 or x[0] < 0)


def _power(x: Any, n: int) -> Any:
    if n == 0:
        return x * 0 + 1
    half = _power(x, n // 2)
    return half * half * x if n % 2 else half * half if n > 1 else x


def _polynomial(coefficients: list[Any], h: Interval) -> Interval:
    """The range of sum a_k h^k: of the first three terms together, of the others one by one."""
    a, b, c = (x.mid() for x in coefficients[:3])
    ends = [
        balls.outwards(v, v) for v in (a + b * h[0] + c * h[0] ** 2, a + b * h[1] + c * h[1] ** 2)
    ]
    low, high = balls.least(e[0] for e in ends), balls.greatest(e[1] for e in ends)
    if not c.is_zero():
        at = -b / (2 * c)
        if not (at < h[0] or at > h[1]):
            tip = a - b * b / (4 * c)
            low, high = balls.least((low, tip.lower())), balls.greatest((high, tip.upper()))
    total: Interval = (low, high)
    for k, x in enumerate(coefficients):
        rest = x - x.mid() if k < 3 else x
        powers = balls.power(h, k, strict=False)
        total = balls.add(total, balls.multiply((rest.lower(), rest.upper()), powers))
    return total
