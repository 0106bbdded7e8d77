"""The textbook facts about exp and log that every proof rests on. There are three.

Facts about finite sums, induction and derivatives are rules of the kernel and are listed with them
(``theory.kernel.rules.FACTS``). Nothing here mentions a policy. ``tests/theorems/test_axioms.py``
attacks each one in ball arithmetic.
"""

from __future__ import annotations

from theory.kernel.rules import FACTS
from theory.kernel.sequent import Axiom
from theory.kernel.terms import eq, exp, lift, log, var

_x, _y = var("x"), var("y")

EXP_TANGENT = Axiom(
    "exp_tangent", (_x,), (), 1 + _x <= exp(_x), "the tangent of exp at 0; Rudin, theorem 8.6"
)
EXP_ADD = Axiom("exp_add", (_x, _y), (), eq(exp(_x + _y), exp(_x) * exp(_y)), "Rudin, theorem 8.6")
EXP_LOG = Axiom(
    "exp_log", (_x,), (lift(0) < _x,), eq(exp(log(_x)), _x), "definition of log; Rudin, eq. 8.36"
)

AXIOMS = {a.name: a for a in (EXP_TANGENT, EXP_ADD, EXP_LOG)}


def trusted_names() -> frozenset[str]:
    """Every axiom and every fact of mathematics that a proof may rest on."""
    return frozenset(AXIOMS) | frozenset(FACTS)
