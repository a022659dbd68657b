"""One message at the desk: what it asked for, one thing after the other, and the single answer that comes of it."""

from dataclasses import dataclass, field

from comptoir.plugins.api import Context, Message
from comptoir.plugins.builtin.desk.asked import Question


@dataclass(eq=False, slots=True)
class Sitting:
    context: Context
    message: Message
    said: list[str] = field(default_factory=list)
    """The answer, part by part."""
    question: Question | None = None
    """What is asked now; one at a time, so that a yes is to that."""

    def say(self, key: str, **fields: str) -> None:
        self.said.append(self.context.wording(key, **fields))

    @property
    def is_owner(self) -> bool:
        return self.context.contact.role == "owner"
