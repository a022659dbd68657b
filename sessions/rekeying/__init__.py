"""Encrypts what a tenant has on disk with a new data key, in a process that has both keys and lives no longer."""
