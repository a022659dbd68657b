"""Signal's protocol, version 3, as WhatsApp uses it between two devices: X3DH, then the double ratchet."""
