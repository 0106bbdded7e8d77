"""Phase diagrams: step size and length, convergence and collapse."""
