"""While J <= 2 J(0) the log odds grow by 2 alpha c delta^2 a step; doubling J takes log 2."""

from theory.proofs._prelude import *
from theory.proofs import lemma_1_sharp
from theory.proofs._trajectory import at_step, climb, interior
from theory.proofs._witness import witness as proved_witness
from theory.proofs._witness_paths import Path
from theory.proofs.theorem_1b import END, START
from theory.statements.cold_start import STATEMENT, c, delta, factor
from theory.statements.lemma_1_sharp import STATEMENT as SHARP

HYPOTHESES = STATEMENT.formal_hypotheses
TWO = lift(2)
RISE = 2 * alpha * c * delta**2


def claim(count: Term, line: Line) -> Term:
    so_far = RISE * count
    return implies(so_far <= log(TWO), line.log_odds() <= START.log_odds() + so_far)


def forward() -> Proof:
    """0 <= eta_k."""
    return solve(0 <= steps(k), at(HYPOTHESES["updates"], k), at(HYPOTHESES["scale"], k), rate())


def rate() -> Proof:
    return assume(HYPOTHESES["rate"])


def not_doubled(line: Line) -> Proof:
    """log odds <= log odds(0) + log 2 implies J <= 2 J(0)."""
    here = line.log_odds() <= START.log_odds() + log(TWO)
    inside = (*interior(line), *interior(START))
    lower = solve(line.log_odds() + -log(TWO) <= START.log_odds(), assume(here))
    odds = odds_at_least(line.success(), START.success(), -log(TWO), lower, *inside)
    twice = exp_equal(odds.conclusion.args[1].args[1].args[0], log(TWO)), exp_log(solve(0 < TWO))
    return discharge(solve(line.success() <= 2 * START.success(), odds, *twice, *inside), here)


def rise() -> Proof:
    """J(k) <= 2 J(0) implies that the log odds change by 2 alpha c delta^2 at most."""
    rare = AT_K.success() <= 2 * START.success()
    gap, scaled = AT_K.alignment(), alpha * factor(k)
    updates, scale = at(HYPOTHESES["updates"], k), at(HYPOTHESES["scale"], k)
    sharp = at_step(lemma_1_sharp.prove(SHARP.formal_conclusion))
    curved = solve(
        (L + G**2 / 2) * steps(k) ** 2 <= steps(k) * gap,
        updates,
        scale,
        at(HYPOTHESES["damped"], k),
        rate(),
    )
    bounded = apply_implication(at(HYPOTHESES["rare"], k), assume(rare))
    low = solve(scaled <= alpha * c, bounded, rate())
    square = solve(gap**2 <= delta**2, scale)
    product = solve(scaled * gap**2 <= alpha * c * delta**2, low, square, rate(), scale)
    gain = solve(steps(k) * gap <= alpha * c * delta**2, product, updates)
    return discharge(solve(AT_K.log_odds_change() <= RISE, sharp, curved, gain), rare)


def prove(goal: Term) -> Proof:
    first = solve(START.success() <= 2 * START.success(), *interior(START))
    positive = solve(
        0 <= RISE,
        apply_implication(specialise(assume(HYPOTHESES["rare"]), const(0)), first),
        at(HYPOTHESES["scale"], const(0)),
        rate(),
    )
    base = solve(claim(const(0), START))
    climbed = climb(claim, base, not_doubled(AT_K), rise(), positive)
    known = specialise(climbed, K), not_doubled(END)
    return conclude(goal, *(use(proof, generalise(forward(), k)) for proof in known))


def witness() -> Instance:
    """From J(0) = 1/(1 + e^2) in steps of 1/20, with gap 1 and factor 1."""
    offset, step = Lambda((k,), k / 20 - 2), Lambda((k,), const(1) / 20)
    advance = solve(eq(offset(k) + step(k), offset(k + 1)))
    path = Path(offset, step, advance, solve(0 <= step(k)))
    values = {alpha: const(1) / 20, c: const(1), delta: const(1)}
    model = path.model(values, {factor: Lambda((k,), const(1))})
    numbers = {"J(0)": "1/(1 + exp(2))", "eta": "1/20", "gap": "1", "factor": "1", "L": "1"}
    return proved_witness(STATEMENT, model, path.known(), numbers, path.narrow())
