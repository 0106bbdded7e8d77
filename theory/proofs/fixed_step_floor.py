"""J' >= J e^(c (rho - J)) >= J (1 + c (rho - J)) with c = eta gap <= 1 and rho = 1 - eta L/(2 gap).

Above rho that is at least rho, because c J <= 1; below rho J rises, by c eps min(J(0), rho) or more
while it is below rho - eps."""

from theory.proofs._prelude import *
from theory.proofs import log_success_step
from theory.proofs._trajectory import NEXT, arrival, at_step, interior
from theory.proofs._witness_paths import steady_witness
from theory.statements.corollary_1 import CONSTANT, least_gap
from theory.statements.fixed_step_floor import FLOOR, STATEMENT

NOW, THEN, START = AT_K.success(), NEXT.success(), line_at(0).success()
LEAST = minimum(START, FLOOR)

given = partial(assumed, STATEMENT)


@cache
def grows() -> Proof:
    """J (1 + eta gap (rho - J)) <= J'."""
    hypotheses = STATEMENT.formal_hypotheses
    raw = at_step(log_success_step.rate_grows(True))
    product, then = raw.conclusion.args
    exponent = product.args[1].args[0]
    size, aligned = (at(hypotheses[name], k) for name in ("constant", "uniform"))
    low, high = interior(AT_K)
    drift = eta * least_gap * (FLOOR - NOW)
    gap = AT_K.alignment()
    bent = solve_hiding(
        drift <= exponent,
        (gap, NOW),
        size,
        aligned,
        high,
        at(hypotheses["forward"], k),
        *given("favourable"),
    )
    linear = tangent(exponent)
    return solve_hiding(
        NOW * (1 + drift) <= THEN,
        (product.args[1], exponent, drift, NOW, THEN, then),
        raw,
        linear,
        bent,
        low,
        arrival(),
    )


PACE = eta * least_gap


@cache
def pace() -> tuple[Proof, ...]:
    """0 <= c <= 1."""
    step = at(STATEMENT.formal_hypotheses["forward"], k), at(CONSTANT.formula, k)
    return solve(0 <= PACE, *step, *given("favourable")), *given("modest")


@cache
def keeps() -> Proof:
    """min(J, rho) <= J'."""
    hidden = (PACE, FLOOR, NOW, THEN)
    return solve_hiding(minimum(NOW, FLOOR) <= THEN, hidden, grows(), *interior(AT_K), *pace())


@cache
def never_below() -> Proof:
    """For all k, min(J(0), rho) <= J(k)."""
    base = solve(LEAST <= START)
    step = solve(LEAST <= THEN, assume(LEAST <= NOW), keeps())
    return induction(k, LEAST <= NOW, base, step)


@cache
def climbs() -> Proof:
    """0 < min(J(0), rho)  |-  for all k, rho - eps <= J(k), or it times 1 + k c eps is <= J(k)."""

    def claim(n: Term, rate: Term) -> Term:
        return minimum(FLOOR - eps, LEAST * (1 + n * (PACE * eps))) <= rate

    facts = (grows(), keeps(), specialise(never_below(), k), assume(0 < LEAST), *given("tolerance"))
    hidden = (LEAST, FLOOR, NOW, THEN, PACE)
    base = solve_hiding(claim(const(0), START), (FLOOR,), solve(LEAST <= START))
    step = solve_hiding(claim(k + 1, THEN), hidden, assume(claim(k, NOW)), *facts, *pace())
    return induction(k, claim(k, NOW), base, step)


@cache
def reaches() -> Proof:
    """Enough steps, and then rho - eps <= J."""
    enough, reached = STATEMENT.formal_conclusion.args[1].args
    rate, positive = line_at(K).success(), solve(0 <= K)
    grown = solve(1 <= LEAST * (K * (PACE * eps)), assume(enough))
    hidden = (LEAST, FLOOR, PACE, rate)
    steps_taken = instantiate(pace()[0], {k: K})
    least = solve_hiding(0 < LEAST, hidden, grown, steps_taken, positive, *given("tolerance"))
    risen = use(specialise(climbs(), K), least)
    late = solve_hiding(reached, hidden, risen, least, grown, interior(line_at(K))[1])
    return discharge(late, enough)


def prove(goal: Term) -> Proof:
    return conclude(
        goal,
        specialise(never_below(), K),
        reaches(),
        *given("favourable"),
        *interior(line_at(0)),
        *interior(AT_K),
    )


def witness() -> Instance:
    """eta = 1/20 with gap 1: rho = 39/40, above J(0) = 1/2."""
    return steady_witness(STATEMENT, {least_gap: const(1), eta: const(1) / 20, eps: const(1) / 10})
