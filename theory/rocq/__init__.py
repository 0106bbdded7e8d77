"""Every claim as theorems of Rocq, made from the same proofs. ``gradgap rocq`` compiles them."""
