"""One file per claim: lemmas to theorem, through the kernel's rules only."""
