"""Three independent draws from the logistic policy on two responses: eight outcomes, all as
likely."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

from theory.proofs._prelude import *
from theory.proofs._witness import *
from theory.statements._group import (
    MEMBER,
    OTHERS,
    OUTCOME,
    advantage,
    deviation,
    down,
    draw,
    hit,
    law,
    lowered,
    others,
    raised,
    rest,
    same,
    up,
)
from theory.statements._group import z as drawn_outcome
from theory.statements._grpo import sigma
from theory.statements.group_factor import rho

MEMBERS = ("first", "second", "third")
OUTCOMES = {"".join(x[0] for x in drawn): drawn for drawn in product((RIGHT, WRONG), repeat=3)}
"""Each outcome by the first letters of its three responses."""
DRAWS: Mapping[tuple[str, ...], str] = {
    (z, a): x for z, drawn in OUTCOMES.items() for a, x in zip(MEMBERS, drawn, strict=True)
}
GROUP: dict[Symbol, Rows] = {
    law: {(z,): Lambda((), const(1) / 8) for z in OUTCOMES},
    hit: constants({(*row, o): int(x == o) for row, x in DRAWS.items() for o in (RIGHT, WRONG)}),
    same: constants({(b, a): int(a == b) for a in MEMBERS for b in MEMBERS}),
}


COUNTS = ("none", "one", "two")
"""How many of the others are right."""
BESIDE: Mapping[tuple[str, ...], str] = {
    (z, a): COUNTS[sum(x == RIGHT for b, x in zip(MEMBERS, drawn, strict=True) if b != a)]
    for z, drawn in OUTCOMES.items()
    for a in MEMBERS
}


def group_model(values: Mapping[Term, Term], more: Mapping[Symbol, Rows]) -> Model:
    base = step_model(STEP, t, values)
    domains = {**base.domains, OUTCOME: tuple(OUTCOMES), MEMBER: MEMBERS}
    return replace(
        base, domains=domains, functions={**base.functions, **GROUP, **more}, maps={draw: DRAWS}
    )


def group_witness(
    statement: Statement,
    values: Mapping[Term, Term] | None = None,
    more: Mapping[Symbol, Rows] | None = None,
) -> Instance:
    """J = 1/2 and n = 3."""
    model = group_model(values or {}, more or {})
    return witness(statement, model, even(), {"n": "3", "J": "1/2", "gap": "1"})


def advantage_witness(
    statement: Statement,
    ups: tuple[Term, ...],
    downs: tuple[Term, ...],
    more: Mapping[Symbol, Rows] | None = None,
    known: tuple[Proof, ...] = (),
) -> Instance:
    """The same with advantages: of a right response, and of a wrong one, beside 0, 1 and 2 right
    ones."""
    tables = {up: dict(zip(COUNTS, ups, strict=True)), down: dict(zip(COUNTS, downs, strict=True))}
    weights: dict[Symbol, Rows] = {
        symbol: {(a, x): Lambda((), value) for a in MEMBERS for x, value in table.items()}
        for symbol, table in tables.items()
    }
    given: Rows = {
        row: Lambda((), tables[up if DRAWS[row] == RIGHT else down][beside])
        for row, beside in BESIDE.items()
    }
    marks = constants(
        {(*row, x): int(x == beside) for row, beside in BESIDE.items() for x in COUNTS}
    )
    model = group_model({}, {**weights, advantage: given, rest: marks, **(more or {})})
    model = replace(
        model, domains={**model.domains, OTHERS: COUNTS}, maps={**model.maps, others: BESIDE}
    )
    return witness(statement, model, (*even(), *known), {"n": "3", "J": "1/2", "gap": "1"})


CENTRED = tuple(const(1) * j / 3 for j in (2, 1, 0)), tuple(const(-1) * j / 3 for j in (0, 1, 2))
"""r - mean r: for a right response beside 0, 1 and 2 right ones, and for a wrong one."""

ROOT = exp(half * log(lift(2)))
"""The square root of 2."""
STANDARD = (ROOT, ROOT / 2, const(0)), (const(0), -ROOT / 2, -ROOT)
"""(r - mean r)/deviation, likewise: the deviation is sqrt(2)/3, or 0 where all are alike."""
DEVIATIONS: Rows = {
    (z,): Lambda((), ROOT / 3 if len(set(drawn)) > 1 else const(0)) for z, drawn in OUTCOMES.items()
}


@cache
def root_of_two() -> tuple[Proof, ...]:
    """The square of ROOT is 2, and it is positive."""
    positive = solve(lift(0) < lift(2))
    square = exp_sum(half * log(lift(2)), half * log(lift(2)), log(lift(2)))
    return solve(eq(ROOT**2, 2), square, exp_log(positive)), exp_positive(half * log(lift(2)))


def standard_witness(statement: Statement) -> Instance:
    """J = 1/2, n = 3, advantages in units of the group's deviation."""
    return advantage_witness(statement, *STANDARD, {deviation: DEVIATIONS}, root_of_two())


def factor_witness(statement: Statement) -> Instance:
    """J = 1/2, n = 3: sqrt(n - 1) is ROOT."""
    model = group_model({sigma: half, rho: ROOT}, {deviation: DEVIATIONS})
    return witness(statement, model, (*even(), *root_of_two()), {"n": "3", "J": "1/2"}, settled(t))


PAIRS = {"".join(x[0] for x in drawn): drawn for drawn in product((RIGHT, WRONG), repeat=2)}
FIRST, SECOND = MEMBERS[:2]


def told_model(values: Mapping[Term, Term]) -> Model:
    """J = 1/2 and n = 2, Dr. GRPO: half the difference of the two rewards."""

    def centred(own: str, other: str) -> Lambda:
        return Lambda((), (const(int(own == RIGHT)) - int(other == RIGHT)) / 2)

    draws: dict[tuple[str, ...], str] = {
        (z, a): x for z, drawn in PAIRS.items() for a, x in zip(MEMBERS, drawn, strict=False)
    }
    beside: dict[tuple[str, ...], str] = {
        (z, a): draws[z, SECOND if a == FIRST else FIRST] for z, a in draws
    }
    kinds = RIGHT, WRONG

    def told(own: str) -> Rows:
        """The advantage of b, as member a sees it that is ``own``."""
        rows = product((FIRST, SECOND), (FIRST, SECOND), kinds)
        return {(b, a, x): centred(own, x) if a == b else centred(x, own) for b, a, x in rows}

    tables: dict[Symbol, Rows] = {
        law: {(z,): Lambda((), const(1) / 4) for z in PAIRS},
        hit: constants({(*row, x): int(x == y) for row, y in draws.items() for x in kinds}),
        same: constants({(b, a): int(a == b) for b, a in product((FIRST, SECOND), repeat=2)}),
        rest: constants({(*row, x): int(x == y) for row, y in beside.items() for x in kinds}),
        advantage: {row: centred(draws[row], beside[row]) for row in draws},
        raised: told(RIGHT),
        lowered: told(WRONG),
    }
    model = group_model(values, tables)
    sets = {OUTCOME: tuple(PAIRS), MEMBER: (FIRST, SECOND), OTHERS: kinds}
    domains, maps = {**model.domains, **sets}, {draw: draws, others: beside}
    return replace(model, domains=domains, maps=maps)


def told_witness(statement: Statement) -> Instance:
    """The same, with a score."""
    return witness(statement, told_model({}), even(), {"n": "2", "J": "1/2", "gap": "1"})


CONSTANTS = {L: const(1), G: half, alpha: const(1) / 10}


def update_witness(statement: Statement) -> Instance:
    """n = 3: an outcome of both kinds moves x by 2/9 of UNIT."""
    shown = {"n": "3", "J": "1/2", "gap": "(3/5, 4/5)", "alpha": "1/10", "L": "1", "G": "1/2"}
    return moved_witness(statement, group_model(CONSTANTS, {}), OUTCOMES, const(2) / 9, shown)


def told_update_witness(statement: Statement) -> Instance:
    """n = 2: an outcome of both kinds moves x by 1/4 of UNIT."""
    shown = {"n": "2", "J": "1/2", "gap": "(3/5, 4/5)", "alpha": "1/10", "L": "1"}
    return moved_witness(statement, told_model(CONSTANTS), PAIRS, const(1) / 4, shown)


def moved_witness(
    statement: Statement,
    model: Model,
    outcomes: Mapping[str, tuple[str, ...]],
    speed: Term,
    shown: Mapping[str, str],
) -> Instance:
    """Dr. GRPO in two coordinates, with gradients UNIT/2 and -UNIT/2; x moves in an outcome of both
    kinds, and elsewhere it stays."""
    line, shift = Line((drawn_outcome,), alpha), speed * t
    logps: dict[tuple[str, ...], Lambda] = {}
    scores: dict[tuple[str, ...], Lambda] = {}
    for outcome, drawn in outcomes.items():
        mixed = len(set(drawn)) > 1
        for kind in (RIGHT, WRONG):
            at_x = {x: shift if mixed else ZERO}
            score = speed * substitute(SCORE[kind], at_x) if mixed else ZERO
            logps[outcome, kind] = Lambda((t,), substitute(LOGP[kind], at_x))
            scores[outcome, kind] = Lambda((t,), score)
    halves: Rows = {
        (coordinate, kind): Lambda((t,), sign * half * value)
        for coordinate, value in UNIT.items()
        for kind, sign in ((RIGHT, 1), (WRONG, -1))
    }
    more = {line.logp_symbol: logps, line.score_symbol: scores, GRADIENT: halves}
    domains = {**model.domains, COORDINATE: tuple(UNIT)}
    model = replace(model, domains=domains, functions={**model.functions, **more})
    start = solve(eq(substitute(shift, {t: ZERO}), ZERO))
    same = (equal_inside(start, Lambda((x,), exp(f))) for f in LOGP.values())
    begun = (*even(), *shares_at(substitute(shift, {t: ZERO})), *same)
    logs = tuple(equal_inside(start, Lambda((x,), f)) for f in LOGP.values())
    facts = settled(shift, shift)
    facts = {name: (*facts[name], *begun) for name in ("differentiable", "smooth")}
    return witness(statement, model, (*begun, *logs), shown, facts)
