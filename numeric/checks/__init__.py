"""One module per claim: ``draw`` measures a random instance, ``COUNTERS`` break its false twins."""
