"""[x^n] f: a coefficient of a power series at 0, as a formula that is not carried out."""

from __future__ import annotations

from math import factorial
from typing import Any

import sympy as sp


class Coefficient(sp.Expr):
    """Coefficient(f, x, n) is the coefficient of x^n in the power series of f at x = 0.

    ``doit`` differentiates; ``theory.derivations._balls`` expands in ball arithmetic instead."""

    def __new__(cls, function: sp.Expr, x: sp.Symbol, order: int | sp.Integer) -> Coefficient:
        return super().__new__(cls, function, x, sp.Integer(order))

    @property
    def free_symbols(self) -> set[sp.Basic]:
        return self.args[0].free_symbols - {self.args[1]}

    @property
    def bound_symbols(self) -> list[sp.Basic]:
        return [self.args[1]]

    def doit(self, **hints: Any) -> sp.Expr:
        function, x, order = self.args
        return sp.diff(function, x, order).subs(x, 0) / factorial(int(order))

    def _latex(self, printer: Any) -> str:
        function, x, order = self.args
        power = printer.doprint(x**order)
        return rf"\left[{power}\right]\left({printer.doprint(function)}\right)"

    def _sympystr(self, printer: Any) -> str:
        function, x, order = self.args
        return f"[{printer.doprint(x**order)}] ({printer.doprint(function)})"
