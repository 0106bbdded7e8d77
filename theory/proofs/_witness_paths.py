"""Witnesses for claims about a whole trajectory: the logistic policy, walked in three ways."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from theory.proofs._prelude import *
from theory.kernel.terms import Sort
from theory.proofs._witness import *
from theory.vocabulary import C0, C1


@dataclass(frozen=True, slots=True)
class Path:
    """The logistic policy at offset(k), moved by step(k); ``advance`` proves that offset(k) +
    step(k) = offset(k+1), ``forward`` that 0 <= step(k), ``pace`` how short the step is, ``more``
    whatever else is known about them."""

    offset: Lambda
    step: Lambda
    advance: Proof
    forward: Proof
    more: tuple[Proof, ...] = ()
    pace: tuple[Proof, ...] = ()

    def model(self, values: Mapping[Term, Term], extra: Mapping[Symbol, Lambda]) -> Model:
        model = step_model(AT_K, self.offset(k) + t, {L: const(1), G: const(1), **values})
        added: dict[Symbol, Rows] = {symbol: {(): function} for symbol, function in extra.items()}
        steps_row: dict[Symbol, Rows] = {steps: {(): Lambda((k,), self.step(k))}}
        return Model(model.domains, {**model.functions, **steps_row, **added}, model.values)

    def known(self) -> tuple[Proof, ...]:
        """What there is to know where step k starts, the gap among it."""
        start = self.offset(k) + 0
        return (*shares_at(start), self.forward, *self.pace, self.gap_is_one())

    def narrow(self) -> dict[str, tuple[Proof, ...]]:
        """For hypotheses that need something else, or little of it, the facts that settle them."""
        here, start = self.offset(k), self.offset(k) + 0
        joined = solve(eq(self.offset(k + 1) + 0, here + self.step(k)), self.advance)
        return {
            **settled(here + t),
            "interior": shares_at(substitute(start, {k: ZERO})),
            "forward": (self.forward,),
            "continues": tuple(equal_inside(joined, Lambda((x,), f)) for f in LOGP.values()),
        }

    def gap_is_one(self) -> Proof:
        gap = interpret(AT_K.alignment(), self.model({}, {}))
        return solve(eq(gap, 1), *shares_at(self.offset(k) + 0))

    def prefix(
        self, term: Term, closed: Lambda, *known: Proof, relate: Callable[[Term, Term], Term] = eq
    ) -> Proof:
        """For all k, the sum of ``term`` over the first k steps is closed(k) (or at most,
        ``le``)."""
        given = (*known, self.advance, self.forward, *self.more)
        claim = relate(prefix_sum(k, k, term), closed(k))
        base = solve(substitute(claim, {k: ZERO}), prefix_zero(k, term), *self.more)
        grown = substitute(claim, {k: k + 1})
        step = solve(grown, assume(claim), prefix_step(k, k, term), *given)
        return induction(k, claim, base, step)

    def gains(self, closed: Lambda, unit: Proof) -> Proof:
        """M(K) = closed(K), from the proof that the gap is 1."""
        gain = positive_part(unit.conclusion.args[0]) * self.step(k)
        return specialise(self.prefix(gain, closed, unit), K)


@cache
def growing() -> Path:
    """offset(k) = log(1 + k/100): steps that shrink, so that they stay adapted, and add up."""
    size = Lambda((k,), 1 + k / 100)
    offset = Lambda((k,), log(size(k)))
    step = Lambda((k,), log(size(k + 1)) - log(size(k)))
    positive = solve(0 < size(k))
    positive_next = solve(0 < size(k + 1))
    forward = solve(0 <= step(k), log_monotone(solve(size(k) <= size(k + 1)), positive))
    grown = exp_sum(log(size(k)), step(k), log(size(k + 1)))
    known = (exp_log(positive), exp_log(positive_next), grown, tangent(step(k)), log_one())
    pace = solve(step(k) <= const(1) / 100, *known)
    slow = solve(
        step(k) <= exp(substitute(LOGP[WRONG], {x: offset(k) + 0})),
        *known,
        *facts_at(offset(k) + 0),
        equal_inside(solve(eq(offset(k) + 0, offset(k))), exp),
    )
    advance = solve(eq(offset(k) + step(k), offset(k + 1)))
    return Path(offset, step, advance, forward, known, (pace, slow))


def log_one() -> Proof:
    """log(1 + 0/100) = 0."""
    one = solve(eq(1 + ZERO / 100, exp(ZERO)), exp_zero())
    return solve(eq(log(1 + ZERO / 100), 0), equal_inside(one, log), log_exp(0))


@cache
def steady() -> Path:
    """offset(k) = k/20: the same step for ever."""
    offset, step = Lambda((k,), k / 20), Lambda((k,), const(1) / 20)
    return Path(
        offset, step, trivially(eq(offset(k) + step(k), offset(k + 1))), trivially(0 <= step(k))
    )


@cache
def halting() -> Path:
    """offset(k) = min(k, 2)/20: two steps, then none."""
    offset = Lambda((k,), minimum(k, 2) / 20)
    step = Lambda((k,), minimum(k + 1, 2) / 20 - minimum(k, 2) / 20)
    return Path(
        offset, step, trivially(eq(offset(k) + step(k), offset(k + 1))), trivially(0 <= step(k))
    )


GROWING_NUMBERS = {"J(0)": "1/2", "eta_k": "log(1 + 1/(100 + k))", "M(K)": "log(1 + K/100)"}
B, N = var("B"), Symbol("N", (REAL,))
PASSES = {N: Lambda((B,), 100 * exp(B))}


def growing_diverges(unit: Proof) -> Proof:
    """M(K) = log(1 + K/100) passes B for all K >= 100 e^B; ``unit`` proves that the gap is 1."""
    total_gain = growing().gains(Lambda((k,), log(1 + k / 100)), unit)
    late = assume(100 * exp(B) <= K)
    passed = log_at_least(solve(exp(B) <= 1 + K / 100, late), trivially(0 < 1 + K / 100))
    reached = solve(B <= total_gain.conclusion.args[0], total_gain, passed)
    return generalise(discharge(reached, late.conclusion), B, K)


def growing_witness(statement: Statement) -> Instance:
    """Steps that shrink just fast enough to stay adapted, and add up."""
    path = growing()
    model = path.model({eps: const(1) / 10}, PASSES)
    special = {"diverges": growing_diverges(path.gap_is_one())}
    return witness(statement, model, path.known(), GROWING_NUMBERS, path.narrow(), special)


def steady_witness(statement: Statement, values: Mapping[Term, Term]) -> Instance:
    """Steps of 1/20 with gap 1, for ever."""
    numbers = {"J(0)": "1/2", "eta": "1/20", "gap": "1", "L": "1", "G": "1"}
    path = steady()
    return witness(statement, path.model(values, {}), path.known(), numbers, path.narrow())


def halting_witness(statement: Statement, values: Mapping[Term, Term]) -> Instance:
    """Two steps, then none: M(K) <= 1/10 and the squared steps sum to at most 1/200."""
    path = halting()
    closed = Lambda((k,), minimum(k, 2) / 20)
    gains = path.gains(closed, path.gap_is_one())
    small = Lambda((k,), minimum(k, 2) / 400)
    squares = specialise(path.prefix(path.step(k) ** 2, small, relate=operator.le), K)
    model = path.model({C0: const(1), C1: const(1), **values}, {})
    known = (*path.known(), gains, squares)
    numbers = {"J(0)": "1/2", "eta_0, eta_1": "1/20", "eta_k (k > 1)": "0", "C0": "1", "C0'": "1"}
    return witness(statement, model, known, numbers, path.narrow())


def growing_vector_witness(statement: Statement) -> Instance:
    """The growing path in two coordinates, with w = (3/5, 4/5) and a gradient that points
    elsewhere."""
    path = growing()
    base = path.model(BOUNDS, {})
    functions = in_the_plane(base.functions, AT_K.score_symbol, RESPONSE)
    model = Model({**base.domains, COORDINATE: tuple(UNIT)}, functions, base.values)
    numbers = {**GROWING_NUMBERS, "w": "(3/5, 4/5)"}
    return witness(statement, model, path.known(), numbers, path.narrow())


def in_the_plane(
    functions: Mapping[Symbol, Rows], score: Symbol, index: Sort
) -> dict[Symbol, Rows]:
    """With the directions w_k and the gradients that lead to these scores."""
    gradient = Symbol("gradient", (NAT, COORDINATE, index, REAL))
    rows = in_coordinates(functions[score], TURNED)
    return {**functions, Symbol("w", (NAT, COORDINATE)): direction(k), gradient: rows}
