"""A sum of squares as a lemma of Rocq, for a goal f >= 0.

The identity is left to ``field``; each term is a product of what is not negative. Multipliers that
are 0 somewhere, and f > 0, are not written.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from theory.inequality.certificate import Node, Square
from theory.inequality.goals import Goal
from theory.inequality.squares import Polynomial, Problem, equations, exact, is_positive, problem

HEAD = """From Coq Require Import Reals Lra Psatz.
Open Scope R_scope.
Ltac not_negative := match goal with
  | |- 0 <= _ + _ => first [ assumption | apply Rlt_le; assumption
                           | apply Rplus_le_le_0_compat; not_negative ]
  | |- 0 <= Rsqr _ => apply Rle_0_sqr
  | |- 0 <= _ / _ => lra
  | |- 0 <= _ * _ => first [ assumption | apply Rlt_le; assumption
                           | apply Rmult_le_pos; not_negative ]
  | _ => first [ assumption | apply Rlt_le; assumption | lra ]
  end.
"""


def lemma(name: str, goal: Goal, node: Node) -> str:
    """The lemma and its proof, to come after HEAD. Raises ValueError where the certificate has one
    of the forms that are not written."""
    asked = problem(goal)
    positive = any(is_positive(square, asked) for square in node.multiplier)
    if goal.relation != ">=" or (node.multiplier and not positive):
        raise ValueError("written is f >= 0, with a multiplier that is positive everywhere")
    known = [
        f"{_written(c.polynomial, asked)} = 0"
        if c.equation
        else f"0 {'<' if c.strict else '<='} {_written(c.polynomial, asked)}"
        for c in asked.constraints
    ]
    f = _written(asked.polynomial, asked)
    free = [square for square in node.squares if not equations(square, asked)]
    bound = [square for square in node.squares if equations(square, asked)]
    zeros = sorted({i for s in bound for i in s.factors if asked.constraints[i].equation})
    multiplier = _sum(node.multiplier, asked) if node.multiplier else "1"
    rewrites = "".join(f"rewrite H{i} in E; " for i in zeros)
    variables = " ".join(f"x{i}" for i in range(len(asked.names)))
    return (
        f"Lemma {name} : forall {variables} : R,\n  "
        + " ->\n  ".join([*known, f"0 <= {f}"])
        + ".\nProof.\n"
        + f"intros {variables} {' '.join(f'H{i}' for i in range(len(known)))}.\n"
        + f"assert (E : ({multiplier}) * ({f}) = {_sum([*free, *bound], asked)})\n"
        + "  by (unfold Rsqr; field).\n"
        + f"assert (P : 0 <= {_sum(free, asked)})\n"
        + "  by not_negative.\n"
        + f"assert (M : 0 < {multiplier}) by (unfold Rsqr; nra).\n"
        + f"{rewrites}apply (Rmult_le_reg_l ({multiplier})); [exact M|]; lra.\nQed.\n"
    )


def _sum(terms: Sequence[Square], asked: Problem) -> str:
    return " + ".join(_term(term, asked) for term in terms) or "0"


def _term(term: Square, asked: Problem) -> str:
    ring = asked.polynomial.context()
    root = _written(ring.from_dict({p: exact(c) for p, c in term.root}), asked)
    last = root if equations(term, asked) else f"Rsqr {root}"
    factors = [_written(asked.constraints[i].polynomial, asked) for i in term.factors]
    return " * ".join([_number(term.weight), *factors, last])


def _written(p: Polynomial, asked: Problem) -> str:
    """The polynomial in x0, x1, ..., in brackets."""
    parts = []
    for powers, c in p.to_dict().items():
        letters = [f"x{i}" for i, n in enumerate(powers) for _ in range(int(n))]
        parts.append(" * ".join([_number(Fraction(int(c.p), int(c.q))), *letters]))
    return f"({' + '.join(parts) or '0'})"


def _number(value: Fraction) -> str:
    return f"({value.numerator} / {value.denominator})"
