"""The textbook facts about exp, log, sin and cos that proofs rest on. There are seven.

Facts about finite sums, induction and derivatives are rules of the kernel and are listed with them
(``theory.kernel.rules.FACTS``). Nothing here mentions a policy. ``tests/theorems/test_axioms.py``
attacks each one in ball arithmetic.
"""

from __future__ import annotations

from types import MappingProxyType

from theory.kernel.rules import FACTS
from theory.kernel.sequent import Axiom
from theory.kernel.terms import PI, conj, const, cos, eq, exp, lift, log, sin, var

_x, _y = var("x"), var("y")

EXP_TANGENT = Axiom(
    "exp_tangent", (_x,), (), 1 + _x <= exp(_x), "the tangent of exp at 0; Rudin, theorem 8.6"
)
EXP_ADD = Axiom("exp_add", (_x, _y), (), eq(exp(_x + _y), exp(_x) * exp(_y)), "Rudin, theorem 8.6")
EXP_LOG = Axiom(
    "exp_log", (_x,), (lift(0) < _x,), eq(exp(log(_x)), _x), "definition of log; Rudin, eq. 8.36"
)

CIRCLE = Axiom(
    "circle", (_x,), (), eq(sin(_x) ** 2 + cos(_x) ** 2, 1), "|sin|, |cos| <= 1; Rudin, theorem 8.7"
)
PERIOD = Axiom(
    "period",
    (_x,),
    (),
    conj(eq(sin(_x + 2 * PI), sin(_x)), eq(cos(_x + 2 * PI), cos(_x))),
    "sin and cos have period 2 pi; Rudin, theorem 8.7",
)
AT_ZERO = Axiom("sin_cos_zero", (), (), conj(eq(sin(0), 0), eq(cos(0), 1)), "Rudin, theorem 8.7")
PI_BOUNDS = Axiom(
    "pi_bounds", (), (), conj(const(3) < PI, PI < const(22) / 7), "Archimedes, On the circle"
)

AXIOMS = MappingProxyType(
    {a.name: a for a in (EXP_TANGENT, EXP_ADD, EXP_LOG, CIRCLE, PERIOD, AT_ZERO, PI_BOUNDS)}
)


def trusted_names() -> frozenset[str]:
    """Every axiom and every fact of mathematics that a proof may rest on."""
    return frozenset(AXIOMS) | frozenset(FACTS)
