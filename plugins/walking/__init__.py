"""One event through the plugins: what they see, what they decide. Knows nothing of journal or network."""
