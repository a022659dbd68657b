"""The sender: takes queued messages out of the journal, in their order and at their rates, and sends them.

`policy.py` decides, `sender.py` acts, `port.py` is what it needs of the link.
"""
