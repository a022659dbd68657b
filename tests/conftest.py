"""What holds for every test."""

import os

from hypothesis import settings

# A test makes its own folders and its own lab; it must never meet those of whoever runs it.
for name in ("COMPTOIR_HOME", "COMPTOIR_LAB"):
    os.environ.pop(name, None)

# How long an example takes says more about a busy machine than about the code.
settings.register_profile("comptoir", deadline=None)
settings.load_profile("comptoir")
