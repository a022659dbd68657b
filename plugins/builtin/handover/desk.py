"""What the owner and the team ask of conversations by a short message to the shop."""

from zoneinfo import ZoneInfo

from comptoir.plugins.api import Case, Context, Message
from comptoir.plugins.builtin.handover.commands import Command, read_request
from comptoir.plugins.text import one_line

MAX_LISTED = 20


async def answer_colleague(context: Context, message: Message) -> bool:
    """Do what a colleague asks for; False where they write as a customer would."""
    people = [member.name for member in context.tenant.team]
    request = read_request(message.text, people) if message.kind == "text" else None
    if request is None:
        return False
    match request:
        case "help":
            reply_help(context)
        case "list":
            context.reply(listed(context, await context.cases()))
        case command:
            context.reply(await do(context, command))
    return True


def reply_help(context: Context) -> None:
    """What a colleague may ask for."""
    context.reply(help_text(context))


def help_text(context: Context) -> str:
    people = [member.name for member in context.tenant.team]
    return context.wording("help", colleague=people[0] if people else "Fatou")


async def do(context: Context, command: Command) -> str:
    """Do it, where there is such a conversation; what is to be said of it."""
    cases = await context.cases()
    case = next((case for case in cases if case.conversation.number == command.number), None)
    if case is None:
        unknown = context.wording("unknown", number=str(command.number))
        return f"{unknown}\n{listed(context, cases)}"
    return _do(context, command, case)


def _do(context: Context, command: Command, case: Case) -> str:
    me = "owner" if context.contact.role == "owner" else context.contact.member
    agent, number = case.conversation.agent, command.number
    done = {"number": str(number), "customer": _called(case)}
    match command.verb:
        case "say" if agent not in (None, me) and me != "owner":
            return context.wording("busy", agent=_person(context, agent), **done)
        case "say":
            context.answer(number, command.text)
            return context.wording("sent", **done)
        case "close":
            context.close(number)
            return context.wording("ended", **done)
        case "release":
            context.assign(None, number)
            return context.wording("released", **done)
        case "take":
            context.assign(me, number)
            return context.wording("taken", **done)
        case "assign":
            context.assign(command.text, number)
            return context.wording("assigned", agent=command.text, **done)


def listed(context: Context, cases: tuple[Case, ...]) -> str:
    """Who waits for a person or has one."""
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
    return one_line(case.name, 40) or case.chat


def _person(context: Context, agent: str | None) -> str:
    return context.wording("owner") if agent in (None, "owner") else str(agent)
