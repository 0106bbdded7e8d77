"""The Cauchy-Schwarz inequality for vectors with any finite number of coordinates."""

from theory.statements._prelude import *

a, b = Symbol("a", (COORDINATE,)), Symbol("b", (COORDINATE,))
dot, norm2_a, norm2_b = var("dot"), var("norm2_a"), var("norm2_b")

STATEMENT = Statement(
    slug="cauchy_schwarz",
    title="The Cauchy-Schwarz inequality",
    paper_ref="used for Assumption 1 along a direction",
    kind="upper",
    hypotheses=(),
    conclusion=dot**2 <= norm2_a * norm2_b,
    notation=(
        Notation(dot, total(i, a(i) * b(i)), "a.b"),
        Notation(norm2_a, total(i, a(i) ** 2), "|a|^2"),
        Notation(norm2_b, total(i, b(i) ** 2), "|b|^2"),
    ),
    twins=(
        Twin("half the constant", dot**2 <= norm2_a * norm2_b / 2),
        Twin("the other way round", norm2_a * norm2_b <= dot**2),
        Twin("no square", dot <= norm2_a * norm2_b),
    ),
)
