"""From a loss per step to a logistic curve: the part that Theorem 1(b) and Theorem 3 share.

One step changes the log odds by at least eta gap - c eta^2. The loss c eta^2 eats at most half of
the gain as long as eta <= gap/(2c). Then every step gains eta gap/2, K steps gain M(K)/2, and
log odds of at least f(0) + M/2 mean a success rate of at least J(0)/(J(0) + (1-J(0)) e^(-M/2)).
"""

from theory.derivations._prelude import *

(start,) = positive("J_0")
f, f_next, f_start, M, M_next = sp.symbols("f f' f_0 M M'", real=True)
J_last = sp.Symbol("J_K", positive=True)
curve = 1 / (1 + sp.exp(-f_start - M_next / 2))


def domain(cost: sp.Expr, bound: sp.Expr, *more: Range) -> Domain:
    """One step eta < bound, with loss ``cost`` eta^2; ``more`` are the constants in the cost."""
    return Domain(
        (
            SUCCESS,
            *more,
            FAVOURABLE,
            Range(eta, ZERO, bound, "step size, below the step condition"),
            Range(start, ZERO, ONE, "success rate at the start"),
            Let(f_start, sp.log(start) - sp.log(1 - start), "log odds at the start"),
            Range(M, ZERO, sp.oo, "cumulative gap of the steps so far"),
            Let(M_next, M + gain * eta, "with this step"),
            Range(f, f_start + M / 2, sp.oo, "log odds before this step, by induction"),
            Range(f_next, f + gain * eta - cost * eta**2, sp.oo, "log odds after this step"),
            Let(J_last, 1 / (1 + sp.exp(-f_next)), "success rate after this step"),
        )
    )


def names(**more: sp.Expr) -> dict[str, sp.Expr]:
    """What the statements about a trajectory call the letters of step k, 0 and K."""
    return {
        **VALUES,
        "gap": gain,
        "eta(k)": eta,
        "gap(k)": gain,
        "F(k)": F,
        "J(k)": J,
        "J(0)": start,
        "F(0)": 1 - start,
        "M(K)": M_next,
        "J(K)": J_last,
        **more,
    }


def half_the_gain(cost: sp.Expr, bound: sp.Expr) -> tuple[Step, ...]:
    """The step condition, solved from: the loss is at most half of the gain."""
    loss, half = cost * eta**2, gain * eta / 2
    return (
        begin(
            "one step",
            Relation(gain * eta - loss, "<=", f_next - f),
            "The lower bound on one step.",
            signs((ONE, f_next - f - gain * eta + loss)),
        ),
        begin(
            "step condition",
            Equivalence(Relation(ZERO, "<=", half - loss), Relation(eta, "<=", bound)),
            "The loss is at most half of the gain: divide by the step and solve.",
            Solve(eta, cost * eta),
        ),
    )


def logistic(cost: sp.Expr, bound: sp.Expr) -> tuple[Step, ...]:
    """One step, many steps, and the success rate."""
    half = gain * eta / 2
    return (
        begin(
            "half the gain",
            Relation(half, "<=", f_next - f),
            "With such a step the other half of the gain is left.",
            signs((ONE, "one step"), (cost * eta, bound - eta)),
        ),
        begin(
            "induction",
            Relation(f_start + M_next / 2, "<=", f_next),
            "Add what the earlier steps have gained.",
            signs((ONE, "half the gain"), (ONE, f - f_start - M / 2)),
        ),
        begin(
            "negative",
            Relation(-f_next, "<=", -f_start - M_next / 2),
            "Change the sign.",
            signs((ONE, "induction")),
        ),
        Step(
            "odds",
            Relation(sp.exp(-f_next), "<=", sp.exp(-f_start - M_next / 2)),
            "The odds of failure after all steps.",
            Increasing(sp.exp, "negative"),
        ),
        begin(
            "curve",
            Relation(curve, "<=", J_last),
            "A rate is 1/(1 + odds of failure).",
            signs((curve / (1 + sp.exp(-f_next)), "odds")),
        ),
    )


def steps(cost: sp.Expr, bound: sp.Expr) -> tuple[Step, ...]:
    """From a loss of ``cost`` eta^2, through the condition eta <= bound, to the logistic curve."""
    return (*half_the_gain(cost, bound), *logistic(cost, bound))
