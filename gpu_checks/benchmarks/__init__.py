"""How fast this room is, against what the machine can do."""
