"""Lower bounds: instances whose success rate falls to zero."""
