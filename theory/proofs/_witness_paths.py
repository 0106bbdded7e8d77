"""Witnesses for claims about a whole trajectory: the logistic policy, walked in three ways."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from theory.proofs._prelude import *
from theory.proofs._witness import LOGP, ZERO, Rows, facts_at, near_zero, step_model, witness, x
from theory.vocabulary import C0, C1


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
        """What there is to know where step k starts, the gap among it."""
        start = self.offset(k) + 0
        at_start = equal_inside(solve(eq(start, self.offset(k))), exp)
        return (*facts_at(start), at_start, self.forward, *self.more, self.gap_is_one())

    def narrow(self) -> dict[str, tuple[Proof, ...]]:
        """For hypotheses that need something else, or little of it, the facts that settle them."""
        here, start = self.offset(k), self.offset(k) + 0
        moving, waiting = facts_at(here + t), facts_at(start)
        joined = solve(eq(self.offset(k + 1) + 0, here + self.step(k)), self.advance)
        return {
            "normalised": moving,
            "differentiable": moving,
            "smooth": (*moving, *waiting, exp_sum(start, t, here + t), *near_zero()),
            "bounded": waiting,
            "interior": facts_at(substitute(start, {k: ZERO})),
            "forward": (self.forward,),
            "continues": tuple(equal_inside(joined, Lambda((x,), f)) for f in LOGP.values()),
        }

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


GROWING_NUMBERS = {"J(0)": "1/2", "eta_k": "log(1 + 1/(18 + k))", "M(K)": "log(1 + K/18)"}
B, N = var("B"), Symbol("N", (REAL,))
PASSES = {N: Lambda((B,), 18 * exp(B))}


@cache
def growing_diverges() -> Proof:
    """M(K) = log(1 + K/18) passes B for all K >= 18 e^B."""
    total_gain = specialise(growing().prefix(GAIN, Lambda((k,), log(1 + k / 18))), K)
    late = assume(18 * exp(B) <= K)
    passed = log_at_least(solve(exp(B) <= 1 + K / 18, late), trivially(0 < 1 + K / 18))
    reached = solve(B <= total_gain.conclusion.args[0], total_gain, passed)
    return generalise(discharge(reached, late.conclusion), B, K)


def growing_witness(statement: Statement) -> Instance:
    """Steps that shrink just fast enough to stay adapted, and add up."""
    path = growing()
    model = path.model({eps: const(1) / 10}, PASSES)
    special = {"diverges": growing_diverges()}
    return witness(statement, model, path.known(), GROWING_NUMBERS, path.narrow(), special)


def steady_witness(statement: Statement, values: Mapping[Term, Term]) -> Instance:
    """Steps of 1/20 with gap 1, for ever."""
    numbers = {"J(0)": "1/2", "eta": "1/20", "gap": "1", "L": "1", "G": "1"}
    path = steady()
    return witness(statement, path.model(values, {}), path.known(), numbers, path.narrow())


def halting_witness(statement: Statement, values: Mapping[Term, Term]) -> Instance:
    """One step of 1/20, then none: M(K) <= 1/20 and the squared steps sum to at most 1/400."""
    path = halting()
    closed = Lambda((k,), minimum(k, 1) / 20)
    gains = specialise(path.prefix(GAIN, closed), K)
    small = Lambda((k,), minimum(k, 1) / 400)
    squares = specialise(path.prefix(steps(k) ** 2, small, operator.le), K)
    model = path.model({C0: const(1), C1: const(1), **values}, {})
    known = (*path.known(), gains, squares)
    numbers = {"J(0)": "1/2", "eta_0": "1/20", "eta_k (k > 0)": "0", "C0": "1", "C0'": "1"}
    return witness(statement, model, known, numbers, path.narrow())


def growing_vector_witness(statement: Statement) -> Instance:
    """The growing path in one dimension, with w = 1 and the score as the gradient."""
    path = growing()
    direction = Symbol("w", (NAT, COORDINATE))
    gradient = Symbol("gradient", (NAT, COORDINATE, RESPONSE, REAL))
    base = path.model({}, {})
    rows: Rows = {("only", name): f for (name,), f in base.functions[AT_K.score_symbol].items()}
    ones: Rows = {("only",): Lambda((k,), const(1))}
    functions: dict[Symbol, Rows] = {**base.functions, direction: ones, gradient: rows}
    model = Model({**base.domains, COORDINATE: ("only",)}, functions, base.values)
    narrow = path.narrow()
    vectors = {"lipschitz": narrow["smooth"], "unit": (), **narrow}
    numbers = {"J(0)": "1/2", "w": "1", "eta_k": "log(1 + 1/(18 + k))", "M(K)": "log(1 + K/18)"}
    return witness(statement, model, path.known(), numbers, vectors)
