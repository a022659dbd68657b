"""What the forkserver imports once, so that every worker shares it: all Python parts, never the Go library.

The forkserver swallows an ImportError of a preload; `LOADED` lets a worker tell that all went well.
"""

import ctypes
import gc
import warnings

from comptoir.sessions import neonize_guard

# Importing neonize's Python side here and its library after the fork is what makes a worker cheap.
neonize_guard.import_python_side()

import holidays.countries  # noqa: E402, F401  (16 MB for who has opening hours: once instead of in each worker)

import comptoir.sessions.serving  # noqa: E402, F401  (after the guard: it imports neonize)
from comptoir.plugins.phrases import build_tables  # noqa: E402
from comptoir.plugins.shop.model import Catalogue  # noqa: E402
from comptoir.plugins.shop.understanding import Lexicon, understand  # noqa: E402

_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_DUMPABLE = 4

_libc = ctypes.CDLL(None, use_errno=True)
# A worker's stray grandchildren are adopted here, so that they stay recognisable as the forkserver's.
_libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
# An adopted process that ends is news to the forkserver, and none to anyone else.
warnings.filterwarnings("ignore", message="forkserver: waitpid returned unexpected pid")
# Data keys pass through this process: no core dump, no reading of its memory by its own user.
_libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)

# What is known of customers' spelling is the same for all tenants.
build_tables()
for language in ("fr", "en"):
    understand("deux poulets, un de plus, à la maison vers 13 h", Lexicon(Catalogue("XOF", ()), language))

gc.collect()
gc.freeze()

LOADED = True
