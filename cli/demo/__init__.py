"""The demo: shops on the lab, in one terminal."""

from comptoir.cli.errors import CommandError, ExitCode


def run(speed: float) -> int:
    """Play it `speed` times as fast; the exit code."""
    raise CommandError(ExitCode.FAILED, f"there is no demo in this version (--speed {speed:g})")
