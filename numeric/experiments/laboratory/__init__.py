"""One prompt, log-linear policies, every learning rate."""
