"""Entries and passages are ranked by one measure."""

from comptoir.plugins.builtin.entries import Entries
from comptoir.plugins.builtin.evidence import Asked, Evidence, sureness
from comptoir.plugins.builtin.knowledge.index import Index
from comptoir.plugins.builtin.knowledge.passages import Passage, cut
from comptoir.plugins.builtin.ranking import rank

ENTRIES = Entries(
    [
        (["livraison", "livrer"], "Nous livrons à Dakar pour 1 000 F."),
        (["prix", "combien"], "Savon : 500 F. Huile : 2 000 F."),
        (["adresse", "où êtes-vous"], "Rue 12, à Ouakam."),
    ]
)
PASSAGES = Index(
    cut(
        "boutique.md",
        "## Envoi en région\n\nLe colis part par le car.\n\nQuestions : Vous livrez à Thiès, à Mbour ?\n\n"
        "## Allergies\n\nL'huile contient des noix.\n\nQuestions : Des noix dedans ?",
    )
)


def answered(text: str) -> int | str | None:
    """The number of the entry or the title of the passage that answers, if one does."""
    best = next(iter(rank(text, ENTRIES, PASSAGES)), None)
    if best is None or not best.fits:
        return None
    return best.answer.title if isinstance(best.answer, Passage) else best.answer


def test_the_one_that_explains_more_answers() -> None:
    assert answered("vous livrez ?") == 0
    assert answered("vous livrez à Mbour ?") == "Envoi en région"
    assert answered("combien l'huile ?") == 1
    assert answered("l'huile, il y a des noix dedans ?") == "Allergies"


def test_words_that_nothing_explains_speak_against_all() -> None:
    assert answered("où êtes-vous ?") == 2
    assert answered("combien de temps vit une tortue des îles Galapagos ?") is None


def test_the_owners_own_words_answer_among_many_others() -> None:
    text = "quel est votre adresse exacte, je suis vers le rond point de l'hôpital avec mon frère"
    (best, *_) = rank(text, ENTRIES, PASSAGES)
    assert (best.answer, best.fits, best.sure < 0.5) == (2, True, True)


def test_who_only_tells_asks_for_nothing() -> None:
    assert answered("la livraison ?") == 0
    assert answered("j'ai déjà payé la livraison") is None


def test_two_that_say_the_same_are_no_reason_for_silence() -> None:
    strong, weak = Evidence(close=1, amount=2, whole=1, longest=1), Evidence(amount=0.2, left=2)
    asked = Asked({"a": 1.0}, tells=False)
    alone, twice = sureness(asked, [strong])[0], sureness(asked, [strong, strong])[0]
    assert alone > twice > 0.66
    assert sureness(asked, [strong, weak])[1] < 0.1
