"""A verifier that errs: right responses pass with chance tp, wrong ones with chance fp.

The mean reward of a response is then fp + (tp - fp) r. Training on it follows the true gradient,
tp - fp times as long, and its gap is the true gap times (tp - fp) J(1-J) over what the verifier
sees as J(1-J). A verifier with tp < fp turns learning round.
"""

from theory.statements._prelude import *
from theory.statements._common import *
from theory.statements._grpo import DR_GRPO, dr_grpo

tp, fp = var("tp"), var("fp")
J_seen, F_seen, gap_seen, noisy = map(var, ("J_seen", "F_seen", "gap_seen", "noisy"))
PASSES = fp + (tp - fp) * STEP.reward
RIGHT, WRONG = PASSES * exp(STEP.logp()), (1 - PASSES) * exp(STEP.logp())
SEEN = total(o, RIGHT)

STATEMENT = Statement(
    slug="noisy_verifier",
    title="A verifier that errs: the true gradient times tp - fp, turned round when tp < fp",
    paper_ref="not in the paper",
    kind="equality",
    hypotheses=(
        NORMALISED,
        INTERIOR,
        Hypothesis(
            "seen", conj(0 < SEEN, SEEN < 1), "the verifier passes some responses, and not all"
        ),
    ),
    conclusion=conj(
        eq(J_seen, fp + (tp - fp) * J),
        eq(noisy, (tp - fp) * dr_grpo),
        eq(J_seen * F_seen * gap_seen, (tp - fp) * (J * F * gap)),
    ),
    notation=(
        SUCCESS,
        FAILURE,
        GAP,
        DR_GRPO,
        Notation(J_seen, SEEN, "the success rate that the verifier sees"),
        Notation(F_seen, 1 - SEEN, "the failure rate that the verifier sees"),
        Notation(
            gap_seen,
            total(o, RIGHT * STEP.score()) / SEEN - total(o, WRONG * STEP.score()) / (1 - SEEN),
            "the gap alignment that the verifier sees",
        ),
        Notation(
            noisy,
            total(o, exp(STEP.logp()) * (PASSES - SEEN) * STEP.score()),
            "E[A s] with the verifier's rewards",
        ),
    ),
    remark="By eta_safe the longest safe step near J = 0 is 2 gap/L: it is judged by the true gap,"
    " while the gap that one measures is the smaller one that the verifier sees.",
    twins=(
        Twin("only false negatives count", eq(noisy, tp * dr_grpo)),
        Twin("the gap itself is scaled", eq(gap_seen, (tp - fp) * gap)),
        Twin("sign flipped", eq(noisy, (fp - tp) * dr_grpo)),
    ),
)
