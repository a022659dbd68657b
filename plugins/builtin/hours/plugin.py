"""Tells customers when the shop is open, from the one table that says so."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import ClassVar

from comptoir.plugins.api import Context, Message, Mistake, Plugin, Tenant, Verdict
from comptoir.plugins.builtin.explaining import explain
from comptoir.plugins.builtin.hours.asking import Asked, Questions
from comptoir.plugins.builtin.hours.config import HoursConfig
from comptoir.plugins.builtin.speaking import speaks
from comptoir.plugins.opening import Opening, State, opening_of, said_day, said_moment, said_spans, said_week
from comptoir.plugins.opening.said import DAYS, said_time
from comptoir.plugins.wording import fill_fields

TOLD = "told"


class OpeningHours(Plugin):
    """State: `told`, when the closure ends in which the contact was last told of it."""

    name = "hours"
    Config = HoursConfig
    config: HoursConfig
    texts: ClassVar = {
        "closed": (
            "Nous sommes fermés {why}. Nous ouvrons {next} : laissez votre message, nous vous répondrons.",
            "We are closed {why}. We open {next}: leave your message, and we will answer.",
        ),
        "open": ("Nous sommes ouverts jusqu'à {until}.\n\n{week}", "We are open until {until}.\n\n{week}"),
        "open_always": ("Nous sommes ouverts jour et nuit.", "We are open day and night."),
        "shut": (
            "Nous sommes fermés {why}. Nous ouvrons {next}.\n\n{week}",
            "We are closed {why}. We open {next}.\n\n{week}",
        ),
        "day": ("{day} : {hours}.", "{day}: {hours}."),
        "now": ("à cette heure", "at this hour"),
        "weekday": ("le {weekday}", "on {weekday}s"),
        "today": ("aujourd'hui", "today"),
        "holiday": ("aujourd'hui ({holiday})", "today ({holiday})"),
        "soon": ("bientôt", "soon"),
    }

    def __init__(self, config: HoursConfig, tenant: Tenant) -> None:
        super().__init__(config, tenant)
        self._away = config.away
        self._opening = opening_of(_with_absences(tenant, self._away))
        self._questions = Questions(config.questions, tenant.language)

    def check(self) -> Sequence[Mistake]:
        if self._opening is not None:
            return ()
        if self.tenant.language == "en":
            what, expected = "`hours` is in the pipeline, and nothing says when you are open", "a table [hours]"
        else:
            what, expected = "« hours » est dans pipeline, et rien ne dit quand vous ouvrez", "une table [hours]"
        return (Mistake(what, f'{expected} : monday = ["08:00-18:00"], …'),)

    async def message(self, context: Context, message: Message) -> Verdict:
        opening = self._opening
        if opening is None or not speaks(message):
            return Verdict.CONTINUE
        state = opening.at(context.now)
        asked = self._questions.read(message.text, opening.local(context.now).date())
        if asked is not None:
            explain(context, f"« {asked.said} » demande les horaires", f'"{asked.said}" asks for the hours')
            context.reply(self._answer(context, opening, state, asked))
            if not state.open:
                context.put(TOLD, _end(state, context))
            return Verdict.CONTINUE if asked.more else Verdict.STOP
        # Who names the shop in a group has not come to its door.
        if state.open or message.sender or not self.config.announce:
            return Verdict.CONTINUE
        await self._announce(context, opening, state)
        return Verdict(self.config.then)

    async def _announce(self, context: Context, opening: Opening, state: State) -> None:
        """Once in a closure."""
        end = _end(state, context)
        if await context.get(TOLD) == end:
            explain(context, "fermé, et ce client le sait déjà", "closed, and this customer knows it already")
            return
        context.put(TOLD, end)
        fields = self._fields(context, opening, state)
        absence = self._away.get(opening.local(context.now).date())
        own = absence.text if absence else self.config.closed
        names = {"name": context.contact.name, "shop": context.tenant.name}
        context.reply(fill_fields(own, names | fields) if own else context.wording("closed", **fields))
        explain(context, f"fermé {fields['why']} ; ouvre {fields['next']}", f"closed {fields['why']}")

    def _answer(self, context: Context, opening: Opening, state: State, asked: Asked) -> str:
        language = context.tenant.language
        if asked.day is not None:
            return context.wording("day", **self._day(opening, asked.day))
        week = said_week(opening.hours.week, language)
        if not state.open:
            return context.wording("shut", week=week, **self._fields(context, opening, state))
        if state.until is None:
            return context.wording("open_always")
        now = opening.local(context.now)
        near = (state.until - now).total_seconds() < 24 * 3600
        until = said_time(state.until.time(), language) if near else said_moment(state.until, now, language)
        return context.wording("open", week=week, until=until)

    def _day(self, opening: Opening, day: date) -> dict[str, str]:
        language = self.tenant.language
        hours = said_spans(opening.spans(day), language)
        holiday = opening.holiday(day)
        named = f"{DAYS[language][day.weekday()].capitalize()} {said_day(day, language)}"
        return {"day": named, "hours": f"{hours} ({holiday})" if holiday else hours}

    def _fields(self, context: Context, opening: Opening, state: State) -> dict[str, str]:
        """`{why}` and `{next}`."""
        language, now = context.tenant.language, opening.local(context.now)
        match state.why:
            case "weekday":
                why = context.wording("weekday", weekday=DAYS[language][now.weekday()])
            case "holiday" if state.holiday:
                why = context.wording("holiday", holiday=state.holiday)
            case "special" | "holiday":
                why = context.wording("today")
            case _:
                why = context.wording("now")
        soon = context.wording("soon") if state.until is None else said_moment(state.until, now, language)
        return {"why": why, "next": soon}


def _end(state: State, context: Context) -> str:
    """By which a closure is known; one without a foreseen end is another every day."""
    return (state.until or context.now.replace(hour=0, minute=0, second=0, microsecond=0)).isoformat()


def _with_absences(tenant: Tenant, away: Collection[date]) -> Tenant:
    if tenant.hours is None or not away:
        return tenant
    return replace(tenant, hours=replace(tenant.hours, special={**tenant.hours.special, **dict.fromkeys(away, ())}))
