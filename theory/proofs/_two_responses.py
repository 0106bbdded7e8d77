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
def _share_slope(name: str) -> Proof:
    """Both shares have the slope -f' p q, where p and q are the probabilities."""
    part_of = share(name, f(t))
    quotient = part_of if name == RIGHT else part_of.args[0]
    other = RIGHT if name == WRONG else WRONG  # its size is the denominator
    nonzero = solve(negate(eq(quotient.args[1], 0)), _size(other))
    raw = differentiate(t, part_of, assume(ODDS_SLOPE), nonzero)
    rate = raw.conclusion.args[2]
    fraction = rate if name == RIGHT else rate.args[0]
    own, rest = (exp(logp(n, f(t))) for n in (other, name))
    grown = exp(f(t)) if name == RIGHT else exp(-f(t))
    same = solve(eq(quotient, own), *facts_at(f(t)))
    mass = solve(eq(grown * quotient, rest), *facts_at(f(t)))
    inverse = inverse_rate(fraction, _size(other))
    tidy = -(slope(t) * (rest * own))
    tidied = solve_hiding(
        eq(rate, tidy),
        (fraction, quotient, grown, slope(t), own, rest),
        inverse,
        times(mass, slope(t) * quotient),
        times(same, slope(t) * rest),
    )
    return rename_derivative(raw, solve(eq(part_of, part_of)), tidied)


@cache
def _change(name: str) -> Proof:
    score, part_of = w(t) * share(name, f(t)), share(name, f(t))
    raw = differentiate(t, score, assume(TURN), _share_slope(name))
    rate = raw.conclusion.args[2]
    named = exp(logp(RIGHT, f(t))), exp(logp(WRONG, f(t)))
    tidied = solve(eq(part_of, named[1] if name == RIGHT else -named[0]), *shares_at(f(t))[1:])
    here = apply_implication(specialise(assume(WAY), t), assume(ON_THE_WAY))
    small = solve_hiding(
        absolute(rate) <= most,
        (bend(t), slope(t), w(t), part_of, *named),
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


# -- the success rate ------------------------------------------------------------------------------

y = var("y")


def success(odds: Term) -> Term:
    """J, as the sum over both responses."""
    return 1 * exp(logp(RIGHT, odds)) + 0 * exp(logp(WRONG, odds))


@cache
def _falls() -> Proof:
    bigger = exp_rises(assume(y < x)), exp_rises(solve(-x < -y, assume(y < x)))
    return solve(success(y) < success(x), *facts_at(x), *facts_at(y), *bigger)


def falls(lower: Proof) -> Proof:
    """From lower log odds: a lower success rate."""
    then, now = lower.conclusion.args
    return use(instantiate(_falls(), {x: now, y: then}), lower)


@cache
def _at_most_odds() -> Proof:
    return solve(success(x) <= exp(x), *facts_at(x))


def at_most(low: Proof, level: Term, positive: Proof) -> Proof:
    """From log odds <= log level: J <= level."""
    now = low.conclusion.args[0]
    odds = instantiate(_at_most_odds(), {x: now})
    known = odds, exp_monotone(low), exp_log(positive)
    return solve_hiding(success(now) <= level, (success(now), exp(now)), *known)


def begins(rate: Term, interior: Proof) -> Proof:
    """0 < J0 < 1: at log odds log(J0/(1-J0)) the success rate is J0."""
    ratio = rate / (1 - rate)
    odds = exp_log(solve(0 < ratio, interior))
    return solve(eq(success(log(ratio)), rate), *facts_at(log(ratio)), odds, interior)


def present(odds: Term) -> tuple[Proof, ...]:
    """What makes the two responses numbers: 0 < 1 + e^f, 0 < 1 + e^-f, 0 < p, 0 < q, p + q = 1."""
    sizes = (substitute(SIZE[name], {x: odds}) for name in (RIGHT, WRONG))
    wanted = [0 < size for size in sizes]
    positive = (fact for fact in facts_at(odds) if fact.conclusion in wanted)
    return *positive, shares_at(odds)[0]


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
