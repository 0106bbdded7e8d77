"""J_q' >= J_q e^x >= J_q (1 + x) with x = eta E+[s] - L eta^2/2; weight and add."""

from theory.proofs._prelude import *
from theory.proofs._growth import smooth_growth
from theory.proofs._witness import prompt_witness
from theory.statements.mean_success_step import STATEMENT
from theory.statements.multi_prompt import share

J, J_NEXT = AT_Q.success(), AT_Q.success(eta)
SLOPE, LOSS = total(o, AT_Q.correct() * AT_Q.score()), L * eta**2 / 2
HYPOTHESES = STATEMENT.formal_hypotheses


@cache
def grows() -> Proof:
    """J_q (1 + eta E+[s] - L eta^2/2) <= J_q', for every prompt q."""
    general = instantiate(
        smooth_growth(True),
        functions={
            STEP.logp_symbol: Lambda((o, t), AT_Q.logp(t)),
            STEP.score_symbol: Lambda((o, t), AT_Q.score(t)),
            STEP.reward_symbol: Lambda((o,), AT_Q.reward),
        },
    )
    names = ("differentiable", "smooth", "verifiable", "solvable")
    lemma = use(general, *(at(HYPOTHESES[name], q) for name in names))
    x = lemma.conclusion.args[0].args[1].args[0]
    solvable = at(HYPOTHESES["solvable"], q)
    rate = AT_Q.mean_correct(AT_Q.score())
    above = solve_hiding(J * (1 + x) <= J * exp(x), (J, x, exp(x)), tangent(x), solvable)
    return solve(J * (1 + eta * rate - LOSS) <= J_NEXT, lemma, above)


def prove(goal: Term) -> Proof:
    solvable = at(HYPOTHESES["solvable"], q)
    if goal.op == "and":
        return both(*map(prove, goal.args))
    if goal.op == "forall":
        return generalise(conclude(goal.args[1], grows(), solvable), q)
    each = solve(J + eta * SLOPE - LOSS * J <= J_NEXT, grows(), solvable)
    a = share(q)
    weighed = solve_hiding(
        a * J + eta * (a * SLOPE) - LOSS * (a * J) <= a * J_NEXT,
        (a, J, SLOPE, J_NEXT),
        each,
        at(HYPOTHESES["shares"], q),
    )
    added = sum_at_least(weighed, q, (1 - LOSS, a * J), (eta, a * SLOPE))
    return conclude(goal, added, solvable)


witness = partial(prompt_witness, STATEMENT)
