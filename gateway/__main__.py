"""`python -P -m comptoir.gateway` is the daemon."""

import sys

from comptoir.gateway.daemon import main

if __name__ == "__main__":
    sys.exit(main())
