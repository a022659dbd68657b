"""What callers wrote, as far as an error repeats it: an answer must fit into a line."""

MAX_SHOWN = 200


def cut(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
