"""Files: fetched from WhatsApp's media hosts, sealed on disk under the tenant's data key, and sent.

Nothing here is written in clear: what arrives is decrypted and sealed chunk by chunk in memory.
"""
