"""Does a certificate prove a question? Each step is done again, by its rule and in balls.

Nothing of the search is used. What is trusted: the enclosures (`balls`), the rewriting
(`algebra`), what a question means as goals (`goals`), and the rules (`rules`, `rules`,
`algebra`).
"""

from theory.inequality.balls import ball_precision
from theory.inequality.certificate import Certificate, Node, Proof
from theory.inequality.contract import Side
from theory.inequality.expression import Question, write
from theory.inequality.goals import Goal, goals
from theory.inequality.rules import left

MALFORMED = (
    ArithmeticError,
    AttributeError,
    KeyError,
    IndexError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What wrong parts of a certificate run into. Anything else is a fault of this code, and shows."""


def check(question: Question, certificate: Certificate) -> bool:
    """Whether the certificate proves the question. Whatever is malformed proves nothing."""
    try:
        with ball_precision():
            wanted = goals(question)
            if len(wanted) != len(certificate.proofs):
                return False
            pairs = zip(wanted, certificate.proofs, strict=True)
            return all(header(g) == (p.shows, p.where) and proves(p.tree, g) for g, p in pairs)
    except MALFORMED:
        return False


def header(goal: Goal) -> tuple[str, str]:
    """What a `Proof` says of its goal: the formula, and the range of each variable."""
    ranges = ", ".join(written(side) for side in goal.box) or "there is no variable"
    return f"{write(goal.expression)} {goal.relation} 0", ranges


def written(side: Side) -> str:
    low = "" if side.low is None else f"{side.low} {'<' if side.low_open else '<='} "
    high = "" if side.high is None else f" {'<' if side.high_open else '<='} {side.high}"
    return f"{low}{side.name}{high}" if low or high else f"{side.name} is any number"


def proves(tree: Node, goal: Goal) -> bool:
    """Whether every step is right, down to the leaves that leave nothing."""
    waiting = [(tree, goal)]
    while waiting:
        node, wanted = waiting.pop()
        remaining = left(wanted, node)
        if remaining is None or len(remaining) != len(node.parts):
            return False
        waiting += zip(node.parts, remaining, strict=True)
    return True


def proof(goal: Goal, tree: Node) -> Proof:
    """A tree with its header."""
    return Proof(*header(goal), tree)
