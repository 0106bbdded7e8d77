"""The paper's Figure 2: the cumulative gap against the success rate."""
