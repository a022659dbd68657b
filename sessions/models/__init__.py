"""The operator's language models, as plugins ask them: bounded in time, size and money."""
