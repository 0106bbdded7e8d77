"""The theory at work in torch, the same code on CPU and CUDA: instances at scale, transformers."""
