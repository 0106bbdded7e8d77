"""Eq. (17) as printed is false: a three-armed bandit to check by hand.

Arms 1 and 2 are correct, with probability 1/4 each; arm 3 is wrong, with probability 1/2. The
update adds eta to the logit of arm 1, so w = (1, 0, 0). Then

    odds(eta) = (e^eta/4 + 1/4)/(1/2) = (1 + e^eta)/2,

and log odds = eta/2 + eta^2/8 + O(eta^4). The scores are 3/4, -1/4, -1/4: Var+ = 1/4, Var- = 0.
Printed coefficient of eta^2: Var+ - Var- = 1/4. True coefficient: 1/8. The factor 1/2 is missing.

That factor is not all. Let the same update change the logit of arm 1 by eta - eta^2. The scores are
the same, so the printed coefficient is still 1/4, and half of it still 1/8. The true coefficient is
-3/8: E+[H] - E-[H] = -1 is missing too, and the sign of the answer is wrong.
"""

from collections.abc import Sequence

from theory.derivations._prelude import *
from theory.derivations._balls import evaluate, precision
from theory.derivations._series import Coefficient
from theory.derivations.expansion import average, letters, variance
from theory.statements.expansion_printed import STATEMENT

eta = sp.Symbol("eta", positive=True)
WEIGHTS = (sp.Rational(1, 4), sp.Rational(1, 4), sp.Rational(1, 2))
CORRECT, INCORRECT = slice(0, 2), slice(2, 3)
LINEAR, BENT = eta, eta - eta**2
"""Two ways to move the logit of arm 1, with the same slope at eta = 0."""


def log_probability(arm: int, logit: sp.Expr) -> sp.Expr:
    size = WEIGHTS[0] * sp.exp(logit) + WEIGHTS[1] + WEIGHTS[2]
    return sp.log(WEIGHTS[arm]) + (logit if arm == 0 else 0) - sp.log(size)


def success_rate(logit: sp.Expr) -> sp.Expr:
    right = WEIGHTS[0] * sp.exp(logit) + WEIGHTS[1]
    return right / (right + WEIGHTS[2])


def log_odds(logit: sp.Expr) -> sp.Expr:
    return sp.log((1 + sp.exp(logit)) / 2)


def difference(values: Sequence[sp.Expr]) -> sp.Expr:
    """E+ minus E-."""
    right, wrong = values[CORRECT], values[INCORRECT]
    return average(WEIGHTS[CORRECT], right) - average(WEIGHTS[INCORRECT], wrong)


def spread(values: Sequence[sp.Expr]) -> sp.Expr:
    """Var+ minus Var-, the coefficient of eta^2 as printed."""
    right, wrong = values[CORRECT], values[INCORRECT]
    return variance(WEIGHTS[CORRECT], right) - variance(WEIGHTS[INCORRECT], wrong)


SCORES = letters("s", 3)
CURVATURES = {LINEAR: letters("H", 3), BENT: letters("h", 3)}
RATES = dict(zip((LINEAR, BENT), positive("J_1", "J_2"), strict=True))
MEANING = {
    **{J: success_rate(logit) for logit, J in RATES.items()},
    **{s: Coefficient(log_probability(arm, LINEAR), eta, 1) for arm, s in enumerate(SCORES)},
    **{
        h: 2 * Coefficient(log_probability(arm, logit), eta, 2)
        for logit, curvatures in CURVATURES.items()
        for arm, h in enumerate(curvatures)
    },
}
GAP, PRINTED = (value.subs(MEANING).doit() for value in (difference(SCORES), spread(SCORES)))
TRUE = {logit: Coefficient(log_odds(logit), eta, 2).doit() for logit in (LINEAR, BENT)}
ROWS = tuple(sp.Rational(1, n) for n in (2, 10, 100, 1000))


def _strand(name: str, logit: sp.Expr) -> tuple[Step, ...]:
    J = RATES[logit]
    corrected = (spread(SCORES) + difference(CURVATURES[logit])) / 2
    beyond = (log_odds(logit) - GAP * eta) / eta**2
    return (
        begin(
            f"odds, {name}",
            Relation(J / (1 - J), "=", (1 + sp.exp(logit)) / 2),
            "The odds after the update; the normalisation cancels.",
            Algebra(),
        ),
        Step(
            f"log odds, {name}",
            Relation(sp.log(J / (1 - J)), "=", log_odds(logit)),
            "Take the logarithm; the log odds at eta = 0 are log 1 = 0.",
            Increasing(sp.log, f"odds, {name}"),
        ),
        begin(
            f"coefficient, {name}",
            Relation(Coefficient(log_odds(logit), eta, 2), "=", TRUE[logit]),
            "The coefficient of the squared step, by differentiation.",
            Algebra(),
        ),
        begin(
            f"limit, {name}",
            Relation(sp.Limit(beyond, eta, 0, "+"), "=", TRUE[logit]),
            "The same from the log odds themselves, for a table of numbers.",
            Limits(),
        ),
        begin(
            f"corrected, {name}",
            Relation(corrected, "=", TRUE[logit]),
            "The corrected formula (Var+ - Var- + E+[H] - E-[H])/2 agrees.",
            Algebra(),
        ),
        Step(
            f"refuted, {name}",
            Relation(TRUE[logit], "<", PRINTED),
            "The printed one does not: it is larger.",
            signs((sp.Integer(1), PRINTED - TRUE[logit])),
        ),
    )


NAMES = ("linear logit", "bent logit")
DERIVATION = derive(
    STATEMENT,
    (
        Range(eta, sp.Integer(0), sp.Integer(1), "step size"),
        *(Let(symbol, value) for symbol, value in MEANING.items()),
    ),
    begin(
        "gap",
        Relation(difference(SCORES), "=", GAP),
        "The scores are 3/4, -1/4 and -1/4, whichever way the logit moves.",
        Algebra(),
    ),
    begin(
        "printed",
        Relation(spread(SCORES), "=", PRINTED),
        "Var+ - Var-, the coefficient as printed.",
        Algebra(),
    ),
    *_strand(NAMES[0], LINEAR),
    *_strand(NAMES[1], BENT),
    results=(
        "gap",
        "printed",
        *(
            f"{what}, {name}"
            for name in NAMES
            for what in ("log odds", "coefficient", "limit", "corrected", "refuted")
        ),
    ),
    title="The expansion as printed, refuted on a three-armed bandit",
)


def table(digits: int = 10) -> str:
    """(log odds - gap eta)/eta^2 at a few steps, certified digits; the printed value is 1/4."""
    lines = [f"{'eta':>8}  {'linear logit':>{digits + 4}}  {'bent logit':>{digits + 4}}"]
    with precision():
        for step in ROWS:
            values = (
                evaluate((log_odds(logit) - GAP * eta) / eta**2, {eta: evaluate(step, {})})
                for logit in (LINEAR, BENT)
            )
            cells = (f"{value.str(digits, radius=False):>{digits + 4}}" for value in values)
            lines.append(f"{step!s:>8}  {'  '.join(cells)}")
    last = (f"{TRUE[logit]!s:>{digits + 4}}" for logit in (LINEAR, BENT))
    printed = (f"{PRINTED!s:>{digits + 4}}" for _ in (LINEAR, BENT))
    lines += [f"{'limit':>8}  {'  '.join(last)}", f"{'printed':>8}  {'  '.join(printed)}"]
    return "\n".join(lines)
