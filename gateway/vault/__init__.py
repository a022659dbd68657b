"""The vault: where sessions' credentials rest encrypted, by a process that has data keys and no master key."""
