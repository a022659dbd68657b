"""A control socket under fire: lines from a seed, and a daemon that is watched while it answers them."""
