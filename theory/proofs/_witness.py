"""Instances that satisfy the hypotheses, with proofs: the logistic policy on two responses.

pi(right) = 1/(1 + e^-x), pi(wrong) = 1/(1 + e^x) at position x. Its scores are 1/(1 + e^x) and
-1/(1 + e^-x), its gap is 1 everywhere, and Assumption 1 holds with G = L = 1. On a trajectory,
x = offset(k) + t: any offsets and steps that fit together will do.
"""

from collections.abc import Mapping
from dataclasses import replace

from theory.proofs._prelude import *
from theory.kernel.terms import Sort

x = var("x")
ZERO = const(0)
RIGHT, WRONG = "right", "wrong"
SIZE = {RIGHT: 1 + exp(-x), WRONG: 1 + exp(x)}
LOGP = {name: -log(size) for name, size in SIZE.items()}
SCORE = {RIGHT: 1 / (1 + exp(x)), WRONG: -(1 / (1 + exp(-x)))}
SCORES = tuple(SCORE.values())
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


@cache
def _shares() -> tuple[Proof, ...]:
    right, wrong = exp(LOGP[RIGHT]), exp(LOGP[WRONG])
    return (
        solve(conj(0 < right, 0 < wrong, eq(right + wrong, 1)), *_facts()),
        solve(eq(SCORE[RIGHT], wrong), *_facts()),
        solve(eq(SCORE[WRONG], -right), *_facts()),
    )


@cache
def shares_at(position: TermLike) -> tuple[Proof, ...]:
    """0 < p, 0 < q, p + q = 1 for p = pi(right) and q = pi(wrong), whose scores are q and -p."""
    return tuple(instantiate(fact, {x: lift(position)}) for fact in _shares())


@cache
def steady_scores(position: Term, moved: Term = t) -> tuple[Proof, ...]:
    """0 <= t implies that a score has changed by at most ``moved``, for a position that is
    ``moved`` after its start."""
    start, forward = substitute(position, {t: ZERO}), assume(0 <= t)
    near = (instantiate(fact, {t: moved}) for fact in near_zero())
    known = (*facts_at(start), *facts_at(position), exp_sum(start, moved, position), *near)
    changes = (absolute(substitute(s, {x: position}) - substitute(s, {x: start})) for s in SCORES)
    bounds = (solve(change <= moved, forward, *known) for change in changes)
    return tuple(discharge(bound, 0 <= t) for bound in bounds)


def is_arithmetic(term: Term) -> bool:
    """Whether there are only numbers in it, so that no fact can help to prove it."""
    inside = all(map(is_arithmetic, term.args))
    return inside and term.op not in ("var", "exp", "log", "sin", "cos", "pi", "apply", "prefix")


def establish(formula: Term, *known: Proof, given: tuple[Proof, ...] = ()) -> Proof:
    """Prove a formula of a model part by part, each part from the known facts and from the
    conditions it stands under."""
    match formula.op:
        case "forall":
            return generalise(establish(formula.args[1], *known, given=given), formula.args[0])
        case "and":
            return both(*(establish(part, *known, given=given) for part in formula.args))
        case "implies":
            condition, conclusion = formula.args
            proof = establish(conclusion, *known, given=(*given, assume(condition)))
            return discharge(proof, condition)
        case "deriv":
            variable, function, slope = formula.args
            raw = differentiate(variable, function, *known)
            same = solve(eq(function, function))
            return rename_derivative(raw, same, solve(eq(raw.conclusion.args[2], slope), *known))
    return solve(formula, *(() if is_arithmetic(formula) else known), *given)


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


@cache
def even() -> tuple[Proof, ...]:
    """Where the logistic policy is at 0: both responses have probability 1/2."""
    right, wrong = (exp(substitute(y, {x: ZERO})) for y in LOGP.values())
    halves = conj(eq(right, half), eq(wrong, half))
    return (solve(halves, *facts_at(ZERO), *near_zero()), *shares_at(ZERO)[1:])


@cache
def settled(position: Term, moved: Term = t) -> dict[str, tuple[Proof, ...]]:
    """The facts that settle each hypothesis about the policy at a position (a term in t)."""
    steady = steady_scores(position, moved)
    return {
        "normalised": shares_at(position),
        "differentiable": facts_at(position),
        "smooth": steady,
        "lipschitz": steady,
        "unit": (),
    }


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
    shown = {"J": "1/2", "gap": "1", "eta": "1/20", **(numbers or {"L": "1", "G": "1"})}
    shown |= {str(name.data): str(value.data) for name, value in (values or {}).items()}
    return witness(statement, model, even(), shown, settled(t))


# -- several prompts, and a direction given by coordinates ----------------------------------------


GRADIENT = Symbol("gradient", (COORDINATE, RESPONSE, REAL))
DIRECTION = Symbol("w", (COORDINATE,))
UNIT = {"first": const(3) / 5, "second": const(4) / 5}  # the direction w
TURNED = {"first": const(1), "second": half}  # another gradient of x, with w.gradient = 1
BOUNDS = {L: const(5) / 4, G: const(9) / 8}  # of the scores times |TURNED|


def prompt_witness(statement: Statement) -> Instance:
    """Two prompts that disagree on which response is right, one with twice the share."""
    base = step_model(STEP, t, {})
    rewards = {"first": REWARD, "second": constants({(RIGHT,): 0, (WRONG,): 1})}
    share = Symbol("share", (PROMPT,))
    functions: dict[Symbol, dict[tuple[str, ...], Lambda]] = {
        share: constants({("first",): 2, ("second",): 1})
    }
    for prompt, reward in rewards.items():
        tables = (
            (AT_Q.logp_symbol, base.functions[STEP.logp_symbol]),
            (AT_Q.score_symbol, base.functions[STEP.score_symbol]),
            (AT_Q.reward_symbol, reward),
        )
        for symbol, table in tables:
            functions.setdefault(symbol, {}).update({(prompt, *r): f for r, f in table.items()})
    model = Model({**base.domains, PROMPT: tuple(rewards)}, functions, STEP_VALUES)
    numbers = {"prompts": "2", "shares": "2, 1", "J": "1/2", "eta": "1/20", "L": "1"}
    return witness(
        statement, model, even(), numbers, {**settled(t), "solvable": (*even(), *shares_at(t))}
    )


def in_coordinates(scores: Rows, slopes: Mapping[str, Term]) -> Rows:
    """The gradient of log pi: the score along x, times the slope of x in each coordinate."""
    return {
        (coordinate, *row): Lambda(f.params, slope * f.body)
        for coordinate, slope in slopes.items()
        for row, f in scores.items()
    }


def direction(*params: Term) -> Rows:
    return {(coordinate,): Lambda(params, value) for coordinate, value in UNIT.items()}


def vector_model(slopes: Mapping[str, Term], values: Mapping[Term, Term], moved: Term = t) -> Model:
    """The logistic policy of two coordinates that moves by ``moved`` along the update."""
    base = step_model(STEP, moved, values)
    vectors: dict[Symbol, Rows] = {
        GRADIENT: in_coordinates(base.functions[STEP.score_symbol], slopes),
        DIRECTION: direction(),
    }
    domains = {**base.domains, COORDINATE: tuple(slopes)}
    return Model(domains, {**base.functions, **vectors}, base.values)


def gradient_witness(statement: Statement) -> Instance:
    """g+ = w/2, so the update alpha g+ walks along the logistic policy at x = t/2."""
    moved = half * t
    model = vector_model(UNIT, {L: const(1), alpha: const(1) / 10}, moved)
    start = solve(eq(substitute(moved, {t: ZERO}), ZERO))
    same = (equal_inside(start, Lambda((x,), exp(f))) for f in LOGP.values())
    known = (*even(), *shares_at(substitute(moved, {t: ZERO})), *same)
    numbers = {"J": "1/2", "g+": "(3/10, 2/5)", "alpha": "1/10", "L": "1"}
    facts = {name: (*some, *known) for name, some in settled(moved, moved).items()}
    return witness(statement, model, known, numbers, facts)


def vector_witness(statement: Statement) -> Instance:
    """w = (3/5, 4/5), and a gradient that points elsewhere."""
    model = vector_model(TURNED, {**STEP_VALUES, **BOUNDS})
    numbers = {"J": "1/2", "w": "(3/5, 4/5)", "gap": "1", "eta": "1/20", "L": "5/4", "G": "9/8"}
    return witness(statement, model, even(), numbers, settled(t))


def constants(table: Mapping[tuple[str, ...], int]) -> dict[tuple[str, ...], Lambda]:
    return {row: Lambda((), const(int(value))) for row, value in table.items()}


def table_witness(
    statement: Statement, rows: Mapping[Symbol, tuple[int, int]], index: Sort = RESPONSE
) -> Instance:
    """Two constant numbers for each symbol, as for sums that know no policy."""
    names = {RESPONSE: (RIGHT, WRONG), COORDINATE: tuple(UNIT)}[index]
    functions: dict[Symbol, Rows] = {
        symbol: constants({(name,): a for name, a in zip(names, row, strict=True)})
        for symbol, row in rows.items()
    }
    model = Model({index: names}, functions, {G: const(1)})
    numbers = {symbol.name: f"{a}, {b}" for symbol, (a, b) in rows.items()}
    return witness(statement, model, (), numbers)
