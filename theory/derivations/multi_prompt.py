"""Several prompts: the inequality for each log J_q, weighted and summed.

For each prompt log J_q' >= log J_q + eta s_q - L eta^2/2, where s_q = E+[s] is the slope of log J_q
along the update. The inequality is linear in what depends on the prompt, so it survives a weighted
mean over prompts; multiply by the total weight A.
"""

from theory.derivations._prelude import *
from theory.statements.multi_prompt import STATEMENT

(A,) = positive("A")
here, there, s = sp.symbols("log_J_q log_J_q' s_q", real=True)
mean_here, mean_there, mean_s = sp.symbols("mean_log_J mean_log_J' mean_s", real=True)
objective, objective_next, slope = sp.symbols("objective objective_next slope", real=True)
curvature = L * eta**2 / 2
NAMES = {**VALUES, "A": A, "objective": objective, "objective_next": objective_next, "slope": slope}
CLAIM = relation(STATEMENT.conclusion.args[1], NAMES)
LEAST, MEAN_LEAST = here + eta * s - curvature, mean_here + eta * mean_s - curvature

DERIVATION = derive(
    STATEMENT,
    (
        SMOOTHNESS,
        STEP_SIZE,
        Range(here, -sp.oo, ZERO, "log success rate of one prompt"),
        Range(s, -sp.oo, sp.oo, "its slope along the update"),
        Range(there, LEAST, sp.oo, "after the update, by log_success_step"),
        Range(A, ZERO, sp.oo, "total weight of the prompts"),
        Range(mean_here, -sp.oo, ZERO, "weighted means over prompts"),
        Range(mean_s, -sp.oo, sp.oo, "weighted means over prompts"),
        Range(mean_there, MEAN_LEAST, sp.oo, "weighted means over prompts"),
        Let(objective, A * mean_here, "sum of a_q log J_q"),
        Let(slope, A * mean_s, "its slope"),
        Let(objective_next, A * mean_there, "after the update"),
    ),
    begin(
        "one prompt",
        Relation(LEAST, "<=", there),
        "log_success_step for one prompt.",
        signs((ONE, there - LEAST)),
    ),
    Step(
        "mean over prompts",
        Relation(MEAN_LEAST, "<=", mean_there),
        "A weighted mean over prompts keeps a linear inequality.",
        Mean("one prompt", ((here, mean_here), (there, mean_there), (s, mean_s)), (here, there, s)),
    ),
    begin(
        "sum",
        Relation(CLAIM.left, "<=", objective_next),
        "Multiply by the total weight.",
        signs((A, "mean over prompts")),
    ),
    stated=(("sum", CLAIM),),
)
