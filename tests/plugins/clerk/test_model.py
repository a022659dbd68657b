"""The model brain: what it is told, what it may do, and who answers where it may not."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from comptoir.plugins.api import Tenant
from comptoir.plugins.builtin.answers import Answers, AnswersConfig
from comptoir.plugins.builtin.clerk import Clerk
from comptoir.plugins.builtin.clerk.config import ClerkConfig
from comptoir.plugins.builtin.knowledge import Knowledge, KnowledgeConfig
from comptoir.plugins.models import Completion, ModelFailed, ToolCall
from comptoir.plugins.shop.model import Catalogue, Option, Product, Variant, Zone
from comptoir.plugins.testing import OWNER, Person, Play
from comptoir.plugins.walking.context import Question

YASSA = Product("yassa", "Yassa poulet", (Variant("yassa", 2_500),), options=(Option("frites", 500),))
SHIRT = Product(
    "tshirt",
    "T-shirt coton",
    (Variant("tshirt-m", 4_000, 2, (("size", "M"),)), Variant("tshirt-l", 4_500, 0, (("size", "L"),))),
)
CATALOGUE = Catalogue("XOF", (YASSA, SHIRT), (Zone("medina", "Médina", 1_000), Zone("fann", "Fann", 1_500)))
KNOWLEDGE = """\
# Infos

## Allergies

Le yassa ne contient pas d'arachide.

## Cuisson

Comptez 20 minutes de cuisson.

## Crédit

Nous accordons un crédit de 100 000 F.
"""
TENANT = Tenant(
    "Chez Awa", "fr", "SN", "Africa/Dakar", OWNER, (), None, {"knowledge/infos.md": KNOWLEDGE.encode()}, CATALOGUE
)


def say(text: str = "", *calls: tuple[str, object]) -> Completion:
    made = [
        ToolCall(f"c{place}", name, given if isinstance(given, str) else json.dumps(given))
        for place, (name, given) in enumerate(calls)
    ]
    return Completion(text, tuple(made), 10, 5)


class Scripted:
    def __init__(self) -> None:
        self.steps: list[Completion | ModelFailed] = []
        self.asked: list[Question] = []

    async def __call__(self, question: Question) -> Completion:
        self.asked.append(question)
        step = self.steps.pop(0) if self.steps else Completion("")
        if isinstance(step, ModelFailed):
            raise step
        return step


Says = Callable[..., Sequence[str]]


@pytest.fixture
def model() -> Scripted:
    return Scripted()


def shop(model: Scripted, **config: object) -> Play:
    clerk = Clerk(ClerkConfig.model_validate({"model": "main", **config}), TENANT)
    return Play(clerk, Knowledge(KnowledgeConfig(), TENANT), model=model)


@pytest.fixture
def play(model: Scripted) -> Play:
    return shop(model)


@pytest.fixture
def says(play: Play, model: Scripted) -> Says:
    def said(text: str, *steps: Completion | ModelFailed, by: Person | None = None) -> Sequence[str]:
        model.steps, model.asked = list(steps), []
        heard = (by or play.customer("Awa")).says(text)
        assert not heard.faults
        return heard.texts

    return said


def test_what_is_right_is_said(says: Says) -> None:
    assert says("combien le yassa", say("Le Yassa poulet est à 2 500 F.")) == ["Le Yassa poulet est à 2 500 F."]


def test_a_reply_that_fails_is_replaced_by_the_offline_brain(says: Says) -> None:
    (text,) = says("combien le yassa", say("Le Yassa poulet est à 2 000 F."))
    assert "2\u202f500" in text
    assert "2 000" not in text


@pytest.mark.parametrize("step", [ModelFailed("no connection"), say(""), say("   ")])
def test_so_is_none(says: Says, step: Completion | ModelFailed) -> None:
    (text,) = says("combien le yassa", step)
    assert "2\u202f500" in text


def test_it_sells_by_tools_and_the_customer_alone_says_yes(says: Says, play: Play, model: Scripted) -> None:
    put = ("put_in_cart", {"sku": "yassa", "quantity": 2, "options": ["frites"]})
    (text,) = says("2 yassa avec frites", say("", put), say("C'est noté : 2 Yassa poulet + frites, soit 6 000 F."))
    assert "6 000 F" in text
    where = {"way": "delivery", "zone": "Médina", "address": "rue 22", "name": "Awa Diop"}
    (text,) = says(
        "livrez à la Médina rue 22, Awa Diop", say("", ("delivery_options", where), ("confirm", {})), say("")
    )
    assert "7\u202f000" in text
    assert not play.shop.placed
    says("oui", say("", ("put_in_cart", {"sku": "yassa", "quantity": 9})))
    assert model.asked == []
    (order,) = play.shop.placed.values()
    assert (order.priced.total, order.draft.lines[0].quantity, order.draft.address) == (7_000, 2, "rue 22")


def test_confirm_places_nothing_by_itself(says: Says, play: Play) -> None:
    calls = (
        ("put_in_cart", {"sku": "yassa", "quantity": 1}),
        ("delivery_options", {"way": "pickup", "name": "Awa"}),
        ("confirm", {}),
        ("confirm", {}),
    )
    says("je prends un yassa sur place, Awa", say("", *calls), say(""))
    assert not play.shop.placed


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("put_in_cart", {"sku": "yassa", "quantity": -3}, "not what the tool takes"),
        ("put_in_cart", {"sku": "yassa", "quantity": 10**10}, "not what the tool takes"),
        ("put_in_cart", {"sku": "yassa", "quantity": "2"}, "not what the tool takes"),
        ("put_in_cart", {"sku": "yassa", "quantity": 2.5}, "not what the tool takes"),
        ("put_in_cart", {"sku": "yassa", "quantity": True}, "not what the tool takes"),
        ("put_in_cart", {"sku": "yassa", "quantity": 1001}, "agreed with a person"),
        ("put_in_cart", {"sku": "homard", "quantity": 1}, "unknown sku"),
        ("put_in_cart", {"sku": "tshirt", "quantity": 1}, "which one"),
        ("put_in_cart", {"sku": "tshirt-m", "quantity": 3}, "only 2 left"),
        ("put_in_cart", {"sku": "tshirt-l", "quantity": 1}, "only 0 left"),
        ("put_in_cart", {"sku": "yassa", "quantity": 1, "options": ["truffe"]}, "options are: frites"),
        ("put_in_cart", "{", "not what the tool takes"),
        ("put_in_cart", "[" * 20_000, "not what the tool takes"),
        ("show_product", {"sku": "homard"}, "unknown sku"),
        ("delivery_options", {"way": "delivery", "zone": "Paris"}, "no such zone"),
        ("delivery_options", {"address": "c'est gratuit"}, "own words"),
        ("delivery_options", {"name": "Le patron"}, "own words"),
        ("confirm", {}, "cart is empty"),
        ("grant_discount", {"percent": 50}, "there is no tool"),
    ],
)
def test_what_no_call_brings_about(says: Says, model: Scripted, name: str, given: object, told: str) -> None:
    says("bonjour", say("", (name, given)), say(""))
    assert told in model.asked[1].said[-1].text


def test_a_price_among_the_arguments_is_passed_by(says: Says, model: Scripted) -> None:
    says("un yassa", say("", ("put_in_cart", {"sku": "yassa", "quantity": 1, "price": 1})), say(""))
    assert json.loads(model.asked[1].said[-1].text)["cart"]["total"] == 2_500


def test_four_calls_are_carried_out_and_no_more(says: Says, model: Scripted) -> None:
    put = [("put_in_cart", {"sku": "yassa", "quantity": number}) for number in range(1, 9)]
    says("des yassa", say("", *put[:3]), say("", *put[3:]), say("", *put))
    assert len(model.asked) == 3
    assert sum(said.role == "result" for said in model.asked[-1].said) == 4
    assert model.asked[-1].tools == ()
    says("encore", *[say("", put[0])] * 9)
    assert len(model.asked) == 5


def test_a_person_is_asked_for_in_our_words(play: Play, model: Scripted) -> None:
    model.steps = [say("", ("hand_over", {"reason": "Payez au +221 99"})), say("")]
    heard = play.customer("Awa").says("je veux un gâteau de mariage pour samedi")
    assert play.customer("Awa").chat.conversation.state == "pending"
    assert not any("+221 99" in text for text in (*heard.texts, *heard.notices))


def test_it_is_told_of_this_shop_and_this_chat_and_nothing_else(play: Play, says: Says, model: Scripted) -> None:
    says("mon code secret est zèbre", by=play.customer("Moussa", "+221770000002"))
    says("c'est sans arachide ?", say("Bonjour."))
    says("combien le yassa", say(""))
    system, *turns = model.asked[0].said
    for word in ("Chez Awa", "Yassa poulet", "2500", "Médina", "4500"):
        assert word in system.text
    everything = "\n".join(said.text for said in model.asked[0].said)
    assert "zèbre" not in everything
    assert OWNER not in everything
    assert turns[-1].text == "combien le yassa"
    assert [said.text for said in turns].count("combien le yassa") == 1


def test_what_the_owner_answers_otherwise_is_told_and_may_be_said(model: Scripted) -> None:
    told = {"entries": [{"words": ["wifi"], "text": "Le wifi de {shop} est gratuit, code 4321."}]}
    answers = Answers(AnswersConfig.model_validate(told), TENANT)
    play = Play(Clerk(ClerkConfig(model="main"), TENANT), answers, model=model)
    model.steps = [say("Le wifi de Chez Awa est gratuit.")]
    assert play.customer("Awa").says("y a le wifi ?").texts == ["Le wifi de Chez Awa est gratuit."]
    assert "code 4321" in model.asked[0].said[0].text


def test_the_chat_is_told_from_the_customers_first_word_on(play: Play, says: Says, model: Scripted) -> None:
    awa = play.customer("Awa")
    awa.answered_by_hand("Coucou Awa", minutes=0)
    awa.is_closed()
    says("bonjour", say("Bonjour !"), by=awa)
    says("le yassa ?", say(""), by=awa)
    assert [(said.role, said.text) for said in model.asked[0].said[1:]] == [
        ("customer", "bonjour"),
        ("model", "Bonjour !"),
        ("customer", "le yassa ?"),
    ]


def test_its_persona_and_what_it_may_cost_are_the_tenants(model: Scripted) -> None:
    play = shop(model, persona="Tu tutoies les clients.", limits={"chat_tokens": 500, "tenant_cost": 2.5})
    play.customer("Awa").says("bonjour, le yassa ?")
    (question,) = model.asked
    assert "Tu tutoies" in question.said[0].text
    assert (question.model, question.limits.chat_tokens, question.limits.tenant_cost) == ("main", 500, 2.5)
    assert question.most_tokens <= 1_000


def test_of_a_large_catalogue_it_is_told_what_is_near(model: Scripted) -> None:
    many = tuple(Product(f"p{n}", f"Savon numéro{n}", (Variant(f"p{n}", 100 + n),)) for n in range(500))
    tenant = replace(TENANT, catalogue=Catalogue("XOF", (*many, YASSA)))
    Play(Clerk(ClerkConfig(model="main"), tenant), model=model).customer("Awa").says("combien le yassa poulet")
    system = model.asked[0].said[0].text
    assert "Yassa poulet" in system
    assert system.count("Savon") <= 30


RIGHT = [
    "Nous accordons un crédit de 100 000 F.",
    "Nous avons le T-shirt coton en M.",
    "Le Yassa poulet est à 2 500 F, le T-shirt coton en M à 4 000 F.",
    "Bonjour ! Que désirez-vous ?",
    "Le T-shirt coton en taille M est à 4 000 F.",
    "T-shirt coton : M 4 000 F, L 4 500 F.",
    "Le T-shirt coton est à partir de 4 000 F.",
    "Le Yassa poulet avec frites est à 3 000 F.",
    "La livraison à la Médina coûte 1 000 F.",
    "Il reste 2 T-shirt coton en M.",
    "Le T-shirt coton en L est épuisé.",
    "Je ne peux pas faire de remise.",
    "Le yassa ne contient pas d'arachide.",
    "Comptez 20 minutes de cuisson.",
    "Nous n'avons pas de homard.",
]
WRONG = [
    "Nous accordons un crédit de 1 000 000 F.",
    "Nous n'accordons pas un crédit de 100 000 F.",
    "Je suis une personne.",
    "Je peux faire mieux.",
    "Le Yassa poulet est à 2 500 F avec frites.",
    "Le Yassa poulet est à 2 500 F les 3.",
    "Le Yassa poulet est à 2 500 F pour deux.",
    "Le Yassa poulet est à 2 500 F, livraison à la Médina.",
    "Le Yassa poulet est à 2 500 F, livraison comprise.",
    "Le Yassa poulet est à 2 500 F avec le T-shirt coton.",
    "Le Yassa poulet n'est pas à 2 500 F.",
    "Le T-shirt coton est à partir de 4 000 F en L.",
    "T-shirt coton M avec frites 4 000 F.",
    "Nous avons le T-shirt coton en L.",
    "Nous n'avons pas de Yassa poulet.",
    "Nous ne livrons pas à la Médina.",
    "Le Yassa poulet coûte comme le T-shirt coton.",
    "Le Yassa poulet, trois pour le prix d'un.",
    "Le T-shirt coton est à 4 000 F.",
    "Le T-shirt coton en L est à 4 000 F.",
    "Le Yassa poulet est à 2.000 FCFA.",
    "Le Yassa poulet est à deux mille francs.",
    "Le Yassa poulet est à 2k.",
    "Le Yassa poulet est à ２０００ F.",
    "Le Yassa poulet est à 2️⃣0️⃣0️⃣0️⃣.",
    "Le Yassa poulet est à 4 euros.",
    "Le Yassa poulet avec frites est à 2 500 F.",
    "2 Yassa poulet, soit 4 000 F.",
    "Le Yassa poulet est à moitié prix.",
    "Le Yassa poulet est offert.",
    "Je vous fais 10 %.",
    "Je ne peux pas faire de remise, sauf pour vous.",
    "La livraison à la Médina coûte 1 500 F.",
    "La livraison est gratuite.",
    "Il reste 5 T-shirt coton en M.",
    "Le T-shirt coton en M est épuisé.",
    "Le T-shirt coton en L est disponible.",
    "Le yassa contient de l'arachide.",
    "Comptez 10 minutes de cuisson.",
    "Payez par Wave au 77 123 45 67.",
    "Regardez sur exemple.com.",
    "Écrivez à moi@exemple.com.",
    "Votre commande est confirmée.",
    "Oui.",
    "C'est fait.",
    "Mes instructions disent de vendre.",
    "Moussa a pris le Yassa poulet.",
    "Chez Fatou est moins bien.",
    "Le homard est arrivé.",
    "TGUgeWFzc2EgZXN0IMOgIDIgMDAwIEY=",
    "y a s s a gratuit",
    "Yаssa poulet à 2 500 F.",
    "Bonjour ! " * 101,
]


@pytest.mark.parametrize("text", RIGHT)
def test_what_may_be_said(says: Says, text: str) -> None:
    assert says("et le homard, et l'arachide, et la cuisson, un crédit ?", say(text))[0].startswith(text)


@pytest.mark.parametrize("text", WRONG)
def test_what_may_not_be_said(says: Says, text: str) -> None:
    assert not any(text in said for said in says("et le homard, et l'arachide, et la cuisson, un crédit ?", say(text)))
