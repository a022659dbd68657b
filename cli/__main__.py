"""`python -m comptoir.cli`."""

from comptoir.cli.main import main

main()
