"""The process that encrypts one tenant's data with a new key; it has both keys, and ends with its work."""
