"""Instances that satisfy the hypotheses, with proofs: the logistic policy on two responses.

pi(right) = 1/(1 + e^-x), pi(wrong) = 1/(1 + e^x) at position x. Its scores are 1/(1 + e^x) and
-1/(1 + e^-x), its gap is 1 everywhere, and Assumption 1 holds with G = L = 1. On a trajectory,
x = offset(k) + t: any offsets and steps that fit together will do.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from theory.instance import Instance
from theory.kernel.models import Model, interpret
from theory.kernel.proof import (
    Proof,
    assume,
    both,
    differentiate,
    discharge,
    generalise,
    induction,
    instantiate,
    prefix_step,
    prefix_zero,
    rename_derivative,
    solve,
    specialise,
)
from theory.kernel.terms import (
    REAL,
    Lambda,
    Symbol,
    Term,
    TermLike,
    const,
    eq,
    exp,
    lift,
    log,
    minimum,
    prefix_sum,
    substitute,
    var,
)
from theory.proofs._toolkit import (
    equal_inside,
    exp_inverse,
    exp_log,
    exp_positive,
    exp_sum,
    exp_zero,
    log_at_least,
    log_exp,
    log_monotone,
    tangent,
    trivially,
)
from theory.statement import Statement
from theory.symbols import (
    AT_K,
    AT_Q,
    C0,
    C1,
    COORDINATE,
    PROMPT,
    RESPONSE,
    STEP,
    G,
    K,
    L,
    Line,
    alpha,
    eps,
    k,
    positive_part,
    steps,
    t,
)

x = var("x")
ZERO = const(0)
RIGHT, WRONG = "right", "wrong"
SIZE = {RIGHT: 1 + exp(-x), WRONG: 1 + exp(x)}
LOGP = {name: -log(size) for name, size in SIZE.items()}
SCORE = {RIGHT: 1 / (1 + exp(x)), WRONG: -(1 / (1 + exp(-x)))}
Rows = Mapping[tuple[str, ...], Lambda]
REWARD: Rows = {(RIGHT,): Lambda((), const(1)), (WRONG,): Lambda((), const(0))}


@cache
def _facts() -> tuple[Proof, ...]:
    known = [exp_inverse(x), exp_positive(x)]
    for name, size in SIZE.items():
        positive = solve(0 < size, exp_positive(x), exp_inverse(x))
        inverse = exp_inverse(log(size))
        mass = solve(eq(exp(LOGP[name]) * size, 1), inverse, exp_log(positive))
        known += [positive, mass]
    return tuple(known)


def facts_at(position: TermLike) -> tuple[Proof, ...]:
    """e^x e^-x = 1, 0 < e^x, 0 < size and pi * size = 1, at a position."""
    return tuple(instantiate(fact, {x: lift(position)}) for fact in _facts())


def establish(formula: Term, *known: Proof) -> Proof:
    """Prove a formula of a model part by part, each part from the known facts."""
    match formula.op:
        case "forall":
            return generalise(establish(formula.args[1], *known), formula.args[0])
        case "and":
            return both(*(establish(part, *known) for part in formula.args))
        case "implies":
            condition, conclusion = formula.args
            return discharge(establish(conclusion, *known, assume(condition)), condition)
        case "deriv":
            variable, function, slope = formula.args
            raw = differentiate(variable, function, *known)
            same = solve(eq(function, function))
            return rename_derivative(raw, same, solve(eq(raw.conclusion.args[2], slope), *known))
        case "true":
            return both()
    return solve(formula, *known)


def witness(
    statement: Statement,
    model: Model,
    known: tuple[Proof, ...],
    numbers: Mapping[str, str],
    special: Mapping[str, Proof] | None = None,
) -> Instance:
    """Prove every hypothesis of the statement in the model."""
    proved = {}
    for name, formula in statement.formal_hypotheses.items():
        given = (special or {}).get(name)
        proved[name] = given or establish(interpret(formula, model), *known)
    return Instance(model, proved, numbers)


# -- one update ------------------------------------------------------------------------------------


def step_model(line: Line, position: Term, values: Mapping[Term, Term]) -> Model:
    """The logistic policy along one update; ``position`` is a term in t (and in k on a
    trajectory)."""
    params = (*(p for p in line.prefix if not p.sort.finite), t)

    def rows(table: Mapping[str, Term]) -> dict[tuple[str, ...], Lambda]:
        return {
            (name,): Lambda(params, substitute(term, {x: position})) for name, term in table.items()
        }

    functions: dict[Symbol, Rows] = {
        line.logp_symbol: rows(LOGP),
        line.score_symbol: rows(SCORE),
        line.reward_symbol: REWARD,
    }
    return Model({RESPONSE: (RIGHT, WRONG)}, functions, values)


STEP_VALUES = {STEP.end: const(1) / 20, L: const(1), G: const(1)}


@cache
def near_zero() -> tuple[Proof, ...]:
    """e^0 = 1, and how e^t moves away from it."""
    minus = equal_inside(solve(eq(substitute(-x, {x: ZERO}), ZERO)), exp)
    return exp_zero(), minus, tangent(t), tangent(-t), exp_inverse(t), exp_positive(t)


def step_witness(statement: Statement) -> Instance:
    """Two equally likely responses, gap 1, one step of 1/20."""
    model = step_model(STEP, t, STEP_VALUES)
    known = (*facts_at(t), *facts_at(ZERO), *near_zero())
    numbers = {"J": "1/2", "gap": "1", "eta": "1/20", "L": "1", "G": "1"}
    return witness(statement, model, known, numbers)


# -- a trajectory ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Path:
    """The logistic policy at offset(k), moved by step(k); ``advance`` proves that offset(k) +
    step(k) = offset(k+1), ``forward`` that 0 <= step(k), ``more`` whatever else is known about
    them."""

    offset: Lambda
    step: Lambda
    advance: Proof
    forward: Proof
    more: tuple[Proof, ...] = ()

    def model(self, values: Mapping[Term, Term], extra: Mapping[Symbol, Lambda]) -> Model:
        model = step_model(AT_K, self.offset(k) + t, {L: const(1), G: const(1), **values})
        added: dict[Symbol, Rows] = {symbol: {(): function} for symbol, function in extra.items()}
        steps_row: dict[Symbol, Rows] = {steps: {(): Lambda((k,), self.step(k))}}
        return Model(model.domains, {**model.functions, **steps_row, **added}, model.values)

    def known(self) -> tuple[Proof, ...]:
        """All there is to know at step k, the gap among it."""
        here, start = self.offset(k), self.offset(k) + 0
        arrived = self.offset(k + 1) + 0
        joined = solve(eq(arrived, here + self.step(k)), self.advance)
        continuous = [equal_inside(joined, Lambda((x,), term)) for term in LOGP.values()]
        at_start = solve(eq(start, here))
        return (
            *facts_at(here + t),
            *facts_at(start),
            *facts_at(substitute(start, {k: ZERO})),
            exp_sum(start, t, here + t),
            equal_inside(at_start, exp),
            *near_zero(),
            self.forward,
            *self.more,
            *continuous,
            self.gap_is_one(),
        )

    def gap_is_one(self) -> Proof:
        gap = interpret(AT_K.alignment(), self.model({}, {}))
        return solve(eq(gap, 1), *facts_at(self.offset(k) + 0))

    def prefix(
        self, summand: Term, closed: Lambda, relate: Callable[[Term, Term], Term] = eq
    ) -> Proof:
        """For all k, the sum of ``summand`` over the first k steps is closed(k) (or at most,
        ``le``)."""
        term = interpret(summand, self.model({}, {}))
        known = (self.gap_is_one(), self.advance, self.forward, *self.more)
        claim = relate(prefix_sum(k, k, term), closed(k))
        base = solve(substitute(claim, {k: ZERO}), prefix_zero(k, term), *self.more)
        grown = substitute(claim, {k: k + 1})
        step = solve(grown, assume(claim), prefix_step(k, k, term), *known)
        return induction(k, claim, base, step)


GAIN = positive_part(AT_K.alignment()) * steps(k)


@cache
def growing() -> Path:
    """offset(k) = log(1 + k/18): steps that shrink just fast enough to stay adapted, and add up."""
    size = Lambda((k,), 1 + k / 18)
    offset = Lambda((k,), log(size(k)))
    step = Lambda((k,), log(size(k + 1)) - log(size(k)))
    positive = solve(0 < size(k))
    positive_next = solve(0 < size(k + 1))
    forward = solve(0 <= step(k), log_monotone(solve(size(k) <= size(k + 1)), positive))
    grown = exp_sum(log(size(k)), step(k), log(size(k + 1)))
    known = (exp_log(positive), exp_log(positive_next), grown, tangent(step(k)), log_one())
    return Path(offset, step, solve(eq(offset(k) + step(k), offset(k + 1))), forward, known)


def log_one() -> Proof:
    """log(1 + 0/18) = 0."""
    one = solve(eq(1 + ZERO / 18, exp(ZERO)), exp_zero())
    return solve(eq(log(1 + ZERO / 18), 0), equal_inside(one, log), log_exp(0))


@cache
def steady() -> Path:
    """offset(k) = k/20: the same step for ever."""
    offset, step = Lambda((k,), k / 20), Lambda((k,), const(1) / 20)
    return Path(
        offset, step, trivially(eq(offset(k) + step(k), offset(k + 1))), trivially(0 <= step(k))
    )


@cache
def halting() -> Path:
    """offset(k) = min(k, 1)/20: one step, then none."""
    offset = Lambda((k,), minimum(k, 1) / 20)
    step = Lambda((k,), minimum(k + 1, 1) / 20 - minimum(k, 1) / 20)
    return Path(
        offset, step, trivially(eq(offset(k) + step(k), offset(k + 1))), trivially(0 <= step(k))
    )


def growing_witness(statement: Statement) -> Instance:
    """M(K) = log(1 + K/18), which passes B for all K >= 18 e^B."""
    path = growing()
    B, N = var("B"), Symbol("N", (REAL,))
    extra = {N: Lambda((B,), 18 * exp(B))}
    total_gain = specialise(path.prefix(GAIN, Lambda((k,), log(1 + k / 18))), K)
    late = assume(18 * exp(B) <= K)
    passed = log_at_least(solve(exp(B) <= 1 + K / 18, late), trivially(0 < 1 + K / 18))
    reached = solve(B <= total_gain.conclusion.args[0], total_gain, passed)
    diverges = generalise(discharge(reached, late.conclusion), B, K)
    numbers = {"J(0)": "1/2", "eta_k": "log(1 + 1/(18 + k))", "M(K)": "log(1 + K/18)"}
    model = path.model({eps: const(1) / 10}, extra)
    return witness(statement, model, path.known(), numbers, {"diverges": diverges})


def steady_witness(statement: Statement, values: Mapping[Term, Term]) -> Instance:
    """Steps of 1/20 with gap 1, for ever."""
    numbers = {"J(0)": "1/2", "eta": "1/20", "gap": "1", "L": "1", "G": "1"}
    return witness(statement, steady().model(values, {}), steady().known(), numbers)


def halting_witness(statement: Statement, values: Mapping[Term, Term]) -> Instance:
    """One step of 1/20, then none: M(K) <= 1/20 and the squared steps sum to at most 1/400."""
    path = halting()
    closed = Lambda((k,), minimum(k, 1) / 20)
    gains = specialise(path.prefix(GAIN, closed), K)
    small = Lambda((k,), minimum(k, 1) / 400)
    squares = specialise(path.prefix(steps(k) ** 2, small, operator.le), K)
    model = path.model({C0: const(1), C1: const(1), **values}, {})
    known = (*path.known(), gains, squares)
    numbers = {"J(0)": "1/2", "eta_0": "1/20", "eta_k (k > 0)": "0", "C0": "1", "C1": "1"}
    return witness(statement, model, known, numbers)


# -- several prompts, and a direction given by coordinates ----------------------------------------


def prompt_witness(statement: Statement) -> Instance:
    """One prompt with the logistic policy."""
    line, prompt = AT_Q, "p"
    base = step_model(STEP, t, {})
    functions: dict[Symbol, Rows] = {
        line.logp_symbol: base.functions[STEP.logp_symbol],
        line.score_symbol: base.functions[STEP.score_symbol],
        line.reward_symbol: base.functions[STEP.reward_symbol],
    }
    by_prompt: dict[Symbol, Rows] = {
        symbol: {(prompt, *row): f for row, f in rows.items()} for symbol, rows in functions.items()
    }
    by_prompt[Symbol("share", (PROMPT,))] = {(prompt,): Lambda((), const(1))}
    domains = {**base.domains, PROMPT: (prompt,)}
    model = Model(domains, by_prompt, STEP_VALUES)
    known = (*facts_at(t), *facts_at(ZERO), *near_zero())
    numbers = {"prompts": "1", "J": "1/2", "eta": "1/20", "L": "1"}
    return witness(statement, model, known, numbers)


def gradient_witness(statement: Statement) -> Instance:
    """One coordinate: g+ = 1/2, so the update alpha g+ walks along the logistic policy at x =
    t/2."""
    position = t / 2
    base = step_model(STEP, position, {L: const(1), alpha: const(1) / 10})
    gradient = Symbol("gradient", (COORDINATE, RESPONSE, REAL))
    rows: Rows = {
        ("only", name): Lambda((t,), substitute(score, {x: position}))
        for name, score in SCORE.items()
    }
    functions: dict[Symbol, Rows] = {**base.functions, gradient: rows}
    model = Model({**base.domains, COORDINATE: ("only",)}, functions, base.values)
    start = substitute(position, {t: ZERO})
    at_start = equal_inside(solve(eq(start, ZERO)), exp)
    known = (
        *facts_at(position),
        *facts_at(start),
        *(instantiate(fact, {t: position}) for fact in near_zero()),
        at_start,
    )
    numbers = {"J": "1/2", "g+": "1/2", "alpha": "1/10", "L": "1"}
    return witness(statement, model, known, numbers)


def table_witness(statement: Statement, rows: Mapping[Symbol, tuple[int, int]]) -> Instance:
    """Two responses with constant rows of numbers, as for sums that know no policy."""
    functions: dict[Symbol, Rows] = {
        symbol: {(RIGHT,): Lambda((), const(a)), (WRONG,): Lambda((), const(b))}
        for symbol, (a, b) in rows.items()
    }
    model = Model({RESPONSE: (RIGHT, WRONG)}, functions, {G: const(1)})
    numbers = {symbol.name: f"{a}, {b}" for symbol, (a, b) in rows.items()}
    return witness(statement, model, (), numbers)


def constant_vector_witness(statement: Statement) -> Instance:
    """One coordinate, w = 1 and a gradient that is 1 everywhere."""
    one = Lambda((), const(1))
    functions: dict[Symbol, Rows] = {
        Symbol("w", (COORDINATE,)): {("only",): one},
        Symbol("gradient", (COORDINATE, RESPONSE, REAL)): {
            ("only", name): Lambda((t,), const(1)) for name in (RIGHT, WRONG)
        },
    }
    domains = {COORDINATE: ("only",), RESPONSE: (RIGHT, WRONG)}
    model = Model(domains, functions, {G: const(1), L: const(1)})
    numbers = {"w": "1", "gradient": "1", "G": "1", "L": "1"}
    return witness(statement, model, (), numbers)
