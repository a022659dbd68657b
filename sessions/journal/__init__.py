"""The tenant's database: what came in, what goes out, and what is known about the customers.

`journal.py` opens it and owns its threads. Every other module is functions over a `Connection`, to be
handed to `Journal.write` or `Journal.read`; none of them begins or ends a transaction.
"""
