"""The search for what must not be readable outside RAM: what is planted, where it may be written, and the look."""
