"""Reads whether a customer asks for a person, and whether they ask anything at all."""

from collections.abc import Sequence, Set

from rapidfuzz.distance import DamerauLevenshtein

from comptoir.plugins.phrases import Phrasebook
from comptoir.plugins.text import words


def _set(spelt: str) -> frozenset[str]:
    return frozenset(spelt.split())


_PERSONS = _set(
    "humain humaine conseiller conseillere agent patron patronne gerant gerante responsable vendeur vendeuse personne"
    " quelquun qqun qqn qlqun qlqn qlq1 qq1 kelkun operateur operatrice proprietaire boutiquier boutiquiere commercial"
    " commerciale human someone somebody person manager boss owner operator representative advisor nit kenn"
    " boroom"
)
_OFTEN_SOMETHING_ELSE = _set("personne agent commercial commerciale vendeur vendeuse nit kenn person")
"""`une personne` is how many are coming, `un agent` where one can pay: by themselves they ask for nobody."""
_WORDS_OF_THEIR_OWN = _set(
    "argent casse casser changer conseille conseilles conseillez contracter contrat disputer garant geant manger"
    " mangez menager persan"
)
"""A letter away from those here, and no mistyped ones: `je veux manger` asks for no manager."""
_TALKING = _set(
    "parler discuter echanger joindre contacter causer relation passez passer passe appeler talk speak chat contact"
    " reach connect wax"
)
_WANTING = _set("veux voudrais voudrai veu vx besoin demande exige cherche want need would")
_BEFORE_A_PERSON = _set("a avec au aux un une le la l du de d mon votre vrai vraie the an to with your real ak")
_AROUND = _set(
    "bonjour bonsoir salut hello hi allo alo hey svp stp please s il vous te plait un une le la l a au est sont moi y"
    " t ici vrai vraie real the an je merci ok d accord"
)
_PHRASES: tuple[tuple[str, ...], ...] = tuple(
    tuple(phrase.split())
    for phrase in (
        "appelez moi", "appelle moi", "rappelez moi", "rappelle moi", "pouvez m appeler", "peux m appeler",
        "pouvez me rappeler", "peux me rappeler", "call me", "service client", "customer service", "vous parler",
        "te parler", "lui parler", "leur parler", "parler directement", "talk to you", "pas un robot",
        "pas a un robot", "not a robot",
        "not a bot", "parler a un robot", "parler avec un robot", "vrai personne", "vraie personne",
        "real person", "vrai humain",
    )
)  # fmt: skip
MAX_READ = 2_000
"""Characters of a message that are looked at."""
_REACH = 5
"""Words between the verb and the person: `parler de ma commande à quelqu'un`."""
_SHORT = 5
"""Letters of the shortest word in which a mistake is forgiven."""

_QUESTION_STARTS: tuple[tuple[str, ...], ...] = tuple(
    tuple(start.split())
    for start in (
        "combien", "quand", "ou est", "ou se", "ou etes", "comment", "pourquoi", "quel", "quelle", "quels", "quelles",
        "qui", "est ce", "c est combien", "c est quoi", "avez vous", "vous avez", "pouvez vous", "peut on", "y a t",
        "il y a", "je peux", "puis je", "how", "when", "where", "why", "which", "who", "what", "do you", "is there",
        "are there", "can i", "can you", "is it", "nanga", "naata", "fan la", "fan nga", "kan la", "lan la",
    )
)  # fmt: skip
_GREETINGS = _set("bonjour bonsoir salut hello hi hey coucou slt bjr bsr salam svp stp et ok alors merci")
_PLEASANTRIES = _set(
    "ok okay okey oki d accord merci beaucoup bien tres super cool parfait bonjour bonsoir salut hello hi hey coucou"
    " bye au revoir a bientot bonne journee soiree nuit oui non yes no ouais thanks thank you jerejef salam aleikoum"
    " assalamou alaykoum malekoum et vous ca va good morning evening night de rien pas grave c est bon note lol mdr"
    " haha amen inchallah"
)
# Made here and not at its first use: so all workers share one.
_WAYS_OF_ASKING = Phrasebook([["parler à quelqu'un"]])


def asks_for_a_person(text: str) -> bool:
    """Whether `text` asks for somebody to talk to, forgiving accents and a mistyped letter."""
    text = text[:MAX_READ]
    said = _joined(words(text))
    if any(_holds(said, phrase) for phrase in _PHRASES) or set(said) - _AROUND - _WANTING == {"parler"}:
        return True
    persons = [at for at, word in enumerate(said) if _is_one_of(word, _PERSONS)]
    return any(_is_asked_for(said, at) for at in persons) or bool(_WAYS_OF_ASKING.find(text))


def asks_something(text: str) -> bool:
    """Whether `text` is a question."""
    if "?" in text or "？" in text:
        return True
    said = words(text)
    while said and said[0] in _GREETINGS:
        del said[0]
    return any(_begins(said, start) for start in _QUESTION_STARTS)


def is_pleasantry(text: str) -> bool:
    """Whether nobody expects an answer to `text`: `ok merci`, or only signs."""
    return all(word in _PLEASANTRIES for word in words(text))


def _is_asked_for(said: Sequence[str], at: int) -> bool:
    """Whether the person that stands at `at` is one to talk to: `cheveux humains` are not."""
    before = said[max(0, at - _REACH) : at]
    introduced = bool(before) and (
        before[-1] in _BEFORE_A_PERSON or before[-1] in _WANTING or _is_one_of(before[-1], _TALKING)
    )
    if introduced and any(_is_one_of(word, _TALKING) for word in before):
        return True
    alone = all(other == at or word in _AROUND for other, word in enumerate(said))
    if said[at] in _OFTEN_SOMETHING_ELSE:
        return alone and said[at] == "agent"
    # `Un patron de couture` is made of paper, and `avez-vous besoin de quelqu'un` offers work.
    of = said[at + 1 : at + 2] in (["de"], ["d"]) or (said[at] == "quelquun" and before[-1:] == ["de"])
    if introduced and not of and any(word in _WANTING for word in before):
        return True
    return alone


def _joined(said: list[str]) -> list[str]:
    """`quelqu'un` in one word, as many write it."""
    joined: list[str] = []
    for word in said:
        if joined and (joined[-1], word) in {("quelqu", "un"), ("quelqu", "1"), ("quelque", "un"), ("kelk", "un")}:
            joined[-1] = "quelquun"
        else:
            joined.append(word)
    return joined


def _is_one_of(word: str, known: Set[str]) -> bool:
    if word in known:
        return True
    # A plural is no mistyped singular: whoever wants somebody wants one.
    if len(word) < _SHORT or word[:-1] in known or word in _WORDS_OF_THEIR_OWN:
        return False
    return any(
        len(other) >= _SHORT and DamerauLevenshtein.distance(word, other, score_cutoff=1) <= 1 for other in known
    )


def _holds(said: Sequence[str], phrase: tuple[str, ...]) -> bool:
    return any(tuple(said[at : at + len(phrase)]) == phrase for at in range(len(said) - len(phrase) + 1))


def _begins(said: Sequence[str], start: tuple[str, ...]) -> bool:
    return tuple(said[: len(start)]) == start
