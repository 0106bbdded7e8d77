"""From one update to a trajectory: instantiate the step theorems at step k, then induction."""

from collections.abc import Callable

from theory.proofs._prelude import *
from theory.proofs.log_success_step import next_positive
from theory.vocabulary import continues

NEXT = line_at(k + 1)


def along(step_theorem: Proof) -> Proof:
    """A theorem about one update, at step k of a trajectory; 0 < J(k) < 1 stays a hypothesis."""
    lifted = instantiate(
        step_theorem,
        {eta: steps(k)},
        {
            STEP.logp_symbol: Lambda((o, t), AT_K.logp(t)),
            STEP.score_symbol: Lambda((o, t), AT_K.score(t)),
        },
    )
    everywhere = (
        AT_K.normalised(),
        AT_K.differentiable(),
        AT_K.smooth(),
        AT_K.bounded(),
        0 <= steps(k),
    )
    facts = [at(forall(k, h), k) for h in everywhere if h in lifted.hypotheses]
    return use(lifted, *facts)


@cache
def arrival() -> Proof:
    """J(k+1) is the success rate after step k."""
    hole = var("hole")
    same = specialise(assume(continues()), k, o)
    mass = congruence(same, hole, exp(hole))
    weights = solve(eq(NEXT.correct(), AT_K.correct(steps(k))), mass)
    added = sum_equal(weights, o, (1, AT_K.correct(steps(k))))
    return solve(eq(NEXT.success(), AT_K.success(steps(k))), added)


def interior_at(line: Line) -> Term:
    return conj(0 < line.success(), line.success() < 1)


@cache
def always_interior() -> Proof:
    """For all k, 0 < J(k) < 1."""
    success, failure = along(next_positive(True)), along(next_positive(False))
    step = both(
        solve(0 < NEXT.success(), success, arrival()), solve(NEXT.success() < 1, failure, arrival())
    )
    return induction(k, interior_at(AT_K), assume(interior_at(line_at(0))), step)


def interior(line: Line) -> tuple[Proof, Proof]:
    """0 < J and J < 1 at one step of the trajectory."""
    here = specialise(always_interior(), line.prefix[0])
    return part(here, 0), part(here, 1)


def at_step(step_theorem: Proof) -> Proof:
    """As ``along``, with 0 < J(k) < 1 proved."""
    return use(along(step_theorem), specialise(always_interior(), k))


@cache
def change_is_difference() -> Proof:
    """f(k+1) - f(k) = change of the log odds in step k."""
    arrived = arrival()
    logs = equal_inside(arrived, log), equal_inside(arrived, lambda x: log(1 - x))
    return solve(eq(NEXT.log_odds() - AT_K.log_odds(), AT_K.log_odds_change()), *logs)


def climb(claim: Callable[[Term, Line], Term], base: Proof, *step: Proof) -> Proof:
    """Induction over the steps: ``claim(k, line at k)`` at 0, and from k to k + 1."""
    grown = solve(claim(k + 1, NEXT), assume(claim(k, AT_K)), *step, change_is_difference())
    return induction(k, claim(k, AT_K), base, grown)


def accumulate(step: Proof, below: bool, *gains: tuple[Term, Term]) -> Proof:
    """From c1*g1(k) + c2*g2(k) + ... <= change in step k (or >=), with constant c's:
    f(0) + c1 * sum_{j<k} g1(j) + ... <= f(k) for all k (or >=)."""

    def claim(n: Term, line: Line) -> Term:
        so_far = line_at(0).log_odds()
        for factor, gain in gains:
            so_far = so_far + factor * prefix_sum(k, n, gain)
        return so_far <= line.log_odds() if below else line.log_odds() <= so_far

    base = solve(claim(const(0), line_at(0)), *(prefix_zero(k, gain) for _, gain in gains))
    return climb(claim, base, *(prefix_step(k, k, gain) for _, gain in gains), step)
