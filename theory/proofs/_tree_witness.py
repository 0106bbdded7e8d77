"""Witnesses on response trees.

A first token "right" ends the response, which is correct. After "wrong" comes a second token: there
are three responses, of one token and of two. Each token follows the logistic policy of
``_witness``, so J, the gap and the scores of tokens are those of its two responses.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import reduce
from operator import add

from theory.proofs._prelude import *
from theory.kernel.terms import Sort
from theory.proofs._witness import *
from theory.proofs._witness_paths import (
    GROWING_NUMBERS,
    PASSES,
    N,
    growing,
    growing_diverges,
    in_the_plane,
)
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

EMPTY, BOTH, TWICE = "empty", "wrong right", "wrong wrong"
WORDS = {EMPTY: (), RIGHT: (RIGHT,), WRONG: (WRONG,), BOTH: (WRONG, RIGHT), TWICE: (WRONG, WRONG)}
RESPONSES = (RIGHT, BOTH, TWICE)
DOMAINS = {PREFIX: tuple(WORDS), TOKEN: (RIGHT, WRONG), RESPONSE: RESPONSES}
NAMES = {word: name for name, word in WORDS.items()}
MAPS: dict[Symbol, dict[tuple[str, ...], str]] = {
    extend: {(at, v): NAMES.get((*word, v), at) for at, word in WORDS.items() for v in SCORE},
    whole: {(o,): o for o in RESPONSES},
}
SHAPE: dict[Symbol, Rows] = {
    begins: constants(
        {(at, o): WORDS[o][: len(word)] == word for at, word in WORDS.items() for o in RESPONSES}
    ),
    complete: constants({(at,): at in RESPONSES for at in WORDS}),
    length: constants({(at,): len(word) for at, word in WORDS.items()}),
}
REWARDS: Rows = constants({(o,): o == RIGHT for o in RESPONSES})


def tree_model(
    functions: Mapping[Symbol, Rows],
    values: Mapping[Term, Term],
    elements: Mapping[Term, str] | None = None,
) -> Model:
    return Model(
        DOMAINS,
        {**SHAPE, **functions},
        {T: const(2), **values},
        {root: EMPTY, **(elements or {})},
        MAPS,
    )


def tree_witness(statement: Statement) -> Instance:
    """g = 4 at the root, 2 and 1 at its children, 1 and 0 at theirs: superharmonic, and falling."""
    values = {EMPTY: 4, RIGHT: 2, WRONG: 1, BOTH: 1, TWICE: 0}
    rows: dict[Symbol, Rows] = {g: constants({(at,): y for at, y in values.items()})}
    numbers = {"responses": "3", "T": "2", "g": "4; 2, 1; 1, 0"}
    return witness(statement, tree_model(rows, {}), (), numbers)


def word_sum(table: Mapping[str, Term], word: tuple[str, ...]) -> Term:
    """The sum of a quantity over the tokens of a word."""
    return reduce(add, (table[v] for v in word)) if word else ZERO


def logistic(line: Line, position: Term) -> dict[Symbol, Rows]:
    """The policy at a position that is a term in t (and in k on a trajectory)."""

    def rows(table: Mapping[str, Term]) -> Rows:
        sums = {at: word_sum(table, word) for at, word in WORDS.items()}
        moved = {at: substitute(y, {x: position}) for at, y in sums.items()}
        return {(at,): Lambda((*line.prefix, t), y) for at, y in moved.items()}

    tree = Tree(line)
    scores = {tree.logp_symbol: rows(LOGP), tree.score_symbol: rows(SCORE)}
    return {**scores, line.reward_symbol: REWARDS}


@cache
def tokens_at(position: Term) -> tuple[Proof, ...]:
    """What is known of the next token, and of the words: pi(v | p) is pi(v)."""
    logp = {at: substitute(word_sum(LOGP, w), {x: position}) for at, w in WORDS.items()}
    single = {v: logp[v] for v in SCORE}
    known = [exp_sum(single[WRONG], single[v]) for v in SCORE]
    for at in (EMPTY, WRONG):
        for v in SCORE:
            token = logp[MAPS[extend][(at, v)]] + Term("neg", (logp[at],))
            known.append(equal_inside(solve(eq(token, single[v])), exp))
    return (*shares_at(position), *known, exp_equal(ZERO, ZERO), exp_zero())


@cache
def short_facts() -> tuple[Proof, ...]:
    """e^(1/4) <= 2 and e^(2/4) <= 2: the psi_1 norm of the length is at most 4."""
    shares = (const(n) / const(4) for n in (1, 2))
    facts = ((y, exp_inverse(y), tangent(-y), exp_positive(y)) for y in shares)
    return tuple(solve(exp(y) <= 2, *known) for y, *known in facts)


def settled_on_tree(position: Term) -> dict[str, tuple[Proof, ...]]:
    """The facts that settle each hypothesis about the policy at a position."""
    start = substitute(position, {t: ZERO})
    light = (*tokens_at(start), *short_facts())
    return {**settled(position), "normalised": tokens_at(position), "light": light}


def policy_witness(
    statement: Statement, values: Mapping[Term, Term], more: Mapping[Symbol, Rows]
) -> Instance:
    """Equally likely tokens, gap 1, one step of 1/20."""
    constants = {**STEP_VALUES, T_psi: const(4), **values}
    model = tree_model({**logistic(STEP, t), **more}, constants, {p: WRONG})
    known = (*tokens_at(ZERO), *even())
    numbers = {"responses": "3", "T": "2", "J": "1/2", "gap": "1", "eta": "1/20", "L": "1"}
    return witness(statement, model, known, numbers, settled_on_tree(t))


def growing_tree_witness(statement: Statement) -> Instance:
    """The same policy on the path ``growing``, whose cumulative gap is log(1 + K/100)."""
    return on_growing_path(statement, growing_tree_functions(), {})


def growing_vector_tree_witness(statement: Statement) -> Instance:
    """The same in two coordinates, with w = (3/5, 4/5) and a gradient that points elsewhere."""
    functions = in_the_plane(growing_tree_functions(), TREE_AT_K.score_symbol, PREFIX)
    return on_growing_path(statement, functions, {COORDINATE: tuple(UNIT)})


def growing_tree_functions() -> dict[Symbol, Rows]:
    path = growing()
    flat = path.model({}, PASSES)
    moving = logistic(AT_K, path.offset(k) + t)
    return {**moving, **{symbol: flat.functions[symbol] for symbol in (steps, N)}}


def on_growing_path(
    statement: Statement, functions: Mapping[Symbol, Rows], domains: Mapping[Sort, tuple[str, ...]]
) -> Instance:
    path = growing()
    values = {L: const(1), G: const(1), eps: const(1) / 10, T_psi: const(4)}
    model = tree_model(functions, {**values, **(BOUNDS if domains else {})})
    model = replace(model, domains={**model.domains, **domains})
    known = (*tokens_at(path.offset(k) + 0), path.forward, *path.pace)
    narrow = {**path.narrow(), **settled_on_tree(path.offset(k) + t)}
    gap = interpret(TREE_AT_K.put(AT_K.alignment()), tree_model(growing_tree_functions(), {}))
    special = {"diverges": growing_diverges(solve(eq(gap, 1), *known))}
    return witness(statement, model, known, {**GROWING_NUMBERS, "T": "2"}, narrow, special)
