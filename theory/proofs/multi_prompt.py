"""For each prompt log J_q' >= log J_q + eta E+[s] - L eta^2/2; weight and add."""

from theory.proofs._prelude import *
from theory.proofs._growth import smooth_growth
from theory.proofs._witness import prompt_witness
from theory.statements.multi_prompt import STATEMENT, objective_at, share, slope_at

J_now, J_next, RATE = AT_Q.success(), AT_Q.success(eta), AT_Q.mean_correct(AT_Q.score())
LOSS = L * eta**2 / 2


def hypothesis_at_q(name: str, *more: Term) -> Proof:
    return at(STATEMENT.formal_hypotheses[name], q, *more)


def log_step() -> Proof:
    """log J_q + eta E+[s] - L eta^2/2 <= log J_q', for every prompt q."""
    general = instantiate(
        smooth_growth(True),
        functions={
            STEP.logp_symbol: Lambda((o, t), AT_Q.logp(t)),
            STEP.score_symbol: Lambda((o, t), AT_Q.score(t)),
            STEP.reward_symbol: Lambda((o,), AT_Q.reward),
        },
    )
    names = ("differentiable", "smooth", "verifiable")
    solvable = hypothesis_at_q("solvable", const(0))
    grows = use(general, *(hypothesis_at_q(name) for name in names), solvable)
    x = grows.conclusion.args[0].args[1].args[0]
    positive_next = hypothesis_at_q("solvable", eta)
    whole = exp_sum(log(J_now), x)
    below = solve(exp(log(J_now) + x) <= J_next, whole, exp_log(solvable), grows)
    return solve(log(J_now) + eta * RATE - LOSS <= log(J_next), log_at_least(below, positive_next))


def derivative() -> Proof:
    """The slope of the objective is the weighted sum of E+[score]."""
    known = hypothesis_at_q("differentiable", o), hypothesis_at_q("solvable", t)
    raw = differentiate(t, objective_at(t), *known)
    function, slope = raw.conclusion.args[1:]
    inner = next(term for term in _sums(slope.args[1]) if AT_Q.score(t) in _parts(term))
    weighted = AT_Q.correct(t) * AT_Q.score(t)
    tidy = sum_equal(solve(eq(inner.args[1], weighted)), o, (1, weighted))
    term = slope_at(t).args[1]
    pointwise = solve(eq(slope.args[1], term), tidy, known[1])
    same = sum_equal(pointwise, q, (1, term))
    return rename_derivative(
        raw, solve(eq(function, function)), solve(eq(slope, slope_at(t)), same)
    )


def _parts(term: Term) -> list[Term]:
    return [term, *(x for a in term.args for x in _parts(a))]


def _sums(term: Term) -> list[Term]:
    return [x for x in _parts(term) if x.op == "sum"]


def prove(goal: Term) -> Proof:
    pointwise = solve(
        share(q) * log(J_now) + share(q) * RATE * eta - share(q) * LOSS <= share(q) * log(J_next),
        log_step(),
        hypothesis_at_q("shares"),
    )
    added = sum_at_least(
        pointwise, q, (1, share(q) * log(J_now)), (eta, share(q) * RATE), (-LOSS, share(q))
    )
    solvable = (hypothesis_at_q("solvable", const(0)), hypothesis_at_q("solvable", eta))
    if goal.op != "and":
        return conclude(goal, added, *solvable)
    slope = derivative()
    defined = conclude(slope.conclusion, slope, hypothesis_at_q("solvable", t))
    return both(defined, conclude(goal.args[1], added, *solvable))


witness = partial(prompt_witness, STATEMENT)
