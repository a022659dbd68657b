"""A language model that says what a script says: OpenAI's chat completions and Anthropic's messages, on loopback."""

from scripted_model.script import Cut, Hang, Raw, Say, Slow, Status, Step
from scripted_model.server import ScriptedModel, serving

__all__ = ["Cut", "Hang", "Raw", "Say", "ScriptedModel", "Slow", "Status", "Step", "serving"]
