"""Ill-treats a whole Comptoir at random, from a seed, and judges afterwards: see `course.run`."""
