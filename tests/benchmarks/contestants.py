"""What is put side by side by ``inequalities``: each answers one question with a word.

    python -m tests.benchmarks.contestants NAME [FOLDER]

reads questions as lines of JSON, {"claim": ..., "assume": [...]}, and writes a line for each:
{"verdict": ..., "seconds": ...}, seconds of CPU with those of the processes it started. FOLDER is
where leancert is installed, if not with everything else.
"""

from __future__ import annotations

import json
import math
import resource
import sys
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from theory.inequality import kernel_route
from theory.inequality.balls import BITS
from theory.inequality.decision import as_question, decide_here
from theory.inequality.expression import Expr, Question
from theory.inequality.goals import ORDERS, Goal, goals
from theory.inequality.parser import BadFormula
from theory.kernel import terms as t
from theory.kernel.obligations import smtlib
from theory.kernel.solvers import cvc5_answer, z3_answer

MOST_BOXES = 20_000
EFFORT = 1e6  # no limit of steps: the clock is the limit
Verdict = str
Box = tuple[tuple[Fraction, Fraction], ...]


def gradgap(question: Question) -> Verdict:
    """With the effort that is the default of `gradgap check`."""
    return decide_here(question.claim, question.assume, 10.0).verdict


def z3(question: Question) -> Verdict:
    """The question as it is, in real arithmetic; what is no arithmetic is a free variable, so that
    a model refutes only questions without it."""
    return _solver(question, z3_answer)


def cvc5(question: Question) -> Verdict:
    """As z3."""
    return _solver(question, cvc5_answer)


def _solver(question: Question, answer: Callable[..., str]) -> Verdict:
    translation = kernel_route.translate(question)
    goal = kernel_route.both_of(translation.goals)
    found = answer(smtlib(translation.hypotheses, goal), EFFORT)
    if found == "unsat":
        return "proved"
    exact = not any(map(_is_opaque, (*translation.hypotheses, goal)))
    return "refuted" if found == "sat" and exact else "undecided"


def _is_opaque(term: t.Term) -> bool:
    return term.op in ("exp", "log", "sin", "cos", "pi") or any(map(_is_opaque, term.args))


def mpmath_iv(question: Question) -> Verdict:
    """Boxes halved until every enclosure has the sign; on closed boxes without other assumptions.
    A box that is a point, or on which the claim surely fails, refutes."""
    from mpmath import iv

    iv.prec = BITS

    def sign(goal: Goal, box: Box) -> int:
        pairs = zip(goal.box, box, strict=True)
        sides = {s.name: iv.mpf([_ratio(a).a, _ratio(b).b]) for s, (a, b) in pairs}
        try:
            found = _iv_value(goal.expression, sides)
            return _sign(goal, found.a, found.b)
        except (ArithmeticError, ValueError, TypeError):
            return 0

    return _by_halving(question, sign)


def leancert(question: Question) -> Verdict:
    """The same, each box by its `verify_bound`, which asks its Lean program."""
    import leancert as lc

    solver = lc.Solver()

    def sign(goal: Goal, box: Box) -> int:
        sides = {s.name: ends for s, ends in zip(goal.box, box, strict=True)}
        try:
            e = _lean(goal.expression, lc)
            check = solver.verify_bound(e, sides or {"unused": (0, 1)}, lower=0)
            found = check.checks[0].enclosure
            if goal.relation == ">=" and isinstance(check, lc.Verified):
                return 1
            return _sign(goal, found.lo, found.hi) if "obstruct" not in type(check).__name__ else 0
        except (ArithmeticError, ValueError, TypeError, AttributeError, lc.LeanCertError):
            return 0

    try:
        return _by_halving(question, sign)
    finally:
        solver.close()


def _sign(goal: Goal, low: Any, high: Any) -> int:
    """1: the goal holds for all these values; -1: for none of them; 0: neither."""
    if low > 0 or (goal.relation == ">=" and low >= 0):
        return 1
    return -1 if high < 0 or (goal.relation == ">" and high <= 0) else 0


def _by_halving(question: Question, sign: Callable[[Goal, Box], int]) -> Verdict:
    asked = goals(question)
    for goal in asked:
        bounded = all(s.low is not None and s.high is not None for s in goal.box)
        if not bounded or goal.assume or goal.relation not in ORDERS:
            return "undecided"
        waiting: list[Box] = [
            tuple((s.low or Fraction(0), s.high or Fraction(0)) for s in goal.box)
        ]
        for _ in range(MOST_BOXES):
            if not waiting:
                break
            box = waiting.pop()
            found = sign(goal, box)
            if found < 0:
                return "refuted"
            if found == 0 and not box:
                return "undecided"
            waiting += _halves(box) if found == 0 else ()
        else:
            return "undecided"
    return "proved"


def _halves(box: Box) -> tuple[Box, Box]:
    widest = max(range(len(box)), key=lambda i: box[i][1] - box[i][0])
    low, high = box[widest]
    middle = (low + high) / 2
    before, after = box[:widest], box[widest + 1 :]
    return (*before, (low, middle), *after), (*before, (middle, high), *after)


def _ratio(number: Fraction) -> Any:
    from mpmath import iv

    return iv.mpf(number.numerator) / number.denominator


def _iv_value(e: Expr, box: Mapping[str, Any]) -> Any:
    """The same expression, node by node, in the interval arithmetic of mpmath."""
    from mpmath import iv

    x = [_iv_value(arg, box) for arg in e.args]
    match e.op:
        case "const":
            return _ratio(Fraction(e.value or 0))
        case "var":
            return box[str(e.value)]
        case "pi":
            return iv.pi
        case "add":
            return sum(x[1:], x[0])
        case "mul":
            return math.prod(x[1:], start=x[0])
        case "neg":
            return -x[0]
        case "div":
            return x[0] / x[1]
        case "pow":
            return x[0] ** int(e.value or 0)
        case "abs":
            return abs(x[0])
        case "exp" | "log" | "sqrt" | "sin" | "cos":
            return getattr(iv, e.op)(x[0])
    raise ValueError(f"{e.op} is not in mpmath.iv")


def _lean(e: Expr, lc: Any) -> Any:
    x = [_lean(arg, lc) for arg in e.args]
    match e.op:
        case "const":
            return lc.const(Fraction(e.value or 0))
        case "var":
            return lc.var(str(e.value))
        case "add":
            return sum(x[1:], x[0])
        case "mul":
            return math.prod(x[1:], start=x[0])
        case "neg":
            return -x[0]
        case "div":
            return x[0] / x[1]
        case "pow" if int(e.value or 0) >= 0:
            return x[0] ** int(e.value or 0)
        case "pow":
            return 1 / x[0] ** -int(e.value or 0)
        case "min":
            return lc.Min(*x)
        case "max":
            return lc.Max(*x)
        case "exp" | "log" | "sqrt" | "sin" | "cos" | "abs":
            return getattr(lc, e.op)(x[0])
    raise ValueError(f"{e.op} is not in leancert")


CONTESTANTS: Mapping[str, Callable[[Question], Verdict]] = {
    "gradgap": gradgap,
    "leancert": leancert,
    "z3": z3,
    "cvc5": cvc5,
    "mpmath.iv": mpmath_iv,
}


def spent() -> float:
    """Seconds of CPU, user and system, of this process and of those it has ended."""
    used = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main(name: str, *folder: str) -> None:
    sys.path += folder
    answer = CONTESTANTS[name]
    for line in sys.stdin:
        asked, before = json.loads(line), spent()
        try:
            verdict = answer(as_question(asked["claim"], asked["assume"]))
        except (BadFormula, t.KernelError, NotImplementedError, RecursionError):
            verdict = "undecided"
        print(json.dumps({"verdict": verdict, "seconds": round(spent() - before, 3)}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
