"""The shop as the journal keeps it: which catalogue is in force, what is sold of it, and who is told."""
