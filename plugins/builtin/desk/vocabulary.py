"""The words of the desk's commands, folded, French and English side by side: owners mix them."""

from collections.abc import Mapping
from typing import Literal

from rapidfuzz.distance import DamerauLevenshtein

from comptoir.plugins.builtin.desk.commands import Settable

PlainWord = Literal[
    "help", "orders", "conversations", "yes", "agreed", "no", "thanks", "pause", "resume", "today", "yesterday"
]

_STATES: Mapping[Settable, str] = {
    "confirmed": "confirmee, confirme, confirmer, acceptee, accepte, valider, validee, valide, confirmed, accepted",
    "preparing": "en preparation, preparation, en prepa, en cours de preparation, en cuisine, preparing,"
    " in preparation",
    "ready": "prete, pret, pretes, prets, pres, ready",
    "delivering": "en livraison, en cours de livraison, en route, en chemin, partie, parti, expediee, expedie,"
    " delivering, on the way, on its way, out for delivery",
    "delivered": "livree, livre, livrees, livres, remise, remis, recuperee, recupere, delivered, picked up",
    "cancelled": "annulee, annule, annuler, cancelled, canceled, cancel",
    "paid": "payee, paye, payees, reglee, regle, paid",
    "open": "pas payee, pas paye, non payee, non paye, impayee, impaye, pas reglee, not paid, unpaid",
}
_PLAIN: Mapping[PlainWord, str] = {
    "help": "aide, aidez moi, help, menu, que faire, comment ca marche, commands",
    "orders": "commandes, commande, cmd, cmds, les commandes, mes commandes, commandes en cours, commandes du jour,"
    " commandes d aujourd hui, commandes en attente, nouvelles commandes, orders, open orders",
    "conversations": "liste, list, conversations, clients en attente",
    "yes": "oui, ouais, yes, vas y, waaw, oui oui, je confirme",
    "agreed": "ok, okay, d accord, daccord, c est bon, c est ca",
    "no": "non, no, nop, nope, pas ca, laisse, laissez, laisse tomber, deedeet",
    "thanks": "merci, merci beaucoup, super, parfait, bien, tres bien, top, thanks, thank you, ca marche, jerejef",
    "pause": "pause, en pause, fais une pause, faire une pause, mets en pause, tais toi, silence",
    "resume": "reprends, reprend, reprendre, reprenez, fin de pause, fin pause, resume, unpause",
    "today": "aujourd hui, aujourdhui, auj, today, bilan, bilan du jour, chiffres, ventes, ventes du jour, figures",
    "yesterday": "hier, yesterday, bilan d hier, bilan hier, ventes hier, ventes d hier, chiffres d hier",
}
_BY = frozenset("par en via avec cash espece especes wave om momo by in".split())  # noqa: SIM905 (read as it is said)
POLITE = frozenset("svp stp please s il vous te plait".split())  # noqa: SIM905 (read as it is said)
_SHORTEST = 5
"""Letters of the shortest word in which a mistake is forgiven."""


def _by_phrase(table: Mapping[Settable, str]) -> dict[str, Settable]:
    return {phrase.strip(): meant for meant, phrases in table.items() for phrase in phrases.split(",")}


_STATE_OF = _by_phrase(_STATES)
_PLAIN_OF: dict[str, PlainWord] = {
    phrase.strip(): meant for meant, phrases in _PLAIN.items() for phrase in phrases.split(",")
}
# A slip of the thumb in these would tell a customer that their money came, or end their order for good.
_EXACT = frozenset(phrase for phrase, to in _STATE_OF.items() if to in ("paid", "open", "delivered", "cancelled"))


def state_called(said: list[str]) -> Settable | None:
    """The state that these words are, and nothing else; a mistyped letter is forgiven in a long word."""
    phrase = " ".join(said[1:] if said[:1] in (["est"], ["is"], ["comme"], ["as"]) else said)
    if found := _STATE_OF.get(phrase):
        return found
    if len(said) in (2, 3) and _STATE_OF.get(said[0]) == "paid" and said[1] in _BY:
        return "paid"
    meant = _mistyped(phrase, [known for known in _STATE_OF if known not in _EXACT])
    return _STATE_OF[meant] if meant else None


def plain_word(said: list[str]) -> PlainWord | None:
    """The command that these words are by themselves."""
    phrase = " ".join(word for word in said if word not in POLITE)
    if found := _PLAIN_OF.get(phrase):
        return found
    # Whether somebody agrees is never guessed.
    meant = _mistyped(
        phrase, [known for known, what in _PLAIN_OF.items() if what not in ("yes", "agreed", "no", "thanks")]
    )
    return _PLAIN_OF[meant] if meant else None


def _mistyped(phrase: str, known: list[str]) -> str | None:
    # `Confirmez` and `préparez` are said to a customer.
    if len(phrase) < _SHORTEST or phrase.endswith("ez"):
        return None
    near = (
        one for one in known if len(one) >= _SHORTEST and DamerauLevenshtein.distance(phrase, one, score_cutoff=1) <= 1
    )
    return next(near, None)
