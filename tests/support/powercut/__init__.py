"""Power cuts without a machine: what a process wrote and did not sync is remembered, and taken back."""
