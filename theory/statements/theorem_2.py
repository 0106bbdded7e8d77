"""Theorem 2: with a step of the printed range the success rate can fall at every step, to zero."""

from theory.statements._prelude import *
from theory.statements._collapse import *
from theory.statements._trajectory import GAP, SUCCESS

STATEMENT = Statement(
    slug="theorem_2",
    title="Overshooting: a step that is too long makes the success rate fall to zero",
    paper_ref="Theorem 2",
    kind="exists",
    hypotheses=(START, POSITIVE_GAP, POSITIVE_L, ROOT, LONG, SHORT),
    conclusion=conj(POLICY, REGULAR, COLLAPSE),
    notation=(SUCCESS, GAP),
    parameters=PARAMETERS,
    expected="witnessed",
    twins=(
        Twin("twice the gap", conj(POLICY, REGULAR, with_alignment(2 * gap))),
        Twin("J rises", conj(POLICY, REGULAR, conj(aligned(), rises(), vanishes()))),
        Twin("half the smoothness", conj(POLICY, regular(L / 2), COLLAPSE)),
        Twin("any step", drop="long"),
        Twin("small scores", drop="root"),
    ),
    printed="the same for some G >= sqrt L",
    remark="For every J(0), gap, step of the range and G with L <= G^2 < 6.5 L: there the least "
    "step is longer than 8 gap/L. The bound on the gap follows.",
)
