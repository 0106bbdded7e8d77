"""The claims on many instances at once: torch, the same code on CPU and CUDA."""
