"""Instances for the token-level step claims, each of which breaks one hypothesis and no other.

Most are those of `_dropped`, seen as trees of one token. None breaks `indicators`: a response goes
on with some token wherever begins(p, o) is not 0, and more is not used (tree_path has the reason).
"""

from fractions import Fraction

from numeric.checks._dropped import DROPPED, FAIR, HALF, SHORT, TINY, rare_failure
from numeric.checks._instances import Instance, Number, log_linear, two_arms
from numeric.checks._tree_instances import Counters, TreeInstance, flat, tree_counters
from numeric.checks._trees import DEFECTS, PAIR, on_prefixes, with_stray
from theory.kernel.statement import Statement

QUARTER = Fraction(1, 4)


def shape_counters(statement: Statement, G: Number = Fraction(3, 4)) -> Counters:
    """Trees with a stray response, correct, whose probability crumbles though its score is 0."""
    instance = tree_counters(statement)

    def crumbling(defect: str) -> TreeInstance:
        shape = DEFECTS[defect](PAIR)
        return TreeInstance(
            shape,
            with_stray(on_prefixes(PAIR, two_arms(Fraction(1, 3))), QUARTER, 0, -8),
            {"eta": QUARTER, "L": QUARTER, "G": G, "T": 1, "T_psi": 3},
            reward=(1, 0, 1)[: len(shape.whole)],
        )

    return {
        f"drop {defect}": instance(crumbling(defect), "a response that grew nowhere", defect)
        for defect in DEFECTS
    }


def without_success(statement: Statement) -> Counters:
    """For the claims whose conclusion speaks of means over correct responses."""
    failing = flat(Instance(FAIR, HALF, QUARTER, HALF, reward=(0, 0)))
    note = "J = 0: the mean over correct responses is 0/0"
    return {"drop interior": tree_counters(statement)(failing, note, "interior", True)}


# -- Lemma 2 -----------------------------------------------------------------------------------

# A correct response of slope 0 and probability 1/2, failures of slope 1 and -1: gap 0.
SPREADING = log_linear((HALF, QUARTER, QUARTER), (0, 1, -1))
SPREAD = {"smooth": "|score'| = Var(slopes) <= c/(1 + c) for c = cosh(t) < 8/7, as t <= 1/2"}


def spreading(eta: Fraction) -> TreeInstance:
    """Failures gain mass though the gap is 0: log odds fall by log cosh eta; eta <= 1/2."""
    return flat(Instance(SPREADING, eta, Fraction(8, 15), 1, reward=(1, 0, 0), because=SPREAD))


def lemma_2_counters(statement: Statement) -> Counters:
    """For Lemma 2 with either constant.

    No instance was found that needs `short`. There is none with 1-J >= 1/2, and none with
    L E+[len] <= 3/2 G^2 T_psi: there the loss exceeds that of token_sharp_step, which holds for
    steps of any size."""
    instance = tree_counters(statement)

    def dropped(name: str, found: Instance, note: str, **more: Number) -> Counters:
        return {f"drop {name}": instance(flat(found, **more), note, name)}

    wrong_sign = two_arms(1, slope=-1).misreported(-1)
    negative = Instance(two_arms(Fraction(21, 20), slope=-1), Fraction(1, 32), QUARTER, 1, (1, -1))
    return {
        **shape_counters(statement),
        **without_success(statement),
        **dropped("normalised", *DROPPED["normalised"]),
        **dropped("smooth", *DROPPED["smooth"]),
        **dropped("forward", *DROPPED["forward"]),
        **dropped(
            "differentiable",
            Instance(wrong_sign, SHORT, QUARTER, HALF),
            "the reported score has the wrong sign",
        ),
        **dropped(
            "verifiable",
            negative,
            "rewards 1 and -1: J = 2 pi(0) - 1 is nearly 0, and falls to a third of that",
        ),
        **dropped("bounded", rare_failure(QUARTER, G=0), "G = 0 and scores 1 and -1"),
        **dropped(
            "light", rare_failure(QUARTER), "T_psi = 1/100 for responses of length 1", T_psi=TINY
        ),
    }
