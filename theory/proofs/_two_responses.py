"""Two responses whose log odds are f along a line: their scores, and how fast those change.

Let w be any function along the line, say the slope of f in some direction. Then w (1-J) changes at
the rate (1-J)(w' - J f' w), and -w J at the rate -J (w' + (1-J) f' w). If |w'| and |f' w| are at
most c, so are both, because (1-J)(1+J) <= 1.
"""

from theory.proofs._prelude import *
from theory.kernel.terms import has_derivative
from theory.proofs._witness import LOGP, RIGHT, SCORE, SIZE, WRONG, facts_at, shares_at, x

f, slope, w, bend = (Symbol(name, (REAL,)) for name in ("f", "slope", "w", "bend"))
start, end, most = map(var, ("start", "end", "most"))
ODDS_SLOPE, TURN = has_derivative(t, f(t), slope(t)), has_derivative(t, w(t), bend(t))
ON_THE_WAY = conj(start <= t, t <= end)
SMALL = conj(absolute(bend(t)) <= most, absolute(slope(t) * w(t)) <= most)
WAY = forall(t, implies(ON_THE_WAY, SMALL))


def logp(name: str, odds: Term) -> Term:
    return substitute(LOGP[name], {x: odds})


def share(name: str, odds: Term) -> Term:
    """1-J for the right response, -J for the wrong one."""
    return substitute(SCORE[name], {x: odds})


def _size(name: str) -> Proof:
    size = substitute(SIZE[name], {x: f(t)})
    return next(fact for fact in facts_at(f(t)) if fact.conclusion == (0 < size))


@cache
def _logp_slope(name: str) -> Proof:
    line = logp(name, f(t))
    raw = differentiate(t, line, assume(ODDS_SLOPE), _size(name))
    tidy = solve(eq(raw.conclusion.args[2], slope(t) * share(name, f(t))), *facts_at(f(t)))
    return rename_derivative(raw, solve(eq(line, line)), tidy)


@cache
def _change(name: str) -> Proof:
    score = w(t) * share(name, f(t))
    other = RIGHT if name == WRONG else WRONG  # its size is the denominator of this share
    nonzero = solve(negate(eq(substitute(SIZE[other], {x: f(t)}), 0)), _size(other))
    raw = differentiate(t, score, assume(ODDS_SLOPE), assume(TURN), nonzero)
    rate = raw.conclusion.args[2]
    p, q = var("p"), var("q")
    named = exp(logp(RIGHT, f(t))), exp(logp(WRONG, f(t)))
    sign, own, rest = (1, q, p) if name == RIGHT else (-1, p, q)
    tidy = sign * own * (bend(t) - sign * rest * (slope(t) * w(t)))
    tidied = solve_hiding(
        eq(rate, substitute(tidy, dict(zip((p, q), named, strict=True)))),
        (bend(t), slope(t), w(t), *named),
        *facts_at(f(t)),
        *shares_at(f(t)),
    )
    here = apply_implication(specialise(assume(WAY), t), assume(ON_THE_WAY))
    small = solve_hiding(
        absolute(rate) <= most,
        (rate, bend(t), slope(t) * w(t), *named),
        tidied,
        here,
        shares_at(f(t))[0],
    )
    inside = both(assume(start <= t), assume(t <= end))

    def rises(way: int) -> Proof:
        line = differentiate(t, const(way) * score + most * t, raw)
        bound = solve(0 <= line.conclusion.args[2], use(small, inside))
        return nondecreasing(line, bound, start, end)

    first, last = (substitute(score, {t: where}) for where in (start, end))
    return solve_hiding(
        absolute(last - first) <= most * (end - start), (first, last), rises(1), rises(-1)
    )


def along(lemma: Proof, line: Proof, turn: Proof | None = None, **values: Term) -> Proof:
    """A lemma about f (and w) on a line that is given by f' (and w')."""
    variable, odds, rate = line.conclusion.args
    functions = {f: Lambda((variable,), odds), slope: Lambda((variable,), rate)}
    facts = [line]
    if turn is not None:
        variable, value, rate = turn.conclusion.args
        functions |= {w: Lambda((variable,), value), bend: Lambda((variable,), rate)}
        facts.append(turn)
    numbers = {var(name): value for name, value in values.items()}
    return use(instantiate(lemma, numbers, functions), *facts)


def logp_slope(name: str, line: Proof) -> Proof:
    """From f': log pi has the derivative f' times the share."""
    return along(_logp_slope(name), line)


def steady(name: str, line: Proof, turn: Proof, constant: Term, small: Proof) -> Proof:
    """start <= end  |-  |w share at end - w share at start| <= constant (end - start), where
    ``small`` proves |w'| <= constant and |f' w| <= constant on the way."""
    variable = line.conclusion.args[0]
    everywhere = generalise(discharge(small, ON_THE_WAY), variable)
    return use(along(_change(name), line, turn, most=constant), everywhere)
