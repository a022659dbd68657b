"""Who is who in the demo, and who says what: invented people, no I/O."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shop:
    """A tenant of the demo. Its `tenant.toml` is shops/TENANT.toml."""

    tenant: str
    name: str
    label: str
    """Short, for the margin of a conversation."""
    owner: str
    number: str
    colour: str
    greeting: str
    """How its first message to somebody ends."""


@dataclass(frozen=True, slots=True)
class Customer:
    name: str
    number: str
    shop: Shop
    as_lid: bool = False
    """Writes under a LID, WhatsApp's hidden account id, instead of the number."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something a customer writes. `answer` is part of the one answer that is due to it, None where none is."""

    customer: Customer
    text: str
    answer: str | None


def lines_of(customer: Customer, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """What one customer writes."""
    return tuple(line for line in lines if line.customer == customer)


AWA = Shop("chez-awa", "Chez Awa", "Chez Awa", "Awa", "+221770000101", "yellow", "bienvenue chez Awa !")
NIMA = Shop(
    "friperie-nima", "Friperie Nima", "Friperie Nima", "Nima", "+2250700000202", "magenta", "à la Friperie Nima !"
)
MAIRIE = Shop(
    "mairie-kalanga", "Mairie de Kalanga", "Mairie", "Mme Ekani", "+237670000303", "cyan", "la Mairie de Kalanga."
)
SHOPS = (AWA, NIMA, MAIRIE)

FATOU = Customer("Fatou", "+221780000011", AWA)
MOUSSA = Customer("Moussa", "+221780000012", AWA, as_lid=True)
AMINATA = Customer("Aminata", "+221780000013", AWA)
IBRAHIMA = Customer("Ibrahima", "+221780000014", AWA, as_lid=True)
ADJOUA = Customer("Adjoua", "+2250500000021", NIMA)
KOUASSI = Customer("Kouassi", "+2250500000022", NIMA, as_lid=True)
MARIAM = Customer("Mariam", "+2250500000023", NIMA)
SERGE = Customer("Serge", "+2250500000024", NIMA, as_lid=True)
CHANTAL = Customer("Chantal", "+237650000031", MAIRIE)
EMMANUEL = Customer("Emmanuel", "+237650000032", MAIRIE, as_lid=True)
BRIGITTE = Customer("Brigitte", "+237650000033", MAIRIE)
ISSA = Customer("Issa", "+237650000034", MAIRIE, as_lid=True)
COUMBA = Customer("Coumba", "+221780000015", AWA)
CUSTOMERS = (
    FATOU, ADJOUA, CHANTAL, MOUSSA, KOUASSI, EMMANUEL, AMINATA, MARIAM, BRIGITTE, IBRAHIMA, SERGE, ISSA, COUMBA,
)  # fmt: skip

_DELIVERY = "Médina : 500"

# Each customer's own lines, one after the other; the customers all at once.
RUSH = (
    Line(FATOU, "Bonjour, c'est quoi le menu aujourd'hui ?", "Thiéboudienne"),
    Line(FATOU, "Et vous livrez à la Médina ?", "Livraison à Médina"),
    Line(MOUSSA, "slt c combien le YASSA svp", "Yassa poulet : 2"),
    Line(AMINATA, "Bonsoir", None),
    Line(AMINATA, "vous êtes ouverts jusqu'à quelle heure ?", "11 h 30 à 23 h"),
    Line(IBRAHIMA, "Je voudrais réserver une table pour samedi", "Avec plaisir"),
    Line(ADJOUA, "Bonjour, les robes sont à combien ?", "Robes de 5 000"),
    Line(ADJOUA, "La livraison à Cocody, c'est possible ?", "Abidjan sous 24 h"),
    Line(KOUASSI, "VOUS AVEZ DU 42 EN JEANS ???", "Jeans du 36 au 46"),
    Line(KOUASSI, "je peux payer par mobile money ?", "Orange Money ou espèces"),
    Line(MARIAM, "On peut échanger si ça ne va pas ?", "pendant 7 jours"),
    Line(SERGE, "Bonsoir, la veste en cuir de votre statut, elle est encore là ?", "Vestes dès 6 000"),
    Line(CHANTAL, "Bonjour, il faut quoi pour un extrait de naissance ?", "Numéro du registre"),
    Line(CHANTAL, "Merci. Et c'est où exactement ?", "Hôtel de ville"),
    Line(EMMANUEL, "bjr nous voulons nous marier en mars", "à déposer un mois avant"),
    Line(BRIGITTE, "Le certificat de residence coute combien ?", "facture d'eau"),
    Line(ISSA, "Vous êtes ouverts le samedi ?", "du lundi au vendredi"),
)

# A sale, from the first word to the last, and what the owner writes to the shop on her own phone.
SALE = (
    Line(COUMBA, "Bonjour", None),
    Line(COUMBA, "Je voudrais deux yassa et un bissap", "On vous livre"),
    Line(COUMBA, "Livraison à la Médina, rue 22 angle 27", "Répondez OUI"),
    Line(COUMBA, "Oui c'est bon", "Commande n° 1 confirmée"),
)
READY = Line(COUMBA, "1 prête", "Votre commande n° 1 est prête")
"""The owner writes it, and the customer is told."""
DESK_NUMBER = "+221770000100"
"""The owner's own, as the shop's tenant.toml has it."""
DESK_HEARS = ("Commande n° 1 · Coumba", "Commande n° 1 (Coumba) : prête")
"""Part of each message that the owner is to get on it, in this order."""

# The owner takes a chat over; the bot knows an answer to what the customer then asks, and keeps it to itself.
BY_HAND = Line(SERGE, "Merci beaucoup ! Et vous livrez à Yopougon ?", None)
OWNER_FIRST = "Bonjour Serge, c'est Nima. Je vous la garde jusqu'à samedi."
OWNER_THEN = "Pour vous, la livraison est offerte. À samedi !"

# The worker dies with the first of these in its journal; the others are written while it is dead.
BEFORE_THE_KILL = Line(MOUSSA, "Vous livrez encore ce soir ?", _DELIVERY)
WHILE_DEAD = (
    Line(IBRAHIMA, "Je peux payer par Wave ?", "Wave, Orange Money"),
    Line(AMINATA, "Et vous êtes où exactement ?", "Au marché central"),
    Line(FATOU, "Parfait. On peut aussi réserver ?", "Avec plaisir"),
    Line(BRIGITTE, "Merci. C'est à quel guichet ?", "Hôtel de ville"),
)
DYING = BEFORE_THE_KILL.customer.shop

LINES = (*RUSH, *SALE, READY, BY_HAND, BEFORE_THE_KILL, *WHILE_DEAD)
PICTURED = lines_of(FATOU, RUSH) + lines_of(KOUASSI, RUSH)[:1] + lines_of(CHANTAL, RUSH) + lines_of(SERGE, RUSH)
"""Of the rush, what a picture has room for."""


def due(customer: Customer) -> tuple[str, ...]:
    """Part of each message that the customer is to get from the bot, in this order."""
    answers = (line.answer for line in lines_of(customer, LINES))
    return (customer.shop.greeting, *(answer for answer in answers if answer is not None))


def answered_lines(customer: Customer) -> Iterator[tuple[str, Line]]:
    """`due`, each with the line that it answers; the greeting answers the first."""
    lines = lines_of(customer, LINES)
    yield customer.shop.greeting, lines[0]
    yield from ((line.answer, line) for line in lines if line.answer is not None)


def line_answered(customer: Customer, text: str) -> Line | None:
    """Which of the customer's lines a text of the bot answers."""
    return next((line for part, line in answered_lines(customer) if part in text), None)
