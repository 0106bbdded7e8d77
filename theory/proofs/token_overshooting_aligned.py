"""The first token is A, B or wrong, and after B comes A, or one of two wrong ones: A and BA are
right.

With r(t) a hill from r(0) to r(0) e^(-fall), and c(t) one that ends at 1/4 where it began, A and B
have the probabilities r (2-l)/(3l-2) and r 4(l-1)/(3l-2), and the second token c, for l = E+[len].
At the ends of a step J = r/(3l-2), shared between A and BA as 2-l to l-1.
"""

from collections.abc import Mapping
from functools import reduce
from operator import add

from theory.proofs._prelude import *
from theory.kernel.existence import Existence
from theory.proofs import _hill, fixed_step_floor_attained
from theory.proofs._hill import BENT, GENTLE, HILL, RATE, Hill, bend, rise, start
from theory.proofs._toolkit import conclude_hiding
from theory.proofs._tree_witness import constants
from theory.proofs._witness import RIGHT, WRONG, Rows
from theory.proofs._witness import witness as proved_witness
from theory.statements._collapse import J0, N, gap
from theory.statements.fixed_step_floor_attained import rho
from theory.statements.token_overshooting_aligned import FALL, STATEMENT, tokens
from theory.tree import PREFIX, TOKEN, TREE_AT_K, begins, complete, extend, length, root, whole

given = partial(assumed, STATEMENT)

# -- the tree --------------------------------------------------------------------------------------

EMPTY, A, B, Z, BA, BB, BZ = "empty", "a", "b", "z", "b a", "b b", "b z"
WORDS = {EMPTY: (), **{v: (v,) for v in (A, B, Z)}, **{f"b {v}": (B, v) for v in (A, B, Z)}}
NAMES = {word: name for name, word in WORDS.items()}
RESPONSES = (A, Z, BA, BB, BZ)
SHAPE: dict[Symbol, Rows] = {
    begins: constants(
        {(at, o): WORDS[o][: len(word)] == word for at, word in WORDS.items() for o in RESPONSES}
    ),
    complete: constants({(at,): at in RESPONSES for at in WORDS}),
    length: constants({(at,): len(word) for at, word in WORDS.items()}),
}

# -- the policy ------------------------------------------------------------------------------------

FIRST = J0 * (3 * tokens - 2)  # r at the start
QUARTER = const(1) / 4
SHARES = {A: (2 - tokens) / (3 * tokens - 2), B: 4 * (tokens - 1) / (3 * tokens - 2)}
ROOT = {start: log(FIRST) - k * FALL, rise: gap - (tokens - 1) * (L * eta / 2), bend: L}
NODE = {start: log(QUARTER), rise: L * eta / 2, bend: L}


def of(values: Mapping[Term, Term], term: Term) -> Term:
    return substitute(term, dict(values))


UP, DOWN = (of(ROOT, _hill.LOGP[name]) for name in (RIGHT, WRONG))
UP2, DOWN2 = (of(NODE, _hill.LOGP[name]) for name in (RIGHT, WRONG))
LOGS = {
    EMPTY: (),
    A: (UP, log(SHARES[A])),
    B: (UP, log(SHARES[B])),
    Z: (DOWN,),
    BA: (UP, log(SHARES[B]), UP2),
    **dict.fromkeys((BB, BZ), (UP, log(SHARES[B]), DOWN2, log(half))),
}
S, S_WRONG = (of(ROOT, _hill.SCORE[name]) for name in (RIGHT, WRONG))
S2, S2_WRONG = (of(NODE, _hill.SCORE[name]) for name in (RIGHT, WRONG))
SCORES = {
    EMPTY: (),
    A: (S,),
    B: (S,),
    Z: (S_WRONG,),
    BA: (S, S2),
    **dict.fromkeys((BB, BZ), (S, S2_WRONG)),
}
NIL = const(0)


def added(parts: tuple[Term, ...]) -> Term:
    return reduce(add, parts) if parts else NIL


LOG, SCORE = ({w: added(parts) for w, parts in x.items()} for x in (LOGS, SCORES))
NUMBER = (log(J0) - log(eps)) / FALL


@cache
def model() -> Model:
    functions: dict[Symbol, Rows] = {
        **SHAPE,
        TREE_AT_K.logp_symbol: {(w,): Lambda((k, t), x) for w, x in LOG.items()},
        TREE_AT_K.score_symbol: {(w,): Lambda((k, t), x) for w, x in SCORE.items()},
        AT_K.reward_symbol: constants({(o,): o in (A, BA) for o in RESPONSES}),
        steps: {(): Lambda((k,), eta)},
        N: {(): Lambda((eps,), NUMBER)},
    }
    child: dict[tuple[str, ...], str] = {
        (at, v): NAMES.get((*w, v), at) for at, w in WORDS.items() for v in (A, B, Z)
    }
    ends: dict[tuple[str, ...], str] = {(o,): o for o in RESPONSES}
    return Model(
        {PREFIX: tuple(WORDS), TOKEN: (A, B, Z), RESPONSE: RESPONSES},
        functions,
        elements={root: EMPTY},
        maps={extend: child, whole: ends},
        parameters=frozenset(STATEMENT.parameters),
    )


# -- the hills -------------------------------------------------------------------------------------


@cache
def numbers() -> tuple[Proof, ...]:
    """What is divided by is not 0, and what a logarithm is taken of is positive."""
    span = solve(0 < 3 * tokens - 2, *given("between"))
    first = solve(0 < FIRST, span, *given("rare"))
    shares = [solve(0 < x, span, *given("between")) for x in SHARES.values()]
    falls = solve(0 < FALL, *given("late", "short"))
    rate = solve(0 < J0, *given("rare"))
    return span, first, *shares, falls, rate


@cache
def above() -> Hill:
    """r: at most 4 J0 e^(1/16) <= 2/7."""
    shape, positive = Hill(ROOT, ()), given("positive_L")
    reach = solve(conj(0 < L * eta, 8 * (L * eta) ** 2 <= L), *given("short"), *positive)
    low = solve(
        conj(0 < (tokens - 1) * (L * eta), (tokens - 1) * (L * eta) < L * eta),
        reach,
        *given("between"),
    )
    top = solve(conj(0 < gap, gap < L * eta), *given("late", "gap", "between"), reach)
    names: tuple[Term, ...] = ROOT[rise], gap, (tokens - 1) * (L * eta), L * eta
    same = solve(eq(2 * ROOT[rise], 2 * gap - (tokens - 1) * (L * eta)))
    between = solve_hiding(absolute(ROOT[rise]) <= L * eta, names, same, low, top, reach)
    steep = solve_hiding(8 * ROOT[rise] ** 2 <= L, (ROOT[rise], L * eta), between, reach)
    climbed = shape.at(HILL) - ROOT[start]
    square = solve(0 <= L * (L * t - ROOT[rise]) ** 2, *positive)
    sixteenth = const(1) / 16
    small = solve_hiding(climbed <= sixteenth, (ROOT[rise],), square, steep, *positive)
    most = solve(exp(sixteenth) <= const(16) / 15, tangent(-sixteenth), exp_inverse(sixteenth))
    begun = exp(ROOT[start])
    drop = solve(log(FIRST) - k * FALL <= log(FIRST), numbers()[4], solve(0 <= k))
    quarter = solve(FIRST <= QUARTER, *given("rare", "between"))
    low_start = solve(begun <= QUARTER, exp_monotone(drop), exp_log(numbers()[1]), quarter)
    rate, grown = shape.at(RATE), exp(climbed)
    rare = solve_hiding(
        rate <= const(2) / 7,
        (begun, grown, exp(sixteenth), rate),
        exp_sum(ROOT[start], climbed, shape.at(HILL)),
        exp_monotone(small),
        most,
        low_start,
        exp_positive(ROOT[start]),
        exp_positive(climbed),
    )
    condition, gentle = shape.at(GENTLE).args[1].args
    walked = solve(conj(0 <= L * t, L * t <= L * eta), assume(condition), *positive)
    names = ROOT[rise], L * t, L * eta
    slow = solve_hiding(gentle, names, walked, between, reach)
    return Hill(
        ROOT,
        (
            generalise(rare, t),
            solve(shape.at(BENT), *positive),
            generalise(discharge(slow, condition), t),
        ),
    )


@cache
def beside() -> Hill:
    """c: the hill of fixed_step_floor_attained, for rho = 1/4."""
    known = []
    for fact in fixed_step_floor_attained.hill().known:
        put = instantiate(fact, {rho: QUARTER})
        met = solve(conj(0 < QUARTER, 4 * QUARTER <= 1)), *given("positive_L")
        short = solve(conj(0 < eta, L * eta**2 <= 1), *given("short", "positive_L"))
        known.append(use(put, *(f for f in (*met, short) if f.conclusion in put.hypotheses)))
    return Hill(NODE, tuple(known))


@cache
def others(where: TermLike = t) -> tuple[Proof, ...]:
    """Probabilities are positive, and e^log(1 - p) = 1 - p."""
    return *above().others(where), *beside().others(where)


A_SHARE, B_SHARE = (exp(log(x)) for x in SHARES.values())


@cache
def halves() -> tuple[Proof, ...]:
    return (exp_log(solve(0 < half)), *(exp_log(f) for f in numbers()[2:4]))


@cache
def masses(where: TermLike = t) -> dict[str, Proof]:
    """The probability of each word but the empty one, as a product."""

    def at_place(x: Term) -> Term:
        return substitute(x, {t: lift(where)})

    found = {}
    for word, parts in LOGS.items():
        here, facts = tuple(map(at_place, parts)), []
        for n in range(1, len(here)):
            facts.append(exp_sum(added(here[:n]), here[n]))
        if facts:
            product = reduce(lambda x, y: x * y, map(exp, here))
            sides = {f.conclusion.args[0]: None for f in facts}
            names = *sides, *map(exp, here)
            found[word] = solve_hiding(eq(exp(added(here)), product), names, *facts)
    return found


@cache
def token_masses() -> tuple[Proof, ...]:
    """The probability of each token at an open prefix."""
    found = []
    for at, word in WORDS.items():
        if at in (EMPTY, B):
            for v in (A, B, Z):
                child = NAMES[*word, v]
                step = LOG[child] + Term("neg", (LOG[at],))
                of_token = added(LOGS[child][len(LOGS[at]) :])
                parts = LOGS[child][len(LOGS[at]) :]
                same = solve_hiding(eq(step, of_token), LOGS[child])
                found.append(equal_inside(same, exp))
                if len(parts) == 2:
                    found.append(exp_sum(*parts))
    return tuple(found)


PARTS = UP, DOWN, UP2, DOWN2


def put_all(terms: tuple[Term, ...], *places: Mapping[Term, Term]) -> tuple[Term, ...]:
    return tuple(substitute(x, dict(place)) for place in places for x in terms)


@cache
def slopes() -> tuple[Proof, ...]:
    known = *above().slopes(), *beside().slopes()
    found = []
    for word, line in LOG.items():
        raw = differentiate(t, line, *known)
        same = solve_hiding(eq(raw.conclusion.args[2], SCORE[word]), (S, S_WRONG, S2, S2_WRONG))
        found.append(rename_derivative(raw, solve(eq(line, line)), same))
    return tuple(found)


@cache
def joints() -> tuple[Proof, ...]:
    """What a step ends with is what the next begins with."""
    next_start = solve(
        eq(of({k: k + 1, t: NIL}, UP), of({t: eta}, UP)),
    )
    back = solve(eq(of({t: NIL}, UP2), of({t: eta}, UP2)))
    return (
        next_start,
        equal_inside(next_start, lambda x: log(1 - exp(x))),
        back,
        equal_inside(back, lambda x: log(1 - exp(x))),
    )


# -- at the ends of a step -------------------------------------------------------------------------

RATE_NOW = J0 * exp(-(k * FALL))
R0, C0 = (exp(of({t: NIL}, x)) for x in (UP, UP2))


@cache
def starts() -> tuple[Proof, ...]:
    """r = (3l-2) J0 e^(-k fall) and c = 1/4."""
    begun = exp_sum(log(FIRST), -(k * FALL), of({t: NIL}, UP))
    rate = solve_hiding(
        eq(R0, (3 * tokens - 2) * RATE_NOW),
        (R0, exp(log(FIRST)), exp(-(k * FALL))),
        begun,
        exp_log(numbers()[1]),
    )
    level = exp_equal(of({t: NIL}, UP2), log(QUARTER))
    return rate, solve(eq(C0, QUARTER), level, exp_log(solve(0 < QUARTER)))


@cache
def weights() -> tuple[Proof, ...]:
    """pi of A, BA, BB (as BZ) and Z at the start of a step, by J = J0 e^(-k fall)."""
    rate, quarter = starts()
    span, logs, at_start = numbers()[0], halves(), masses(0)
    shared = [
        solve_hiding(eq(R0 * x, x.args[0] * RATE_NOW), (R0, RATE_NOW), rate, span)
        for x in SHARES.values()
    ]
    down, down2 = (exp(of({t: NIL}, x)) for x in (DOWN, DOWN2))
    targets = {A: 2 - tokens, BA: tokens - 1, BB: const(3) / 2 * (tokens - 1)}
    found = []
    for word, n in targets.items():
        mass = at_start[word].conclusion.args[0]
        names = mass, R0, C0, RATE_NOW, down2, *(f.conclusion.args[0] for f in logs)
        facts = at_start[word], quarter, *logs, *shared, beside().others(0)[3]
        hidden = (*names, *SHARES.values())
        found.append(solve_hiding(eq(mass, n * RATE_NOW), hidden, *facts))
    rest = eq(down, 1 - (3 * tokens - 2) * RATE_NOW)
    wrong = solve_hiding(rest, (down, R0, RATE_NOW), above().others(0)[3], rate)
    return *found, wrong


@cache
def decreasing() -> tuple[Proof, Proof]:
    """0 < J0 e^(-k fall) <= J0, and it falls."""
    falls, rate = numbers()[4:]
    now, then = -(k * FALL), -((k + 1) * FALL)
    low = exp_monotone(solve(now <= 0, falls, solve(0 <= k)))
    unit = solve(exp(now) <= 1, low, exp_zero())
    inside = conj(0 < RATE_NOW, RATE_NOW <= J0)
    first = solve_hiding(inside, (exp(now),), exp_positive(now), unit, rate)
    lower = exp_rises(solve(then < now, falls))
    last = solve_hiding(J0 * exp(then) < RATE_NOW, (exp(now), exp(then)), lower, rate)
    return first, last


@cache
def scores() -> tuple[Proof, ...]:
    """At the start of a step: (1-r) s' = -r s for the wrong first token, and s' = -s/3 for the
    wrong second one; all four have squares of at most L."""
    found, inside = [], solve(conj(0 <= NIL, NIL <= eta), *given("short"))
    for hill, right, wrong in ((above(), S, S_WRONG), (beside(), S2, S2_WRONG)):
        s, other = put_all((right, wrong), {t: NIL})
        rare, positive, room, *_ = hill.others(0)
        p = positive.conclusion.args[1]
        whole = solve_hiding(eq((1 - p) * other, -(p * s)), (p, s), room)
        square = apply_implication(specialise(hill.known[2], NIL), inside)
        small = solve_hiding(s**2 <= L, (s,), square, *given("positive_L"))
        facts = whole, rare, positive, small
        less = solve_hiding(absolute(other) <= absolute(s), (other, s, p), *facts)
        found += [whole, small, solve_hiding(other**2 <= L, (other, s), less, small)]
    return tuple(found)


@cache
def policy(goal: Term) -> Proof:
    normalised, differentiable, smooth, bounded, binary, constant, continued = goal.args
    defined = *others(), *numbers()
    ends = (*others(0), *numbers())
    after = tuple(f for g in (others(0), others(eta)) for f in g)
    after = *after, *(instantiate(f, {k: k + 1}) for f in others(0)), *numbers()
    moving = S, S_WRONG, S2, S2_WRONG
    steady = {conj(*_hill.ON_STEP): (*above().steadies(), *beside().steadies())}
    here = put_all(moving, {}, {t: NIL})
    joined = put_all(PARTS, {t: eta}, {k: k + 1, t: NIL})
    logs = halves()
    level = times(solve(eq(A_SHARE + B_SHARE, 1), *logs[1:], numbers()[0]), exp(UP))
    facts = *token_masses(), *others(), logs[0], level
    return both(
        conclude_hiding(normalised, (), facts, defined),
        conclude_hiding(differentiable, (), slopes(), defined),
        conclude_hiding(smooth, here, given("positive_L"), (*defined, *ends), steady),
        conclude_hiding(bounded, put_all(moving, {t: NIL}), scores(), ends),
        conclude_parts(binary),
        conclude_parts(constant),
        conclude_hiding(continued, joined, joints(), after),
    )


@cache
def at_start(formula: Term) -> Proof:
    """(1-J) gap, E+[len] and J at step k: in the model."""
    aligned, long, rate = formula.args
    success, plus, minus = rate.args[0], *difference(aligned.args[0].args[1])
    masses_now = tuple(f.conclusion.args[0] for f in weights())
    s, wrong, s2, wrong2 = put_all((S, S_WRONG, S2, S2_WRONG), {t: NIL})
    inside = decreasing()[0], *given("rare")
    known = solve_hiding(eq(success, RATE_NOW), (*masses_now, RATE_NOW), *weights())
    mean = solve(eq(s + (tokens - 1) * s2, gap))
    first, last = scores()[0], scores()[3]
    quarter = starts()[1]
    third = solve_hiding(eq(wrong2, -s2 / 3), (wrong2, s2, C0), last, quarter)
    z = masses_now[3]
    load, kept = starts()[0].conclusion.args[1], const(3) / 2 * (tokens - 1) * RATE_NOW
    loss = solve_hiding(
        eq(z * wrong, -(load * s)),
        (z, wrong, R0, load, s),
        first,
        times(weights()[3], wrong),
        times(starts()[0], wrong),
        times(starts()[0], s),
    )
    pair = times(weights()[2], s + wrong2)
    swapped = equal_inside(third, lambda y: kept * (s + y))
    names = (*masses_now, wrong, wrong2, s, s2, RATE_NOW)
    facts = pair, swapped, loss
    ups = solve_hiding(eq(plus.args[0], RATE_NOW * (s + (tokens - 1) * s2)), names, *weights())
    downs = solve_hiding(eq(minus.args[0], -(RATE_NOW * (s + (tokens - 1) * s2))), names, *facts)
    total_score = s + (tokens - 1) * s2
    hidden = plus.args[0], minus.args[0], success, RATE_NOW, total_score
    size = solve_hiding(
        eq(long.args[0].args[0], RATE_NOW * tokens), (*masses_now, RATE_NOW), *weights()
    )
    results = (
        solve_hiding(aligned, hidden, ups, downs, mean, known, *inside),
        solve_hiding(long, (long.args[0].args[0], success, RATE_NOW), size, known, *inside),
        known,
    )
    defined = *others(0), *numbers(), known, *inside
    return both(*(conclude(x.conclusion, x, *defined) for x in results))


def difference(term: Term) -> tuple[Term, Term]:
    """a and b of a - b."""
    return term.args[0], term.args[1].args[0]


def existence(goal: Term) -> Existence:
    """The properties of the goal, in the model."""
    shape, policies, exactly, falls, vanishes = interpret(goal, model()).args
    success = exactly.args[1].args[2].args[0]
    names = tuple(f.conclusion.args[0] for f in weights())
    known = solve_hiding(eq(success, RATE_NOW), (*names, RATE_NOW), *weights())
    later = instantiate(known, {k: k + 1})
    defined = *others(0), *numbers(), *(instantiate(f, {k: k + 1}) for f in others(0))
    rates = success, later.conclusion.args[0], RATE_NOW, later.conclusion.args[1]
    less = solve_hiding(falls.args[1], rates, known, later, decreasing()[1])
    late = assume(NUMBER <= k)
    low = solve(log(J0) + -(k * FALL) <= log(eps), late, numbers()[4])
    split = exp_sum(log(J0), -(k * FALL))
    levels = exp_log(numbers()[5]), exp_log(assume(0 < eps))
    hidden: tuple[Term, ...] = exp(split.conclusion.args[0].args[0]), exp(-(k * FALL)), *rates[:1]
    hidden = *hidden, exp(log(J0)), exp(log(eps))
    small = solve_hiding(success <= eps, hidden, exp_monotone(low), split, *levels, known)
    return Existence(
        model(),
        both(
            conclude_parts(shape),
            policy(policies),
            generalise(at_start(exactly.args[1]), k),
            generalise(conclude(falls.args[1], less, *defined), k),
            conclude_parts(vanishes, discharge(small, NUMBER <= k), *defined),
        ),
        SHOWN,
    )


SHOWN = {
    "right": "A and BA; wrong: Z, BB, BZ",
    "A, B": "r (2-l)/(3l-2), r 4(l-1)/(3l-2), l = E+[len]",
    "log r on update k": "log(J0 (3l-2)) - k fall + (gap - (l-1) L eta/2) t - L t^2/2",
    "log c, of A after B": "log(1/4) + (L/2) t (eta - t)",
    "fall": "eta (L l eta/2 - gap)",
}


def witness() -> Instance:
    """J0 = 1/16, E+[len] = 3/2, gap = 1/10, L = 1 and a step of 1/5: 3 gap/(L E+[len])."""
    values = {J0: const(1) / 16, tokens: const(3) / 2, gap: const(1) / 10, L: const(1)}
    shown = {"J0": "1/16", "E+[len]": "3/2", "gap": "1/10", "L": "1", "eta": "1/5"}
    values = {**values, eta: const(1) / 5}
    return proved_witness(STATEMENT, Model({}, {}, values), (), shown)
