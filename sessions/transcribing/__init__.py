"""Puts recordings into words: by a local command, or an endpoint that speaks as OpenAI's does."""
