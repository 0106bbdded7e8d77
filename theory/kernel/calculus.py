"""The derivative of a term, by the rules of the first calculus course.

Nothing is simplified: the kernel's solver steps compare the result with whatever form a proof
likes. Quotients, logarithms and abstract functions need a fact about them; the caller supplies the
facts.
"""

from __future__ import annotations

from collections.abc import Mapping

from theory.kernel.terms import KernelError, Term, const, cos, eq, lift, negate, sin, total


class NotDifferentiable(KernelError):
    """No rule gives the derivative, or a side condition was not supplied."""


def derivative(
    variable: Term, term: Term, known: Mapping[Term, Term], facts: frozenset[Term]
) -> Term:
    """d term / d variable.

    ``known`` maps abstract terms to their derivatives; ``facts`` holds the side conditions that
    have been proved: ``not (b = 0)`` for each quotient a/b, ``0 < a`` for each log a.
    """
    if term in known:
        return known[term]
    if variable not in term.free:
        return const(0)
    if term == variable:
        return const(1)

    def d(inner: Term) -> Term:
        return derivative(variable, inner, known, facts)

    match term.op:
        case "add":
            return d(term.args[0]) + d(term.args[1])
        case "neg":
            return -d(term.args[0])
        case "mul":
            f, g = term.args
            return d(f) * g + f * d(g)
        case "pow":
            (f,) = term.args
            assert isinstance(term.data, int)
            return d(f) if term.data == 1 else const(term.data) * f ** (term.data - 1) * d(f)
        case "div":
            f, g = term.args
            if g.op != "const" or g == const(0):
                _require(negate(eq(g, 0)), facts)
            if variable not in g.free:
                return d(f) / g
            return (d(f) * g - f * d(g)) / g**2
        case "exp":
            return term * d(term.args[0])
        case "sin":
            return cos(term.args[0]) * d(term.args[0])
        case "cos":
            return -sin(term.args[0]) * d(term.args[0])
        case "log":
            _require(lift(0) < term.args[0], facts)
            return d(term.args[0]) / term.args[0]
        case "sum":
            index, body = term.args
            if index == variable:
                raise NotDifferentiable("an index is not a real variable")
            return total(index, d(body))
    raise NotDifferentiable(f"no derivative is known for {term.op}")


def _require(condition: Term, facts: frozenset[Term]) -> None:
    if condition not in facts:
        raise NotDifferentiable(
            f"side condition not supplied: {condition.op} of a {condition.args[0].op}"
        )
