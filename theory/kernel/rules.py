"""All inference rules: the only ways to make a sequent from sequents.

A rule is a pure function of its premises and arguments, and keeps what a sequent says true; its
docstring is the reason. Rules that state a fact of mathematics, and not of logic, name it in
``FACTS``, and the name travels with every later sequent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from theory.kernel import analysis, logic, sums
from theory.kernel.sequent import Outcome

_ALL: tuple[Callable[..., Outcome], ...] = (
    logic.assume,
    logic.axiom,
    logic.solve,
    logic.conclude,
    logic.discharge,
    logic.cut,
    logic.generalise,
    logic.specialise,
    logic.both,
    logic.part,
    logic.apply_implication,
    logic.instantiate,
    logic.rename_index,
    logic.congruence,
    sums.sum_linear,
    sums.sum_monotone,
    sums.sum_exchange,
    sums.prefix_zero,
    sums.prefix_step,
    sums.induction,
    analysis.differentiate,
    analysis.rename_derivative,
    analysis.derivative_unique,
    analysis.nondecreasing,
)
RULES: Mapping[str, Callable[..., Outcome]] = MappingProxyType({r.__name__: r for r in _ALL})

FACTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "sum_linear": ("sum (a f + b g) = a sum f + b sum g", "finite sums: distributive law"),
        "sum_monotone": (
            "f <= g pointwise implies sum f <= sum g",
            "finite sums of an ordered field",
        ),
        "sum_exchange": ("sum_i sum_j f = sum_j sum_i f", "finite sums: commutative law"),
        "prefix_sum": (
            "sum over no k is 0; sum_{k<n+1} f = sum_{k<n} f + f(n)",
            "definition of a sum",
        ),
        "induction": ("P(0) and (P(k) implies P(k+1)) imply P(k) for every k", "Peano"),
        "derivative_rules": (
            "derivatives of constants, t, f+g, f*g, f/g, f^n, exp, log, sin, cos and finite sums",
            "Rudin, Principles of Mathematical Analysis, ch. 5 and 8",
        ),
        "derivative_unique": (
            "a function has at most one derivative at a point",
            "Rudin, def. 5.1",
        ),
        "mean_value": ("f' >= 0 on [a, b] implies f(a) <= f(b)", "Rudin, theorem 5.11"),
    }
)
