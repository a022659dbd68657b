"""What the owner and the team ask of conversations by a short message to the shop."""

from zoneinfo import ZoneInfo

from comptoir.plugins.api import Case, Context, Message
from comptoir.plugins.builtin.handover.commands import Command, read_request

MAX_LISTED = 20


async def answer_colleague(context: Context, message: Message) -> bool:
    """Do what a colleague asks for; False where they write as a customer would."""
    people = [member.name for member in context.tenant.team]
    request = read_request(message.text, people) if message.kind == "text" else None
    if request is None:
        return False
    if request == "help":
        reply_help(context)
        return True
    cases = await context.cases()
    if request == "list":
        context.reply(_listed(context, cases))
        return True
    case = next((case for case in cases if case.conversation.number == request.number), None)
    if case is None:
        unknown = context.wording("unknown", number=str(request.number))
        context.reply(f"{unknown}\n{_listed(context, cases)}")
    else:
        _do(context, request, case)
    return True


def reply_help(context: Context) -> None:
    """What a colleague may ask for."""
    people = [member.name for member in context.tenant.team]
    context.reply(context.wording("help", colleague=people[0] if people else "Fatou"))


def _do(context: Context, command: Command, case: Case) -> None:
    me = "owner" if context.contact.role == "owner" else context.contact.member
    agent, number = case.conversation.agent, command.number
    done = {"number": str(number), "customer": _called(case)}
    match command.verb:
        case "say" if agent not in (None, me) and me != "owner":
            context.reply(context.wording("busy", agent=_person(context, agent), **done))
        case "say":
            context.answer(number, command.text)
            context.reply(context.wording("sent", **done))
        case "close":
            context.close(number)
            context.reply(context.wording("ended", **done))
        case "release":
            context.assign(None, number)
            context.reply(context.wording("released", **done))
        case "take":
            context.assign(me, number)
            context.reply(context.wording("taken", **done))
        case "assign":
            context.assign(command.text, number)
            context.reply(context.wording("assigned", agent=command.text, **done))


def _listed(context: Context, cases: tuple[Case, ...]) -> str:
    if not cases:
        return context.wording("nobody")
    shown = "\n".join(_line(context, case) for case in cases[:MAX_LISTED])
    rest = f"\n… + {len(cases) - MAX_LISTED}" if len(cases) > MAX_LISTED else ""
    return context.wording("listed", cases=shown + rest)


def _line(context: Context, case: Case) -> str:
    known = {"number": str(case.conversation.number), "customer": _called(case)}
    if case.conversation.agent is not None:
        return context.wording("case_has", agent=_person(context, case.conversation.agent), **known)
    since = case.conversation.changed.astimezone(ZoneInfo(context.tenant.timezone))
    when = f"{since:%H:%M}" if since.date() == context.now.astimezone(since.tzinfo).date() else f"{since:%d/%m %H:%M}"
    return context.wording("case_waits", time=when, reason=case.conversation.reason, **known)


def _called(case: Case) -> str:
    return " ".join(case.name.split())[:40] or case.chat


def _person(context: Context, agent: str | None) -> str:
    return context.wording("owner") if agent in (None, "owner") else str(agent)
