"""Witnesses on response trees.

The tree has the empty prefix and two responses of one token, "right" and "wrong". The policy on it
is the logistic one of ``_witness``: log pi(prefix) is 0 at the root and LOGP at the two responses.
"""

from collections.abc import Mapping
from dataclasses import replace

from theory.proofs._prelude import *
from theory.kernel.terms import Sort
from theory.proofs._witness import *
from theory.proofs._witness_paths import GROWING_NUMBERS, PASSES, N, growing, growing_diverges
from theory.statements._tree import g
from theory.tree import (
    PREFIX,
    TOKEN,
    TREE_AT_K,
    T,
    T_psi,
    Tree,
    begins,
    complete,
    extend,
    length,
    p,
    root,
    whole,
)

EMPTY = "empty"
NOTHING = Term("neg", (ZERO,))  # minus the log-probability of the empty prefix
PREFIXES, LEAVES = (EMPTY, RIGHT, WRONG), (RIGHT, WRONG)
DOMAINS = {PREFIX: PREFIXES, TOKEN: LEAVES, RESPONSE: LEAVES}
MAPS: dict[Symbol, dict[tuple[str, ...], str]] = {
    extend: {(at, v): v if at == EMPTY else at for at in PREFIXES for v in LEAVES},
    whole: {(o,): o for o in LEAVES},
}


def constants(table: Mapping[tuple[str, ...], int]) -> dict[tuple[str, ...], Lambda]:
    return {row: Lambda((), const(value)) for row, value in table.items()}


SHAPE: dict[Symbol, Rows] = {
    begins: constants({(at, o): int(at in (EMPTY, o)) for at in PREFIXES for o in LEAVES}),
    complete: constants({(at,): int(at != EMPTY) for at in PREFIXES}),
    length: constants({(at,): int(at != EMPTY) for at in PREFIXES}),
}


def tree_model(
    functions: Mapping[Symbol, Rows],
    values: Mapping[Term, Term],
    elements: Mapping[Term, str] | None = None,
) -> Model:
    return Model(
        DOMAINS,
        {**SHAPE, **functions},
        {T: const(1), **values},
        {root: EMPTY, **(elements or {})},
        MAPS,
    )


def tree_witness(statement: Statement) -> Instance:
    """g = 2 at the root, 1 at each response: superharmonic, and falling."""
    rows: dict[Symbol, Rows] = {g: constants({(EMPTY,): 2, (RIGHT,): 1, (WRONG,): 1})}
    numbers = {"responses": "2", "T": "1", "g": "2 at the root, 1 at each response"}
    return witness(statement, tree_model(rows, {}), (), numbers)


def logistic(line: Line, position: Term) -> dict[Symbol, Rows]:
    """The logistic policy at a position that is a term in t (and in k on a trajectory)."""
    params = (*line.prefix, t)
    tree = Tree(line)

    def rows(table: Mapping[str, Term]) -> Rows:
        at_leaves = {name: substitute(term, {x: position}) for name, term in table.items()}
        return {(name,): Lambda(params, y) for name, y in {EMPTY: ZERO, **at_leaves}.items()}

    return {
        tree.logp_symbol: rows(LOGP),
        tree.score_symbol: rows(SCORE),
        line.reward_symbol: REWARD,
    }


def token_facts(position: Term) -> tuple[Proof, ...]:
    """What is known of the next token at the root: pi(leaf | root) = pi(leaf)."""
    leaves = (substitute(y, {x: position}) for y in LOGP.values())
    same = (equal_inside(solve(eq(leaf + NOTHING, leaf)), exp) for leaf in leaves)
    return (*facts_at(position), *same)


@cache
def short_facts() -> tuple[Proof, ...]:
    """exp(1/2) <= 2: the psi_1 norm of the length 1 is at most 2."""
    here = const(1) / const(2)
    return exp_inverse(here), tangent(-here), exp_positive(here)


def policy_witness(
    statement: Statement, values: Mapping[Term, Term], more: Mapping[Symbol, Rows]
) -> Instance:
    """Two responses of one token, equally likely, gap 1, one step of 1/20."""
    constants = {**STEP_VALUES, T_psi: const(2), **values}
    model = tree_model({**logistic(STEP, t), **more}, constants, {p: EMPTY})
    known = (*token_facts(t), *token_facts(ZERO), *near_zero(), *short_facts())
    numbers = {"responses": "2", "T": "1", "J": "1/2", "gap": "1", "eta": "1/20", "L": "1"}
    return witness(statement, model, known, numbers)


def growing_tree_witness(statement: Statement) -> Instance:
    """The same policy on the path ``growing``, whose cumulative gap is log(1 + K/18)."""
    return on_growing_path(statement, growing_tree_functions(), {})


def growing_vector_tree_witness(statement: Statement) -> Instance:
    """The same in one dimension, with w = 1 and the score as the gradient."""
    functions = growing_tree_functions()
    direction = Symbol("w", (NAT, COORDINATE))
    gradient = Symbol("gradient", (NAT, COORDINATE, PREFIX, REAL))
    scores = functions[TREE_AT_K.score_symbol]
    rows: Rows = {("only", name): f for (name,), f in scores.items()}
    ones: Rows = {("only",): Lambda((k,), const(1))}
    more = {**functions, direction: ones, gradient: rows}
    return on_growing_path(statement, more, {COORDINATE: ("only",)})


def growing_tree_functions() -> dict[Symbol, Rows]:
    path = growing()
    flat = path.model({}, PASSES)
    moving = logistic(AT_K, path.offset(k) + t)
    return {**moving, **{symbol: flat.functions[symbol] for symbol in (steps, N)}}


def on_growing_path(
    statement: Statement, functions: Mapping[Symbol, Rows], domains: Mapping[Sort, tuple[str, ...]]
) -> Instance:
    path = growing()
    start = path.offset(k) + 0
    values = {L: const(1), G: const(1), eps: const(1) / 10, T_psi: const(2)}
    model = tree_model(functions, values)
    model = replace(model, domains={**model.domains, **domains})
    known = (*path.known(), *token_facts(start), *short_facts())
    narrow = path.narrow()
    narrow |= {
        "normalised": token_facts(path.offset(k) + t),
        "lipschitz": narrow["smooth"],
        "unit": (),
    }
    special = {"diverges": growing_diverges()}
    return witness(statement, model, known, {**GROWING_NUMBERS, "T": "1"}, narrow, special)
