"""A random language model of a few thousand parameters with a tokenizer of characters."""

from __future__ import annotations

from typing import Any

import torch

DIGITS = "0123456789+= "


def tokenizer() -> Any:
    """One token a character of DIGITS, and <pad>, <end>, <unk>."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = ["<pad>", "<end>", "<unk>", *DIGITS]
    made = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Split(Regex("."), behavior="isolated")
    made.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token="<end>", pad_token="<pad>", unk_token="<unk>"
    )


def network(kind: str = "llama", seed: int = 0, width: int = 16) -> Any:
    """A Llama or a Qwen2 with two layers, in float32."""
    from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

    config, of = {
        "llama": (LlamaConfig, LlamaForCausalLM),
        "qwen": (Qwen2Config, Qwen2ForCausalLM),
    }[kind]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made = of(
            config(
                vocab_size=16,
                hidden_size=width,
                intermediate_size=2 * width,
                num_hidden_layers=2,
                num_attention_heads=2,
                num_key_value_heads=1,
                max_position_embeddings=64,
                eos_token_id=1,
                pad_token_id=None,  # of a padding index autograd leaves the embedding out
                bos_token_id=None,
                initializer_range=0.3,
                tie_word_embeddings=True,
            )
        )
    return made


def model(kind: str = "llama", seed: int = 0) -> Any:
    from gpu_checks.lm import loading

    return loading.of(network(kind, seed), tokenizer())
