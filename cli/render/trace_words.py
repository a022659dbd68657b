"""What plugins decide in an imagined walk, in words that a shop owner knows: French or English. Pure."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from comptoir.cli.render.text import safe
from comptoir.cli.render.trace_shop import shop_effects

Step = dict[str, Any]

_HELD = {
    "answered by the owner": ("le propriétaire vient d'y répondre", "the owner has just answered there"),
    "silenced": ("il est en silence", "it is silent"),
    "paused": ("il est en pause", "it is paused"),
    "waits for a person": ("une personne y est attendue", "it waits for a person"),
}
_PEOPLE = {"owner": ("le propriétaire", "the owner"), "team": ("l'équipe", "the team")}
_TO = {"owner": ("au propriétaire", "to the owner"), "team": ("à l'équipe", "to the team")}


class Words:
    """The sentences of one trace, in the tenant's language and time."""

    def __init__(self, trace: dict[str, Any]) -> None:
        self._english = trace.get("lang") == "en"
        self._zone = ZoneInfo(trace.get("timezone") or "UTC")
        self._held = trace["skipped"]
        self._stopped_by = next((step["plugin"] for step in trace["steps"] if step["decision"] == "stop"), "")
        self._effects: dict[str, Callable[[dict[str, Any]], str]] = {
            "reply": self._reply,
            "notice": self._notice,
            "silence": lambda effect: self.say(
                f"se tait dans ce chat jusqu'au {self._time(effect['until'])}",
                f"keeps silent in this chat until {self._time(effect['until'])}",
            ),
            "tag": self._tag,
            "wake": self._wake,
            "handover": lambda effect: self.say(
                f"passe la main {self._to(effect['to'])} ({effect['reason']})",
                f"hands over {self._to(effect['to'])} ({effect['reason']})",
            ),
            "assign": self._assign,
            "close": lambda effect: self.say("clôt la conversation", "closes the conversation") + self._number(effect),
            "answer": lambda effect: self.say(
                f"écrit dans la conversation{self._number(effect)} : {self._quoted(effect['text'])}",
                f"writes in conversation{self._number(effect)}: {self._quoted(effect['text'])}",
            ),
            "call": lambda effect: self.say(f"appelle {effect['url']}", f"calls {effect['url']}"),
        } | shop_effects(self.say)

    def say(self, french: str, english: str) -> str:
        return english if self._english else french

    def held(self) -> str:
        """Why a real message would get no answer in this chat."""
        why = self.say(*_HELD.get(self._held, (self._with(self._held), self._held)))
        return self.say(
            f"Dans ce chat les plugins ne parlent pas maintenant : {why}.",
            f"The plugins do not speak in this chat now: {why}.",
        )

    def step(self, step: Step) -> Iterator[str]:
        """What a plugin looked at, then what it would do."""
        yield from map(safe, step.get("explained", ()))
        match step["decision"]:
            case "not reached":
                yield self._why_not_asked()
            case "suspended":
                yield self.say(
                    f"suspendu : il a échoué cinq fois de suite ({safe(step['fault'])})",
                    f"suspended: it failed five times running ({safe(step['fault'])})",
                )
            case "raised":
                yield self.say(
                    f"a échoué ({safe(step['fault'])}) : on continue sans lui",
                    f"failed ({safe(step['fault'])}): the rest goes on without it",
                )
            case "late":
                yield self.say(
                    "n'a pas décidé à temps : on continue sans lui",
                    "did not decide in time: the rest goes on without it",
                )
            case decision:
                yield self._decided(decision, step["effects"])

    def left_out(self, reason: str) -> str:
        return self.say(f"absent : {safe(reason)}", f"left out: {safe(reason)}")

    def answer(self) -> str:
        return self.say("Le client reçoit :", "The customer gets:")

    def no_answer(self) -> str:
        return self.say("Le client ne reçoit aucune réponse.", "The customer gets no answer.")

    def effect(self, effect: dict[str, Any]) -> str:
        """One thing that a plugin wants done; an unknown kind by its name."""
        told = self._effects.get(effect["effect"])
        return effect["effect"] if told is None else told(effect)

    def _decided(self, decision: str, effects: list[dict[str, Any]]) -> str:
        # What it keeps for itself is said only where there is nothing else to say.
        does = [safe(self.effect(effect)) for effect in effects if effect["effect"] != "put"]
        if effects and not does:
            does = [self.say("prend note", "takes note")]
        if decision == "stop":
            return ", ".join([*does, self.say("s'arrête là", "ends it here")])
        if not does:
            return self.say("n'a rien à dire, laisse passer", "has nothing to say, passes it on")
        return ", ".join([*does, self.say("puis laisse passer", "then passes it on")])

    def _why_not_asked(self) -> str:
        if self._stopped_by:
            return self.say(
                f"pas consulté : « {self._stopped_by} » s'est arrêté là", f"not asked: {self._stopped_by} ended it"
            )
        if self._held:
            return self.say("pas consulté : les plugins ne parlent pas ici", "not asked: the plugins do not speak here")
        return self.say("pas consulté", "not asked")

    def _reply(self, effect: dict[str, Any]) -> str:
        if "reaction" in effect:
            return self.say("réagit ", "reacts with ") + str(effect["reaction"]["emoji"])
        if "file" in effect:
            return self.say("répond avec ", "answers with ") + str(effect["file"]).rsplit("/", 1)[-1]
        return self.say("répond", "answers")

    def _notice(self, effect: dict[str, Any]) -> str:
        to, text = self._people(effect.get("to", ["owner"])), self._quoted(effect["text"])
        return self.say(f"prévient {to} : {text}", f"tells {to}: {text}")

    def _tag(self, effect: dict[str, Any]) -> str:
        tag = effect["tag"]
        if effect["on"]:
            return self.say(f"met l'étiquette « {tag} »", f"puts the tag {tag}")
        return self.say(f"enlève l'étiquette « {tag} »", f"takes off the tag {tag}")

    def _wake(self, effect: dict[str, Any]) -> str:
        name, at = effect["name"], effect["at"]
        if at is None:
            return self.say(f"annule son rappel « {name} »", f"takes back its timer {name}")
        return self.say(f"y revient le {self._time(at)} ({name})", f"comes back to it at {self._time(at)} ({name})")

    def _assign(self, effect: dict[str, Any]) -> str:
        number = self._number(effect)
        if effect["agent"] is None:
            return self.say(f"rend la conversation{number} aux plugins", f"gives conversation{number} back")
        to = self._to([effect["agent"]])
        return self.say(f"confie la conversation{number} {to}", f"gives conversation{number} {to}")

    def _number(self, effect: dict[str, Any]) -> str:
        number = effect["number"]
        return "" if number is None else self.say(f" n° {number}", f" {number}")

    def _to(self, people: list[str]) -> str:
        return ", ".join(self.say(*_TO.get(name, (f"à {name}", f"to {name}"))) for name in people)

    def _people(self, to: list[str]) -> str:
        return ", ".join(self.say(*_PEOPLE.get(name, (name, name))) for name in to)

    def _with(self, held: str) -> str:
        who = held.removeprefix("with ")
        return f"{self._people([who])} s'en occupe" if who != held else held

    def _quoted(self, text: str) -> str:
        return self.say(f"« {text} »", f'"{text}"')

    def _time(self, text: str) -> str:
        return f"{datetime.fromisoformat(text).astimezone(self._zone):%d/%m %H:%M}"
