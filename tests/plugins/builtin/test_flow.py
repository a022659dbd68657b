"""Customers go through menus and questions that a tenant wrote down."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from comptoir.plugins.api import Context, Message, Plugin, Verdict
from comptoir.plugins.builtin.flow import Flows
from comptoir.plugins.builtin.flow.model import Branch, FlowFile, Option, Step
from comptoir.plugins.builtin.handover import Handovers
from comptoir.plugins.builtin.optout import OptOut
from comptoir.plugins.builtin.takeover import Takeover
from comptoir.plugins.testing import TENANT, Person, Play, Player

ORDER = """
start = ["commander", "menu"]
timeout_minutes = 60
remind_minutes = 20

[steps.accueil]
say = "Bonjour {name} ! Que voulez-vous ?"
menu = [
  { text = "Commander un plat", goto = "plat", words = ["manger"] },
  { text = "Nos horaires", goto = "horaires" },
  { text = "Parler à quelqu'un", goto = "personne" },
]

[steps.plat]
say = "Quel plat ?"
ask = "choice"
choices = ["Thiéboudienne", "Yassa poulet", "Mafé"]
store = "plat"
goto = "combien"

[steps.combien]
say = "Combien de parts de {plat} ?"
ask = "number"
min = 1
max = 50
store = "parts"
when = [{ min = 11, goto = "traiteur" }]
goto = "jour"

[steps.jour]
say = "Pour quel jour ?"
ask = "date"
store = "jour"
goto = "telephone"

[steps.telephone]
say = "À quel numéro vous appeler ?"
ask = "phone"
store = "telephone"
tag = "commande"
notify = "Commande de {name} ({chat})\\n{answers}"
to = ["owner", "Fatou"]
goto = "merci"

[steps.merci]
say = "C'est noté : {parts} parts de {plat} le {jour}. Merci !"
end = true

[steps.traiteur]
say = "Pour plus de 10 parts, une personne vous répond."
hand_over = "grande commande"

[steps.horaires]
say = "Ouvert de 8 h à 18 h."
goto = "accueil"

[steps.personne]
hand_over = "menu"
"""
MENU = "Bonjour Awa ! Que voulez-vous ?\n1. Commander un plat\n2. Nos horaires\n3. Parler à quelqu'un"


class Echo(Plugin):
    name = "echo"

    async def message(self, context: Context, message: Message) -> Verdict:
        context.reply(f"« {message.text} »")
        return Verdict.STOP


def opened(play: Player, text: str = ORDER, *after: type[Plugin]) -> tuple[Play, Person]:
    tenant = replace(TENANT, files={"flows/commande.toml": text.encode()})
    shop = play(OptOut, Takeover, Handovers, Flows, *after, tenant=tenant)
    assert shop.mistakes == ()
    return shop, shop.customer()


def mistakes(text: str, name: str = "flows/commande.toml") -> list[str]:
    tenant = replace(TENANT, files={name: text.encode()})
    found = Flows(Flows.Config(), tenant).check()
    return [f"{one.file}:{one.line}:{one.column} {one.what} ; {one.expected}" for one in found]


def test_an_order_from_the_menu_to_the_end(play: Player) -> None:
    _, awa = opened(play, ORDER, Echo)
    assert awa.says("Bonjour, je veux commander svp").texts == [MENU]
    assert awa.says("1").texts == ["Quel plat ?\n1. Thiéboudienne\n2. Yassa poulet\n3. Mafé"]
    assert awa.says("yasa poulet").texts == ["Combien de parts de Yassa poulet ?"]
    assert awa.says("trois parts").texts == ["Pour quel jour ?"]
    assert awa.says("demain").texts == ["À quel numéro vous appeler ?"]
    heard = awa.says("77 123 45 67")
    assert heard.texts == ["C'est noté : 3 parts de Yassa poulet le 24/11/2026. Merci !"]
    assert [told.to for told in heard.told] == ["owner", "Fatou"]
    assert heard.notices[0] == (
        "Commande de Awa (+221770000001)\nplat : Yassa poulet\nparts : 3\njour : 24/11/2026\ntelephone : +221771234567"
    )
    assert awa.chat.contact.tags == {"commande"}
    assert awa.says("1").texts == ["« 1 »"]


@pytest.mark.parametrize("said", ["2", "2.", "2️⃣", "deux", "le deuxième", "horaires", "Nos oraires"])
def test_a_choice_is_made_in_many_ways(play: Player, said: str) -> None:
    _, awa = opened(play)
    awa.says("menu")
    assert awa.says(said).texts == [f"Ouvert de 8 h à 18 h.\n\n{MENU}"]


@pytest.mark.parametrize("said", ["3", "trois", "le 3 svp", "mafe"])
def test_the_choices_of_a_question_are_numbered_as_a_menus(play: Player, said: str) -> None:
    _, awa = opened(play)
    awa.says("menu")
    asked = "1. Thiéboudienne\n2. Yassa poulet\n3. Mafé"
    assert awa.says("1").texts == [f"Quel plat ?\n{asked}"]
    assert awa.says("4").texts == [
        f"Je ne connais pas cette réponse. Choisissez dans la liste.\n\nQuel plat ?\n{asked}"
    ]
    assert awa.says(said).texts == ["Combien de parts de Mafé ?"]


def test_choices_with_numbers_of_their_own_are_not_numbered(play: Player) -> None:
    _, awa = opened(play, ORDER.replace('["Thiéboudienne", "Yassa poulet", "Mafé"]', '["38", "39", "2"]'))
    awa.says("menu")
    assert awa.says("1").texts == ["Quel plat ?\n• 38\n• 39\n• 2"]
    assert awa.says("2").texts == ["Combien de parts de 2 ?"]


@pytest.mark.parametrize(
    ("limits", "said"),
    [("min = 2", "J'attends un nombre, 2 ou plus."), ("max = 0.5", "J'attends un nombre, 0.5 au plus.")],
)
def test_who_is_out_of_the_limits_reads_them(play: Player, limits: str, said: str) -> None:
    _, awa = opened(play, ORDER.replace("min = 1\nmax = 50", limits))
    awa.says("menu")
    awa.says("1")
    awa.says("1")
    assert awa.says("1").texts == [said]


def test_a_notice_without_answers_has_no_hole(play: Player) -> None:
    _, awa = opened(play)
    awa.says("menu")
    assert "\n\n\n" not in awa.says("3").notices[0]


def together(shop: Play, awa: Person, *texts: str) -> list[str]:
    """What is answered to messages that came in one burst."""
    ids = tuple(range(900, 900 + len(texts)))
    return shop.hear(awa.contact, Message(ids, "text", "\n".join(texts), shop.now)).texts


def test_each_message_of_a_burst_answers_its_own_question(play: Player) -> None:
    shop, awa = opened(play)
    assert together(shop, awa, "bonjour", "commander", "1", "Mafé", "3") == ["Pour quel jour ?"]
    assert together(shop, awa, "demain", "merci") == ["À quel numéro vous appeler ?"]
    assert awa.says("annuler svp").texts == ["D'accord, on s'arrête là. Écrivez-nous quand vous voulez."]


def test_polite_words_begin_and_leave_too(play: Player) -> None:
    _, awa = opened(play, ORDER.replace('"commander", "menu"', '"je veux commander"'))
    assert awa.says("merci").stopped_by is None
    assert awa.says("bonjour je voudrais commander svp").stopped_by == "flow"
    assert awa.says("merci annuler svp").texts == ["D'accord, on s'arrête là. Écrivez-nous quand vous voulez."]


def test_what_is_no_answer_in_a_burst_is_asked_again_once(play: Player) -> None:
    shop, awa = opened(play)
    awa.says("menu")
    heard = together(shop, awa, "euh", "je sais pas")
    assert heard == [f"Je n'ai pas compris. Répondez par le numéro de votre choix.\n\n{MENU}"]


def test_what_a_flow_takes_no_other_plugin_sees(play: Player) -> None:
    _, awa = opened(play, ORDER, Echo)
    assert awa.says("bonjour").texts == ["« bonjour »"]
    awa.says("menu")
    heard = awa.says("bleu")
    assert heard.stopped_by == "flow"
    assert heard.texts == [f"Je n'ai pas compris. Répondez par le numéro de votre choix.\n\n{MENU}"]


def test_wrong_answers_are_explained_and_then_for_a_person(play: Player) -> None:
    _, awa = opened(play)
    awa.says("menu")
    awa.says("1")
    awa.says("mafé")
    assert awa.says("beaucoup").texts == ["J'attends un nombre entre 1 et 50."]
    assert awa.says("90").texts == ["J'attends un nombre entre 1 et 50."]
    heard = awa.says("plein")
    assert heard.texts == ["Je n'arrive pas à vous comprendre : une personne de Chez Awa va vous répondre ici."]
    assert "ne s'en sort pas dans le menu\n\nplat : Mafé" in heard.notices[0]
    assert awa.chat.conversation.state == "pending"
    assert awa.says("3").stopped_by is None


def test_a_branch_by_a_number_hands_over_with_the_answers(play: Player) -> None:
    _, awa = opened(play)
    for said in ("menu", "1", "mafé"):
        awa.says(said)
    heard = awa.says("20")
    assert heard.texts == ["Pour plus de 10 parts, une personne vous répond."]
    assert "conversation 1, +221770000001\nPourquoi : grande commande\n\nplat : Mafé\nparts : 20" in heard.notices[0]


def test_the_words_for_the_way(play: Player) -> None:
    _, awa = opened(play, ORDER, Echo)
    awa.says("menu")
    awa.says("1")
    awa.says("mafé")
    assert awa.says("retour").texts == ["Quel plat ?\n1. Thiéboudienne\n2. Yassa poulet\n3. Mafé"]
    assert awa.says("Retour").texts == [MENU]
    awa.says("1")
    assert awa.says("menu").texts == [MENU]
    assert awa.says("annuler").texts == ["D'accord, on s'arrête là. Écrivez-nous quand vous voulez."]
    assert awa.says("1").texts == ["« 1 »"]


def test_stop_and_a_person_are_heard_inside_a_flow(play: Player) -> None:
    shop, awa = opened(play, ORDER, Echo)
    awa.says("menu")
    assert awa.says("je veux parler à quelqu'un").stopped_by == "handover"
    assert shop.state("flow", "at", awa) is None
    ibou = shop.customer("Ibou", "+221770000002")
    ibou.says("menu")
    assert ibou.says("STOP").stopped_by == "optout"


def test_who_does_not_answer_is_reminded_and_then_left(play: Player) -> None:
    shop, awa = opened(play, ORDER, Echo)
    awa.says("menu")
    awa.says("1")
    assert shop.passes(minutes=19).texts == []
    assert shop.passes(minutes=1).texts == ["Quel plat ?\n1. Thiéboudienne\n2. Yassa poulet\n3. Mafé"]
    assert shop.passes(minutes=39).texts == []
    assert shop.passes(minutes=1).texts == [
        "Sans réponse de votre part, je m'arrête là. Écrivez-nous quand vous voulez."
    ]
    assert awa.says("mafé").texts == ["« mafé »"]
    assert not [alarm for alarm in shop.memory.alarms.values() if alarm.plugin == "flow"]


def test_an_answer_begins_the_waiting_again(play: Player) -> None:
    shop, awa = opened(play)
    awa.says("menu")
    shop.passes(minutes=19)
    awa.says("1")
    assert shop.passes(minutes=19).texts == []
    assert len(shop.passes(minutes=1).texts) == 1


def test_a_hand_ends_the_questions(play: Player) -> None:
    shop, awa = opened(play)
    awa.says("menu")
    awa.answered_by_hand("Bonjour, je m'en occupe")
    assert shop.passes(hours=3).texts == []


def test_who_stands_at_a_step_that_is_gone_begins_again(play: Player) -> None:
    shop, awa = opened(play)
    awa.says("menu")
    awa.says("1")
    shop.plugins = (
        Flows(Flows.Config(), replace(TENANT, files={"flows/commande.toml": ORDER.replace("plat", "mets").encode()})),
    )
    assert awa.says("mafé").texts == [
        f"Nos questions ont changé entre-temps : reprenons du début.\n\n{MENU.replace('plat', 'mets')}"
    ]
    shop.plugins = (
        Flows(Flows.Config(), replace(TENANT, files={"flows/autre.toml": ORDER.encode()})),
        Echo(Echo.Config(), TENANT),
    )
    assert awa.says("mafé").texts == ["« mafé »"]


def test_a_flow_may_begin_with_the_first_message_or_where_nobody_answers(play: Player) -> None:
    text = 'first_message = {}\nunanswered = {}\n[steps.a]\nsay = "Dites"\nask = "text"\nend = true\n'
    _, awa = opened(play, text.format("true", "false"))
    assert awa.says("bonjour").texts == ["Dites"]
    assert awa.says("rien").texts == []
    tenant = replace(TENANT, files={"flows/a.toml": text.format("false", "true").encode()})
    shop = play(Flows, tenant=tenant)
    assert shop.customer().says("n'importe quoi").texts == ["Dites"]


def test_a_group_is_no_customer(play: Player) -> None:
    shop, _ = opened(play)
    assert shop.customer("Awa", "group:120363").says("menu", sender="+221770000009").texts == []


def test_a_file_is_asked_for(play: Player) -> None:
    text = (
        'start = ["payer"]\n[steps.a]\nsay = "Le reçu ?"\nask = "file"\nstore = "recu"\nnotify = "{recu}"\nend = true\n'
    )
    _, awa = opened(play, text)
    awa.says("payer")
    assert awa.says("voilà").texts == ["J'attends une photo ou un document."]
    assert awa.says("", "image").notices == ["[image]"]


def test_answers_without_end_do_not_break_the_flow(play: Player) -> None:
    steps = "".join(f'[steps.s{n}]\nsay = "?"\nask = "text"\nstore = "a{n}"\ngoto = "s{n + 1}"\n' for n in range(100))
    _, awa = opened(play, f'start = ["go"]\n{steps}[steps.s100]\nsay = "{"{answers}" * 400}"\nend = true\n')
    heard = awa.says("go")
    while not heard.notices:
        heard = awa.says("😀" * 4000)
        assert heard.faults == {}
        assert heard.stopped_by == "flow"


# --- what is wrong in a file

HEAD = 'start = ["go"]\n'


def test_a_right_file_has_no_mistakes() -> None:
    assert mistakes(ORDER) == []


def test_all_mistakes_at_once_with_their_places() -> None:
    text = HEAD + (
        "[steps.a]\n"
        'say = "Bonjour {nom}"\n'
        'menu = [{ text = "Un", goto = "bb" }, { text = "Deux" }]\n'
        "[steps.b]\n"
        'say = "B"\n'
        "[steps.c]\n"
        'ask = "text"\n'
        'goto = "a"\n'
        "end = true\n"
    )
    assert mistakes(text) == [
        "flows/commande.toml:3:7 « nom » n'est gardé nulle part ; « name »",
        "flows/commande.toml:4:31 il n'y a pas d'étape « bb » ; « b »",
        "flows/commande.toml:4:39 le choix « Deux » ne mène nulle part ; goto",
        "flows/commande.toml:5:1 l'étape ne mène nulle part ; goto, hand_over ou end = true",
        "flows/commande.toml:5:1 rien ne mène à l'étape « b » ; un goto vers elle, ou pas d'étape",
        "flows/commande.toml:7:1 une question sans texte ; say",
        "flows/commande.toml:7:1 rien ne mène à l'étape « c » ; un goto vers elle, ou pas d'étape",
        "flows/commande.toml:10:7 goto et end ensemble ; un seul",
    ]


def test_a_circle_without_a_question_is_found() -> None:
    text = HEAD + '[steps.a]\ngoto = "b"\n[steps.b]\nsay = "B"\ngoto = "c"\n[steps.c]\ngoto = "a"\n'
    [found] = mistakes(text)
    assert "un cercle sans fin et sans question : a → b → c → a" in found


def test_a_circle_with_a_question_is_a_menu() -> None:
    text = HEAD + '[steps.a]\nsay = "?"\nask = "text"\ngoto = "b"\n[steps.b]\nsay = "B"\ngoto = "a"\n'
    assert mistakes(text) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[steps.a]\nend = true\n", "rien ne commence ce parcours"),
        (HEAD + "remind_minutes = 90\n[steps.a]\nend = true\n", "un rappel après la fin"),
        (HEAD + '[steps.a]\nsay = "?"\nask = "choice"\nend = true\n', "ask et choices ne vont pas ensemble"),
        (HEAD + '[steps.a]\nsay = "?"\nask = "text"\nstore = "Numéro"\nend = true\n', "Numéro"),
        (HEAD + '[steps.a]\nsay = "?"\nask = "text"\npattern = "(a"\nend = true\n', "motif"),
        (HEAD + '[steps.a]\nstore = "x"\nend = true\n', "aucune réponse à garder"),
        (HEAD + '[steps.a]\nwhen = [{ equals = ["x"], goto = "a" }]\nend = true\n', "aucune réponse ici"),
        (HEAD + '[steps.a]\nsay = "?"\nask = "text"\nwhen = [{ goto = "a" }]\nend = true\n', "qui ne dit pas quand"),
        (HEAD + '[steps.a]\nsays = "?"\nend = true\n', "« says » n'existe pas"),
        (HEAD + '[steps.a]\nnotify = "x"\nto = ["Fatu"]\nend = true\n', "« Fatu » n'est pas dans l'équipe ; « Fatou »"),
        (HEAD + '[steps.a]\ntag = "a\\nb"\nend = true\n', "plusieurs lignes"),
        (HEAD + "[steps.a]\nend = true\n[steps.a\n", "flows/commande.toml:4"),
        (HEAD, "steps"),
    ],
)
def test_each_mistake_is_named(text: str, said: str) -> None:
    assert any(said in one for one in mistakes(text)), mistakes(text)


def test_no_flow_at_all_is_a_mistake() -> None:
    assert mistakes("", "knowledge/a.md") == [
        "flows/:1:1 il n'y a pas de parcours ; un fichier comme flows/commande.toml"
    ]


def test_two_flows_do_not_begin_with_the_same_word() -> None:
    step = "[steps.a]\nend = true\n"
    files = {
        "flows/a.toml": ('start = ["Commander"]\n' + step).encode(),
        "flows/b.toml": ('start = ["x", "commander"]\n' + step).encode(),
    }
    [found] = Flows(Flows.Config(), replace(TENANT, files=files)).check()
    assert (found.file, found.line, found.what) == ("flows/b.toml", 1, "« commander » commence aussi flows/a.toml")


def test_the_flows_of_the_guide_are_right(play: Player) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "fr" / "plugins" / "flow.md").read_text()
    files = re.findall(r"```toml\n# (flows/\S+)\n(.*?)```", guide, re.DOTALL)
    assert [name for name, _ in files] == ["flows/commande.toml"]
    for name, text in files:
        assert mistakes(text, name) == []
    _, awa = opened(play, files[0][1])
    quoted = "\n".join(line.removeprefix("> ") for line in guide.splitlines() if line.startswith(">"))
    assert awa.says("Bonjour, je veux commander").texts[0] in quoted
    assert awa.says("deux").texts[0].splitlines()[0] in quoted
    heard = [awa.says(said) for said in ("1", "mafé", "3", "Médina, rue 11")][-1]
    assert heard.notices[0] in quoted
    keys = {*FlowFile.model_fields, *Step.model_fields, *Option.model_fields, *Branch.model_fields} - {"steps"}
    assert [key for key in sorted(keys) if f"`{key}`" not in guide] == []
