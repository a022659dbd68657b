"""`comptoir try` as a shop owner reads it."""

from typing import Any

from rich.console import Console

from comptoir.cli.render.status import status_report
from comptoir.cli.render.trace import print_trace


def step(plugin: str, decision: str = "continue", *effects: dict[str, Any], **more: Any) -> dict[str, Any]:
    said = {"plugin": plugin, "decision": decision, "effects": list(effects), "fault": "", "explained": [], "ms": 0}
    return said | more


def printed(*steps: dict[str, Any], lang: str = "fr", skipped: str | None = None, **more: Any) -> list[str]:
    console = Console(width=2000, no_color=True, highlight=False, markup=False, emoji=False)
    replies = [
        effect["text"] for each in steps for effect in each["effects"] if effect["effect"] == "reply" and effect["text"]
    ]
    trace = {"skipped": skipped, "steps": list(steps), "replies": replies, "lang": lang, "timezone": "Africa/Lagos"}
    with console.capture() as captured:
        print_trace(console, trace | more)
    return [" ".join(line.split()) for line in captured.get().splitlines()]


REPLY = {"effect": "reply", "text": "De 8 h à 20 h."}
NOTICE = {"effect": "notice", "text": "Une commande"}


def test_each_plugin_in_plain_words_and_who_ended_it() -> None:
    assert printed(
        step("optout"),
        step("answers", "stop", REPLY, NOTICE, explained=["le mot « heure » demande les horaires"]),
        step("media", "not reached"),
        left_out=[{"plugin": "crm", "reason": "cannot be imported: ModuleNotFoundError"}],
    ) == [
        "optout n'a rien à dire, laisse passer",
        "answers le mot « heure » demande les horaires",
        "répond, prévient le propriétaire : « Une commande », s'arrête là",
        "media pas consulté : « answers » s'est arrêté là",
        "crm absent : cannot be imported: ModuleNotFoundError",
        "Le client reçoit :",
        "De 8 h à 20 h.",
    ]


def test_the_same_in_english() -> None:
    assert printed(step("answers", "stop", REPLY), step("media", "not reached"), lang="en") == [
        "answers answers, ends it here",
        "media not asked: answers ended it",
        "The customer gets:",
        "De 8 h à 20 h.",
    ]


def test_what_is_done_in_the_shop() -> None:
    effects: list[dict[str, Any]] = [
        {"effect": "placeorder", "total": 4500},
        {"effect": "moveorder", "number": 12, "state": "ready"},
        {"effect": "markpayment", "number": 12, "state": "to_check"},
        {"effect": "changeproduct", "sku": "thiof", "field": "price", "value": 3500},
        {"effect": "changeproduct", "sku": "thiof", "field": "hidden", "value": True},
        {"effect": "addproduct", "name": "Yassa", "price": 2500},
    ]
    assert printed(step("desk", "stop", *effects))[0] == (
        "desk passe la commande, total 4500, note la commande 12 : prête, note la commande 12 : paiement à vérifier, "
        "met le prix de « thiof » à 3500, retire « thiof » de la vente, ajoute « Yassa » à 2500, s'arrête là"
    )
    assert "notes order 12: ready" in printed(step("desk", "stop", *effects), lang="en")[0]


def test_what_stands_in_the_way() -> None:
    assert printed(
        step("optout"),
        step("broken", "raised", fault="ValueError at price.py:3 in message"),
        step("asleep", "late", ms=20_000),
        step("crm", "suspended", fault="KeyError at crm.py:9 in look"),
        skipped="with Fatou",
    ) == [
        "Dans ce chat les plugins ne parlent pas maintenant : Fatou s'en occupe.",
        "optout n'a rien à dire, laisse passer",
        "broken a échoué (ValueError at price.py:3 in message) : on continue sans lui",
        "asleep n'a pas décidé à temps : on continue sans lui (20.0 s)",
        "crm suspendu : il a échoué cinq fois de suite (KeyError at crm.py:9 in look)",
        "Le client ne reçoit aucune réponse.",
    ]


def test_all_that_a_plugin_may_want() -> None:
    at = "2026-11-21T17:30:00+00:00"
    wanted: list[dict[str, Any]] = [
        {"effect": "put", "key": "panier", "value": 1, "shared": False},
        {"effect": "silence", "until": at},
        {"effect": "tag", "tag": "vip", "on": True},
        {"effect": "wake", "name": "relance", "at": at, "data": None},
        {"effect": "wake", "name": "relance", "at": None, "data": None},
        {"effect": "handover", "reason": "demande", "notice": "", "to": ["owner", "Fatou"]},
        {"effect": "assign", "agent": None, "number": None},
        {"effect": "assign", "agent": "owner", "number": 12},
        {"effect": "close", "number": None},
        {"effect": "answer", "number": 12, "text": "oui"},
        {"effect": "call", "url": "https://crm.example/x", "body": {}, "headers": {}},
        {"effect": "reply", "text": "", "file": "/x/menu.pdf", "kind": None, "name": ""},
        {"effect": "new", "whatever": 1},
    ]
    (line, _) = printed(step("all", "continue", *wanted))
    assert line.removeprefix("all ").split(", ") == [
        "se tait dans ce chat jusqu'au 21/11 18:30",
        "met l'étiquette « vip »",
        "y revient le 21/11 18:30 (relance)",
        "annule son rappel « relance »",
        "passe la main au propriétaire",
        "à Fatou (demande)",
        "rend la conversation aux plugins",
        "confie la conversation n° 12 au propriétaire",
        "clôt la conversation",
        "écrit dans la conversation n° 12 : « oui »",
        "appelle https://crm.example/x",
        "répond avec menu.pdf",
        "new",
        "puis laisse passer",
    ]
    assert printed(step("all", "continue", wanted[0]))[0] == "all prend note, puis laisse passer"


def test_another_persons_words_move_no_cursor() -> None:
    (line, *_) = printed(step("tell", "continue", NOTICE | {"text": "\x1b[2J\nvide"}))
    assert line == "tell prévient le propriétaire : « \\x1b[2J\\nvide », puis laisse passer"


def test_status_names_plugins_that_do_not_work() -> None:
    suspended = {"plugin": "crm", "state": "suspended", "faults": 5, "last_fault": "KeyError at crm.py:9 in look"}
    left_out = {"plugin": "shop", "state": "left out", "faults": 0, "last_fault": "cannot be imported"}
    running = {"plugin": "answers", "state": "running", "faults": 3, "last_fault": "ValueError"}
    tenant = {"name": "chez-awa", "state": "online", "pipeline": [running, suspended, left_out]}
    daemon = {"lab": False, "version": "1", "pid": 1, "uptime": 1}
    console = Console(width=200, no_color=True)
    with console.capture() as captured:
        console.print(status_report(console, {"daemon": daemon, "tenants": [tenant]}))
    assert captured.get().splitlines()[-2:] == [
        "chez-awa: plugin crm suspended: failed five times running (KeyError at crm.py:9 in look); "
        "comptoir reload chez-awa asks it again",
        "chez-awa: plugin shop left out: cannot be imported",
    ]
