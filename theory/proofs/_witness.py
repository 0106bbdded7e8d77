"""Instances that satisfy the hypotheses, with proofs: the logistic policy on two responses.

pi(right) = 1/(1 + e^-x), pi(wrong) = 1/(1 + e^x) at position x. Its scores are 1/(1 + e^x) and
-1/(1 + e^-x), its gap is 1 everywhere, and Assumption 1 holds with G = L = 1. On a trajectory,
x = offset(k) + t: any offsets and steps that fit together will do.
"""

from collections.abc import Mapping
from dataclasses import replace

from theory.proofs._prelude import *

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
            return solve(formula)
    return solve(formula, *known)


def witness(
    statement: Statement,
    model: Model,
    known: tuple[Proof, ...],
    numbers: Mapping[str, str],
    narrow: Mapping[str, tuple[Proof, ...]] | None = None,
    special: Mapping[str, Proof] | None = None,
) -> Instance:
    """Prove every hypothesis of the statement in the model: from the known facts, from the few
    that ``narrow`` names for it (the solvers are quicker), or as ``special`` does."""
    proved = {}
    for name, formula in statement.formal_hypotheses.items():
        given = (special or {}).get(name)
        facts = (narrow or {}).get(name, known)
        proved[name] = given or establish(interpret(formula, model), *facts)
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


def step_witness(
    statement: Statement,
    values: Mapping[Term, Term] | None = None,
    functions: Mapping[Symbol, Rows] | None = None,
    numbers: Mapping[str, str] | None = None,
) -> Instance:
    """Two equally likely responses, gap 1, one step of 1/20; more functions, if the claim has any,
    and ``numbers`` to show in place of L and G."""
    model = step_model(STEP, t, {**STEP_VALUES, **(values or {})})
    model = replace(model, functions={**model.functions, **(functions or {})})
    known = (*facts_at(t), *facts_at(ZERO), *near_zero())
    shown = {"J": "1/2", "gap": "1", "eta": "1/20", **(numbers or {"L": "1", "G": "1"})}
    shown |= {str(name.data): str(value.data) for name, value in (values or {}).items()}
    return witness(statement, model, known, shown)


# -- several prompts, and a direction given by coordinates ----------------------------------------


GRADIENT = Symbol("gradient", (COORDINATE, RESPONSE, REAL))
DIRECTION = Symbol("w", (COORDINATE,))
ONE = Lambda((), const(1))


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


def one_coordinate(slope: Term, values: Mapping[Term, Term]) -> tuple[Model, tuple[Proof, ...]]:
    """One coordinate: the logistic policy at x = slope * t, with d logp/dx as its gradient."""
    position = slope * t
    base = step_model(STEP, position, values)
    rows: Rows = {
        ("only", name): Lambda((t,), substitute(score, {x: position}))
        for name, score in SCORE.items()
    }
    functions: dict[Symbol, Rows] = {**base.functions, GRADIENT: rows, DIRECTION: {("only",): ONE}}
    start = substitute(position, {t: ZERO})
    at_start = equal_inside(solve(eq(start, ZERO)), exp)
    near = (instantiate(fact, {t: position}) for fact in near_zero())
    known = (*facts_at(position), *facts_at(start), *near, at_start)
    return Model({**base.domains, COORDINATE: ("only",)}, functions, base.values), known


def gradient_witness(statement: Statement) -> Instance:
    """g+ = 1/2, so the update alpha g+ walks along the logistic policy at x = t/2."""
    model, known = one_coordinate(half, {L: const(1), alpha: const(1) / 10})
    numbers = {"J": "1/2", "g+": "1/2", "alpha": "1/10", "L": "1"}
    return witness(statement, model, known, numbers)


def logistic_vector_witness(statement: Statement) -> Instance:
    """w = 1 in one dimension."""
    model, known = one_coordinate(const(1), STEP_VALUES)
    numbers = {"J": "1/2", "w": "1", "gap": "1", "eta": "1/20", "L": "1", "G": "1"}
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
    functions: dict[Symbol, Rows] = {
        DIRECTION: {("only",): ONE},
        GRADIENT: {("only", name): Lambda((t,), const(1)) for name in (RIGHT, WRONG)},
    }
    domains = {COORDINATE: ("only",), RESPONSE: (RIGHT, WRONG)}
    model = Model(domains, functions, {G: const(1), L: const(1)})
    numbers = {"w": "1", "gradient": "1", "G": "1", "L": "1"}
    return witness(statement, model, (), numbers)


def coordinate_witness(statement: Statement, rows: Mapping[Symbol, int]) -> Instance:
    """One coordinate, and a number for each vector."""
    functions: dict[Symbol, Rows] = {
        symbol: {("only",): Lambda((), const(a))} for symbol, a in rows.items()
    }
    model = Model({COORDINATE: ("only",)}, functions)
    return witness(statement, model, (), {symbol.name: str(a) for symbol, a in rows.items()})
