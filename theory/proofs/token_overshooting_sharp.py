"""The landscape of overshooting_sharp, for the gap of one token, at every node of the tree of ones.

A token is the two-response policy of that claim, with slope f of length token_gap at the iterates.
So the gap vector is T q f/(1 - p^T), with p the probability of a one: along f, and never shorter
than at the start, because (1 - p^T)/(1 - p) falls with p."""

from collections.abc import Mapping

from theory.proofs._prelude import *
from theory.kernel.existence import Existence
from theory.proofs import _helix_orbit as orbit
from theory.proofs import _ones
from theory.proofs import overshooting_sharp as flat
from theory.proofs._helix import LINE, V, dot, on_line
from theory.proofs._ones import (
    LENGTH,
    ONE,
    ZERO,
    adds,
    apart,
    from_there,
    prefix,
    rows,
)
from theory.proofs._toolkit import conclude_hiding
from theory.proofs._two_responses import logp as logp_at
from theory.proofs._witness import RIGHT, WRONG, Rows, shares_at
from theory.proofs._witness import witness as proved_witness
from theory.statements import _helix
from theory.statements import overshooting_sharp as one_token
from theory.statements._collapse import J0, N, gap
from theory.statements._helix import ITERATE
from theory.statements.theorem_4 import m, p0
from theory.statements.token_overshooting_sharp import (
    OTHER,
    START_RATE,
    STATEMENT,
    THETA,
    TOKEN_GAP,
    aligned,
    logp,
    moved,
    score,
    theta,
)
from theory.tree import T

given = partial(assumed, STATEMENT)

HELIX_POINTS = (*_helix.THETA, *one_token.OTHER)
TOKENS = {J0: p0, gap: TOKEN_GAP, **dict(zip(HELIX_POINTS, (*THETA, *OTHER), strict=True))}


def for_tokens(term: Term) -> Term:
    """A term of the landscape, for the gap and the start of one token."""
    return substitute(term, TOKENS)


@cache
def admitted() -> tuple[Proof, ...]:
    """The hypotheses of overshooting_sharp, for one token; and 0 < T (1 - p0), 0 < p0^T < 1."""
    start, positive, forward, late = given("start", "gap", "forward", "late")
    log_start = exp_log(solve(0 < p0, start))
    below = solve(log(p0) < 0, start, log_start, tangent(log(p0)))
    inside = solve(T * log(p0) < 0, below, assume(LENGTH))
    rate = solve(
        conj(0 < START_RATE, START_RATE < 1),
        exp_positive(T * log(p0)),
        exp_rises(inside),
        exp_zero(),
    )
    room = solve(0 < T * (1 - p0), start, assume(LENGTH))
    names = START_RATE, T * (1 - p0)
    first = solve_hiding(0 < TOKEN_GAP, names, rate, room, positive)
    whole = solve_hiding(
        eq(TOKEN_GAP * (T * (1 - p0)), gap * (1 - START_RATE)), (START_RATE, T * (1 - p0)), room
    )
    scaled = solve(
        2 * TOKEN_GAP * (T * (1 - p0)) <= eta * (L - 2 * TOKEN_GAP**2) * (T * (1 - p0)), whole, late
    )
    step = solve_hiding(
        2 * TOKEN_GAP <= eta * (L - 2 * TOKEN_GAP**2), (TOKEN_GAP, T * (1 - p0)), scaled, room
    )
    return start, first, forward, step, whole, room, rate, log_start


def of_tokens(fact: Proof) -> Proof:
    """A fact about the landscape, for tokens."""
    put = instantiate(fact, TOKENS)
    return use(put, *(f for f in admitted() if f.conclusion in put.hypotheses))


FIELD = for_tokens(flat.FIELD)
LOG = {v: logp_at(name, FIELD) for v, name in ((ONE, RIGHT), (ZERO, WRONG))}
SCORE = {
    v: tuple(map(for_tokens, map(orbit.concrete, flat.score_of(name))))
    for v, name in ((ONE, RIGHT), (ZERO, WRONG))
}
ORBIT = tuple(map(for_tokens, ITERATE))
AT_ITERATE = dict(zip(THETA, ORBIT, strict=True))
ELSEWHERE = dict(zip(THETA, OTHER, strict=True))
MOVED = {x: substitute(y, TOKENS) for x, y in zip(THETA, map(on_line, _helix.THETA), strict=True)}
LOG_NOW = {v: substitute(x, AT_ITERATE) for v, x in LOG.items()}
P, Q, POWER = exp(LOG_NOW[ONE]), exp(LOG_NOW[ZERO]), exp(T * LOG_NOW[ONE])
SHARE = T * Q / (1 - POWER)  # the gap vector is this times f


@cache
def model() -> Model:
    functions: dict[Symbol, Rows] = {
        logp: rows(LOG, (), THETA),
        N: {(): Lambda((eps,), for_tokens(flat.NUMBER))},
        aligned: {(): Lambda((k,), SHARE * TOKEN_GAP)},
    }
    for j, symbol in enumerate(score):
        functions[symbol] = rows({v: SCORE[v][j] for v in SCORE}, (), THETA)
        functions[theta[j]] = {(): Lambda((k,), ORBIT[j])}
    return _ones.tree_model(functions, frozenset(STATEMENT.parameters))


# -- every number is defined -----------------------------------------------------------------------


@cache
def defined() -> tuple[Proof, ...]:
    start, *_, room, rate, _ = admitted()
    return solve(0 < p0, start), room, rate


def defined_at(place: Mapping[Term, Term]) -> tuple[Proof, ...]:
    """The landscape and its policy are numbers at a place of overshooting_sharp."""
    return *defined(), *map(of_tokens, flat.defined_at(place))


# -- at a node -------------------------------------------------------------------------------------

OPEN = negate(eq(from_there(T, prefix), 1))


@cache
def node() -> Proof:
    """An open prefix has at most m ones."""
    return solve(prefix <= m, assume(OPEN), apart(prefix, m), assume(LENGTH))


def added(one: Term, zero: Term) -> tuple[Proof, ...]:
    """What the next token adds at an open prefix."""
    return tuple(apply_implication(fact, node()) for fact in adds(one, zero))


@cache
def scores_added() -> tuple[Proof, ...]:
    pairs = zip(SCORE[ONE], SCORE[ZERO], strict=True)
    return tuple(fact for a, b in pairs for fact in added(a, b))


def sides(facts: tuple[Proof, ...]) -> tuple[Term, ...]:
    """What the facts say is equal to something."""
    return tuple(fact.conclusion.args[0] for fact in facts)


@cache
def slopes() -> tuple[Proof, ...]:
    """The score of a prefix is the derivative of its log-probability, along any line."""
    logs = {v: substitute(x, MOVED) for v, x in LOG.items()}
    parts = {v: tuple(substitute(x, MOVED) for x in SCORE[v]) for v in SCORE}
    names = {ONE: RIGHT, ZERO: WRONG}
    known = [of_tokens(orbit.put(flat.differentiable(name))) for name in names.values()]
    found = []
    for ended in (False, True):
        line = prefix * logs[ONE] + logs[ZERO] if ended else prefix * logs[ONE]
        ones = tuple(prefix * x for x in parts[ONE])
        whole = tuple(x + y for x, y in zip(ones, parts[ZERO], strict=True)) if ended else ones
        raw = differentiate(t, line, *known)
        hidden = *parts[ONE], *parts[ZERO]
        same = solve_hiding(eq(raw.conclusion.args[2], dot(V, whole)), hidden)
        found.append(rename_derivative(raw, solve(eq(line, line)), same))
    return tuple(found)


@cache
def policy(goal: Term) -> Proof:
    starts, differentiable, binary, begins = goal.args
    origin = {x: substitute(y, {k: const(0)}) for x, y in flat.AT_ITERATE.items()}
    return both(
        conclude_hiding(starts, tuple(LOG.values()), (), defined_at({})),
        conclude_hiding(differentiable, (), slopes(), defined_at(LINE)),
        conclude_parts(binary),
        conclude(begins, first_rate(), *defined_at(origin)),
    )


@cache
def regular(goal: Term) -> Proof:
    """The next token, and Assumption 2, from Assumption 1 of the landscape."""
    here, names, logs = scores_added(), (RIGHT, WRONG), tuple(LOG.values())
    there = tuple(instantiate(fact, ELSEWHERE) for fact in here)
    masses = tuple(equal_inside(fact, exp) for fact in added(*logs))
    small = (of_tokens(orbit.put(flat.bounded(name))) for name in names)
    close = tuple(of_tokens(orbit.put(flat.lipschitz(name))) for name in names)
    distance, far_off = close[0].conclusion.args[1].args[1], moved(OTHER, THETA)
    known = shares_at(FIELD)[0], *small, *close, solve(eq(far_off, distance))
    scores = *SCORE[ONE], *SCORE[ZERO]
    hidden = *sides(here), *sides(there), *scores, *put_all(scores), distance, far_off
    hidden = *sides(masses), *map(exp, logs), *logs, *hidden
    numbers = *defined_at({}), *defined_at(flat.ELSEWHERE)
    return conclude_hiding(goal, hidden, known, numbers, {OPEN: (*here, *there, *masses)})


def put_all(scores: tuple[Term, ...]) -> tuple[Term, ...]:
    """At the other point."""
    return tuple(substitute(x, ELSEWHERE) for x in scores)


# -- the iterates ----------------------------------------------------------------------------------


@cache
def odds_now() -> Term:
    return for_tokens(orbit.at_iterate()[0].conclusion.args[0])


@cache
def mass() -> tuple[Proof, ...]:
    """0 < p, 0 < q, p + q = 1; a score is f q for a one, -f p for a zero."""
    return shares_at(odds_now())


@cache
def scores_now() -> dict[str, tuple[Term, ...]]:
    return {v: tuple(substitute(x, AT_ITERATE) for x in SCORE[v]) for v in SCORE}


@cache
def slope_now() -> tuple[Term, ...]:
    """f at the iterate."""
    return tuple(for_tokens(fact.conclusion.args[0]) for fact in orbit.at_iterate()[1:])


@cache
def balanced(j: int) -> Proof:
    """p a + q b = 0."""
    a, b = (scores_now()[v][j] for v in (ONE, ZERO))
    shares = tuple(fact.conclusion.args[0] for fact in mass()[1:])
    return solve_hiding(eq(P * a + Q * b, 0), (*slope_now(), *shares, P, Q), *mass())


def on_tree(lemma: Proof, j: int = 0) -> Proof:
    """A lemma about sums over the tree, at the iterate and for one coordinate."""
    a, b = (scores_now()[v][j] for v in (ONE, ZERO))
    values = {
        _ones.log_one: LOG_NOW[ONE],
        _ones.log_zero: LOG_NOW[ZERO],
        _ones.one_score: a,
        _ones.zero_score: b,
    }
    put = instantiate(lemma, values)
    facts = mass()[0], balanced(j)
    return use(put, *(f for f in facts if f.conclusion in put.hypotheses))


@cache
def rate() -> Proof:
    """J = p^T."""
    return on_tree(_ones.success())


@cache
def short_of_one() -> Proof:
    """0 < 1 - p^T."""
    success, power = rate().conclusion.args
    inside = on_tree(_ones.rare()[0])
    return solve_hiding(0 < 1 - power, (success, power), rate(), inside)


@cache
def less_likely() -> Proof:
    """log p <= log p0, by induction over the steps."""
    falling = of_tokens(flat.falling())
    then, now = falling.conclusion.args
    claim = now <= p0
    first = of_tokens(flat.start_rate())
    base = solve(substitute(claim, {k: const(0)}), first)
    step = solve_hiding(then <= p0, (then, now), assume(claim), falling)
    low = specialise(induction(k, claim, base, step), k)
    start = admitted()[-1]
    return exp_at_most(solve_hiding(P <= exp(log(p0)), (P, Q, exp(log(p0))), low, start))


@cache
def lower() -> Proof:
    """log p falls from one iterate to the next."""
    falling = of_tokens(flat.falling())
    now, then = LOG_NOW[ONE], substitute(LOG_NOW[ONE], {k: k + 1})
    later = substitute(Q, {k: k + 1})
    rarer = solve_hiding(exp(then) < exp(now), (exp(then), exp(now), Q, later), falling)
    hidden = exp(then), exp(now), then, now
    return solve_hiding(then < now, hidden, rarer, tangent_at(now, then), exp_positive(now))


@cache
def first_rate() -> Proof:
    """J(0) = p0^T."""
    start, power = {k: const(0)}, substitute(POWER, {k: const(0)})
    log_one, one, zero = (substitute(x, start) for x in (LOG_NOW[ONE], P, Q))
    begun = solve_hiding(eq(one, p0), (one, zero), of_tokens(flat.start_rate()))
    level = equal_inside(begun, log)
    same = solve_hiding(eq(log_one, log(p0)), (log(one), log_one), level, log_exp(log_one))
    whole = equal_inside(same, lambda x: exp(T * x))
    success = instantiate(rate(), start)
    sides = success.conclusion.args[0], power, START_RATE
    return solve_hiding(eq(sides[0], sides[2]), sides, success, whole)


@cache
def alignment() -> Proof:
    """gap <= T q token_gap/(1 - p^T)."""
    powers = instantiate(_ones.powers(), {_ones.lower_log: LOG_NOW[ONE], _ones.upper_log: log(p0)})
    whole, start = admitted()[4], admitted()[-1]
    unit = solve(exp(log(p0)) <= 1, start, *given("start"))
    low = use(powers, less_likely(), unit)
    names: tuple[Term, ...] = P, Q, POWER, START_RATE, exp(log(p0))
    left = solve_hiding(
        (1 - POWER) * (1 - p0) <= (1 - START_RATE) * Q, names, low, start, mass()[0]
    )
    share = solve_hiding(eq(SHARE * (1 - POWER), T * Q), (Q, POWER), short_of_one())
    weight, most = left.conclusion.args
    names = SHARE, POWER, Q, TOKEN_GAP, START_RATE
    scaled = solve_hiding(
        eq(SHARE * TOKEN_GAP * weight, Q * (gap * (1 - START_RATE))),
        names,
        times(share, TOKEN_GAP * (1 - p0)),
        times(whole, Q),
    )
    enough = solve_hiding(gap * weight <= gap * most, (weight, most), left, *given("gap"))
    known = scaled.conclusion.args[1]
    same = solve_hiding(eq(known, gap * most), (Q, START_RATE))
    size = solve_hiding(0 < weight, (POWER,), short_of_one(), *given("start"))
    names = SHARE * TOKEN_GAP, weight, known, most
    return solve_hiding(gap <= SHARE * TOKEN_GAP, names, scaled, enough, same, size)


@cache
def vector(j: int) -> Proof:
    """Component j of the gap vector is T q/(1 - p^T) f."""
    raw, f, score = on_tree(_ones.alignment(), j), slope_now()[j], scores_now()[ONE][j]
    component, success = raw.conclusion.args[0].args[1], rate().conclusion.args[0]
    part_of = mass()[1].conclusion.args[0]
    slope = solve_hiding(eq(score, f * Q), (f, part_of, Q), mass()[1])
    share = solve_hiding(eq(SHARE * (1 - POWER), T * Q), (Q, POWER), short_of_one())
    names = component, score, success, SHARE, POWER, f, Q
    both_sides = solve_hiding(
        eq((1 - POWER) * component, (1 - POWER) * (SHARE * f)),
        names,
        raw,
        slope,
        rate(),
        times(share, f),
    )
    return solve_hiding(
        eq(component, SHARE * f), (component, SHARE * f, POWER), both_sides, short_of_one()
    )


@cache
def along_gap(formula: Term, *numbers: Proof) -> Proof:
    """The step goes eta along the gap vector: in the model, at step k."""
    vectors = tuple(vector(j) for j in range(3))
    components = sides(vectors)
    names = *components, *slope_now(), SHARE, TOKEN_GAP
    square = equal_inside(of_tokens(orbit.length()), lambda x: SHARE**2 * x)
    size = formula.args[1]
    found = [alignment(), solve_hiding(size, names, *vectors, square)]
    for move, equal, arrival in zip(formula.args[2:], vectors, orbit.arrives(), strict=True):
        arrived = equal_inside(of_tokens(arrival), lambda x: SHARE * x)
        change = move.args[0].args[1]
        found.append(solve_hiding(move, (change, *names), equal, arrived))
    return conclude(formula, both(*found), *numbers)


@cache
def falling() -> Proof:
    """J(k+1) < J(k)."""
    then = substitute(LOG_NOW[ONE], {k: k + 1})
    lemma = instantiate(_ones.falls(), {_ones.lower_log: then, _ones.upper_log: LOG_NOW[ONE]})
    now, later = rate(), instantiate(rate(), {k: k + 1})
    names = *now.conclusion.args, *later.conclusion.args
    goal = later.conclusion.args[0] < now.conclusion.args[0]
    return solve_hiding(goal, names, now, later, use(lemma, lower()))


@cache
def late() -> Proof:
    """0 < eps, N(eps) <= k  |-  J <= eps."""
    small, below = of_tokens(flat.late()), on_tree(_ones.rare()[1])
    success = below.conclusion.args[0]
    return solve_hiding(success <= eps, (success, P, Q), small, below)


@cache
def at_step(number: Term = k) -> tuple[Proof, ...]:
    """Every number is defined at this step, and 0 < J < 1."""
    facts = *defined_at(flat.AT_ITERATE), short_of_one(), rate(), on_tree(_ones.rare()[0])
    return tuple(instantiate(fact, {k: number}) for fact in facts)


def existence(goal: Term) -> Existence:
    """The properties of the goal, in the model."""
    tree, policies, assumption_2, steepest, vanishes = interpret(goal, model()).args
    step, long, decreasing = steepest.args[1].args
    number = for_tokens(flat.NUMBER)
    return Existence(
        model(),
        both(
            _ones.shape(tree),
            policy(policies),
            regular(assumption_2),
            generalise(
                both(
                    along_gap(step, *at_step()),
                    conclude(long, on_tree(_ones.as_long()), *at_step()),
                    conclude(decreasing, falling(), *at_step(), *at_step(k + 1)),
                ),
                k,
            ),
            conclude_parts(
                vanishes, discharge(late(), number <= k), of_tokens(flat.pace()), *at_step()
            ),
        ),
        NUMBERS,
    )


NUMBERS = {
    "responses": "i ones and a zero for i < T, and T ones, which are right",
    "log odds of a one": "as in overshooting_sharp, for the gap token_gap and the start p0",
    "iterate k": "as in overshooting_sharp",
    "gap at step k": "T (1-p) token_gap/(1 - p^T)",
}


def witness() -> Instance:
    """T = 3, p = 1/2 at the start, gap = 1/100, L = 1 and a step of 12/1000: 3.6 gap/(L T)."""
    values = {p0: half, gap: const(1) / 100, L: const(1), T: const(3), m: const(2)}
    start = log(half)
    powers = exp_log(solve(0 < half)), exp_sum(start, start, 2 * start)
    known = *powers, exp_sum(2 * start, start, const(3) * start)
    numbers = {"T": "3", "p0": "1/2", "gap": "1/100", "L": "1", "eta": "3/250"}
    values = {**values, eta: const(3) / 250}
    return proved_witness(STATEMENT, Model({}, {}, values), known, numbers)
