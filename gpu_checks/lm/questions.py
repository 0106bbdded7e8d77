"""Questions with a verifier: from a file in the format of GSM8K, or made by reasoning-gym.

A file has one JSON object a line with `question` and `answer`; what counts of an answer is the text
after its last "####", or all of it. The verifiers:

    numeric   the last number of the response, or that in its last \\boxed{}, equals the answer's
    exact     the response, without space around it, is the answer
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from gpu_checks.lm.loading import EXTRA, LanguageModel, Missing

Verifier = Callable[[str, str], bool]
"""Is this response right, where this is the reference answer?"""


@dataclass(frozen=True)
class Questions:
    """Prompts as they are sent to the model; `right(i, response)`: the verifier for prompt i."""

    prompts: tuple[str, ...]
    right: Callable[[int, str], bool]

    def some(self, first: int, count: int) -> "Questions":
        """`count` of them from `first` on. ValueError: there are not so many."""
        if first + count > len(self.prompts):
            asked = f"{first + count} questions are needed, and there are {len(self.prompts)}"
            raise ValueError(asked)
        chosen = self.prompts[first : first + count]
        return Questions(chosen, lambda i, response: self.right(first + i, response))


# -- verifiers -------------------------------------------------------------------------------------

NUMBER = re.compile(r"(?<![\w.])[-+]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)(?:/\d+)?")
BOXED = re.compile(r"\\boxed\{([^{}]*)\}")
FINAL = "####"


def number_of(text: str) -> Fraction | None:
    """The last number: integers, decimals, 1,234 and 3/4; of the last box, or after the last ####,
    where there is one. None where there is no number."""
    boxes = BOXED.findall(text)
    part = boxes[-1] if boxes else text.rpartition(FINAL)[2]
    found = NUMBER.findall(part.replace("$", "").replace("−", "-"))
    if not found:
        return None
    try:
        return Fraction(found[-1].replace(",", ""))
    except (ValueError, ZeroDivisionError):
        return None


def numeric(response: str, answer: str) -> bool:
    given = number_of(response)
    return given is not None and given == number_of(answer)


def exact(response: str, answer: str) -> bool:
    return response.strip() == answer.rpartition(FINAL)[2].strip()


VERIFIERS: Mapping[str, Verifier] = {"numeric": numeric, "exact": exact}


# -- sources ---------------------------------------------------------------------------------------


def from_file(path: Path, verifier: str, model: LanguageModel, instruction: str = "") -> Questions:
    """The file's questions, in the chat template of the model where it has one.

    ValueError: there is no such verifier, or a line is not a question with its answer."""
    if verifier not in VERIFIERS:
        raise ValueError(f"a verifier is one of {', '.join(VERIFIERS)}; got {verifier}")
    pairs = read(path)
    if verifier == "numeric":
        for at, (_, answer) in enumerate(pairs, 1):
            if number_of(answer) is None:
                raise ValueError(f"{path}:{at}: the answer has no number: {answer[-40:]!r}")
    texts = tuple(chat(model, f"{question}{instruction}") for question, _ in pairs)
    judge = VERIFIERS[verifier]
    return Questions(texts, lambda i, response: judge(response, pairs[i][1]))


def read(path: Path) -> list[tuple[str, str]]:
    """(question, answer) of each line. ValueError: which line is none."""
    pairs = []
    for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            one = json.loads(line)
            pairs.append((str(one["question"]), str(one["answer"])))
        except (ValueError, KeyError, TypeError) as error:
            message = f'{path}:{at}: a line is {{"question": ..., "answer": ...}}'
            raise ValueError(message) from error
    if not pairs:
        raise ValueError(f"{path} has no questions")
    return pairs


def chat(model: LanguageModel, text: str) -> str:
    if not getattr(model.tokenizer, "chat_template", None):
        return text + "\n"
    turn = [{"role": "user", "content": text}]
    made = model.tokenizer.apply_chat_template(turn, tokenize=False, add_generation_prompt=True)
    return str(made)


PRESET_TASKS: Mapping[str, Mapping[str, Any]] = {
    "chain_sum": {"min_terms": 2, "max_terms": 2, "min_digits": 1, "max_digits": 2},
    "letter_counting": {"min_words": 3, "max_words": 6},
}
"""Settings of the generators under which a model of 135 million parameters is sometimes right."""
MADE, SHOTS = 4000, 4


def from_generator(name: str, model: LanguageModel, seed: int = 7) -> Questions:
    """`MADE` questions of reasoning-gym after `SHOTS` solved ones, each ended as the model ends a
    response. Right is what its own scorer calls so. Missing: reasoning-gym is not installed.
    ValueError: it has no such generator."""
    try:
        import reasoning_gym
    except ImportError as error:
        raise Missing(f"reasoning-gym is not installed: {EXTRA}") from error
    try:
        made = reasoning_gym.create_dataset(
            name, size=MADE, seed=seed, **PRESET_TASKS.get(name, {})
        )
    except ValueError as error:
        raise ValueError(f"reasoning-gym has no task {name}") from error
    end = model.tokenizer.convert_ids_to_tokens(model.ends[0])
    solved = (made[i] for i in range(MADE - SHOTS, MADE))
    shots = "".join(f"{asked(one)} {one['answer']}{end}\n" for one in solved)
    entries = [made[i] for i in range(MADE - SHOTS)]
    return Questions(
        tuple(shots + asked(one) for one in entries), partial(scored, made, tuple(entries))
    )


def asked(entry: Mapping[str, Any]) -> str:
    """A question without the sentence of instruction in front, which four examples replace."""
    head, colon, rest = str(entry["question"]).partition(":")
    return rest.strip() if colon and '"' not in head else str(entry["question"]).strip()


def scored(made: Any, entries: Sequence[Any], i: int, response: str) -> bool:
    return bool(made.score_answer(response.strip(), entries[i]) >= 0.99)
