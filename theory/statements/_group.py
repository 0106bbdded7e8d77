"""A group of responses to one prompt, drawn at random.

    z               an outcome of the draw, of probability law(z)
    a, b            members of the group; there are n
    draw(z, a)      the response that member a is
    hit(z, a, o)    1 if draw(z, a) is o, else 0
    same(b, a)      1 if b is a, else 0
    others(z, a)    what the rewards of the others are; rest(z, a, x) is 1 if this is x, else 0
    advantage(z, a) the weight of a member's score in the update
    deviation(z)    the standard deviation of the rewards in the group
    raised(b, a, x) the advantage of member b if member a is right and the others of a earn x;
    lowered         the same if a is wrong

Every claim about them holds for all finite sets of outcomes and of members, so for every n. What
is random is a term in z, and its expectation is the sum of law(z) times it.
"""

from theory.statements._prelude import *
from theory.kernel.terms import Sort
from theory.statements import _common as common
from theory.statements._common import FAILURE as FAILURE
from theory.statements._common import INTERIOR as INTERIOR
from theory.statements._common import SUCCESS as SUCCESS
from theory.statements._common import F as F
from theory.statements._common import J as J
from theory.statements._grpo import BINARY as BINARY
from theory.statements._grpo import PI as PI
from theory.tree import either

OUTCOME, MEMBER, OTHERS = Sort("Outcome"), Sort("Member"), Sort("Others")
z, a, b = var("z", OUTCOME), var("a", MEMBER), var("b", MEMBER)
x = var("x", OTHERS)
o2 = var("o2", RESPONSE)
law = Symbol("law", (OUTCOME,))
draw = Symbol("draw", (OUTCOME, MEMBER), RESPONSE)
hit = Symbol("hit", (OUTCOME, MEMBER, RESPONSE))
same = Symbol("same", (MEMBER, MEMBER))
others = Symbol("others", (OUTCOME, MEMBER), OTHERS)
rest = Symbol("rest", (OUTCOME, MEMBER, OTHERS))
advantage = Symbol("advantage", (OUTCOME, MEMBER))
deviation = Symbol("deviation", (OUTCOME,))
up, down = Symbol("up", (MEMBER, OTHERS)), Symbol("down", (MEMBER, OTHERS))
raised = Symbol("raised", (MEMBER, MEMBER, OTHERS))
lowered = Symbol("lowered", (MEMBER, MEMBER, OTHERS))

n, gap, share = var("n"), common.gap, Symbol("share", (OUTCOME,))
SIZE = total(a, 1)


def reward(member: Term) -> Term:
    """The reward of a member, as drawn."""
    return STEP.reward_symbol(draw(z, member))


def score(member: Term) -> Term:
    """The score of a member, as drawn."""
    return STEP.score_symbol(draw(z, member), 0)


def expected(f: Term) -> Term:
    """E[f] over the outcomes of the draw."""
    return total(z, law(z) * f)


def mean(f: Term) -> Term:
    """The mean of f over the members a of the group."""
    return total(a, f) / SIZE


RIGHT = mean(reward(a))
"""The share of right responses in the group, the mean of its rewards."""

UPDATE = expected(mean(advantage(z, a) * score(a)))

GROUP_SIZE = Notation(n, SIZE, "the size of the group")
GAP = Notation(gap, STEP.alignment(), "w.(g+ - g-) for any direction w, or one coordinate of it")

MEMBERS = Hypothesis(
    "members",
    conj(
        0 < n,
        forall(b, eq(total(a, same(b, a)), 1)),
        forall(
            b,
            forall(
                a,
                either(
                    conj(eq(a, b), eq(same(b, a), 1)), conj(negate(eq(a, b)), eq(same(b, a), 0))
                ),
            ),
        ),
    ),
    "a group has a member, and same tells the members apart",
)


def tells(mark: Symbol, choice: Symbol, value: Term) -> Term:
    """For every member ``mark`` is 1 at what ``choice`` says, and 0 elsewhere."""
    here = mark(z, a, value)
    one = conj(
        eq(total(value, here), 1), forall(value, either(eq(here, 0), eq(choice(z, a), value)))
    )
    return forall(z, forall(a, one))


HITS = Hypothesis("hits", tells(hit, draw, o), "hit tells which response a member is")
PAIRWISE = Hypothesis(
    "pairwise",
    conj(
        forall(a, forall(o, eq(expected(hit(z, a, o)), PI))),
        forall(
            b,
            forall(
                a,
                implies(
                    negate(eq(a, b)),
                    forall(
                        o2,
                        forall(
                            o,
                            eq(
                                expected(hit(z, b, o2) * hit(z, a, o)),
                                substitute(PI, {o: o2}) * PI,
                            ),
                        ),
                    ),
                ),
            ),
        ),
    ),
    "each member is a draw from pi, and any two of them are independent",
)
PAIRS = (MEMBERS, HITS, PAIRWISE)

NONEMPTY = Hypothesis("nonempty", 0 < n, "a group has a member")
RESTS = Hypothesis("rests", tells(rest, others, x), "rest tells what the others earn")
INDEPENDENT = Hypothesis(
    "independent",
    forall(
        a,
        forall(
            o,
            forall(
                x,
                eq(expected(rest(z, a, x) * hit(z, a, o)), PI * expected(rest(z, a, x))),
            ),
        ),
    ),
    "a member is a draw from pi, whatever the others earn",
)
COMPUTED = Hypothesis(
    "computed",
    forall(
        z,
        forall(
            a,
            eq(
                advantage(z, a),
                reward(a) * up(a, others(z, a)) + (1 - reward(a)) * down(a, others(z, a)),
            ),
        ),
    ),
    "an advantage is computed from the rewards alone: up for a right response, down for a wrong"
    " one",
)
BALANCED = Hypothesis(
    "balanced", forall(z, eq(total(a, advantage(z, a)), 0)), "the advantages of a group add up to 0"
)
DEVIATION = Hypothesis(
    "deviation",
    forall(z, conj(0 <= deviation(z), eq(deviation(z) ** 2, RIGHT * (1 - RIGHT)))),
    "the deviation of a group is sqrt(p (1 - p)), p its share of right responses",
)
ADVANTAGES = (HITS, RESTS, INDEPENDENT, COMPUTED)
BESIDE = Hypothesis(
    "independent",
    forall(
        b,
        forall(
            a,
            implies(
                negate(eq(a, b)),
                forall(
                    o2,
                    forall(
                        o,
                        forall(
                            x,
                            eq(
                                expected(hit(z, b, o) * rest(z, a, x) * hit(z, a, o2)),
                                substitute(PI, {o: o2}) * expected(hit(z, b, o) * rest(z, a, x)),
                            ),
                        ),
                    ),
                ),
            ),
        ),
    ),
    "a member is a draw from pi, whatever the others earn and whatever response one of them is",
)


def told(what: Term, high: Symbol, low: Symbol) -> Term:
    """Something about b is told by the reward of any a and what the others of a earn."""
    seen, own = others(z, a), reward(a)
    value = own * high(b, a, seen) + (1 - own) * low(b, a, seen)
    return forall(z, forall(a, forall(b, eq(what, value))))


TOLD = Hypothesis(
    "told",
    told(advantage(z, b), raised, lowered),
    "every advantage is told by the reward of a member and what the others earn",
)
TWO_BY_TWO = (MEMBERS, HITS, RESTS, BESIDE, TOLD, BALANCED)
CHANCES = Hypothesis(
    "chances", conj(eq(total(z, law(z)), 1), forall(z, 0 <= law(z))), "law is a probability"
)
