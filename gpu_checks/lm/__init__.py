"""Pretrained language models: questions, the probe before a run, the monitor of its log."""
