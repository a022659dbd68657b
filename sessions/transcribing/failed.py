"""Why a recording was not put into words."""


class TranscriptionFailed(Exception):
    """The text says why, for the operator; it holds nothing of what was said."""

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.final = final
        """Another attempt would end the same."""
