"""What means something only together with what it answers: whoever reads it cannot tell whether it is so."""

import re

_AGREES = re.compile(
    r"\b(?:oui|ouais|exact\w*|vrai\w*|d'accord|ok|okay|entendu|bien sur|certain\w*|absolument|effectivement|en effet|"
    r"pas de souci|pas de probleme|ca marche|parfait\w*|c'est bon|c'est fait|c'est vu|c'est ca|le bon|waaw|"
    r"^surs?|yes|yeah|sure|right|correct|true|of course|no problem|agreed|exactly|indeed|tout a fait|avec plaisir|"
    r"promis)\b"
)
_DONE = re.compile(
    r"\b(?:not(?:e|ee|es|ees)|ajout(?:e|ee|es|ees)|retire(?:e|s|es)?|enleve(?:e|s|es)?|mis|added|removed|noted)\b"
)
_PRICED = re.compile(
    r"\b(?:prix|tarif\w*|montant|total|somme|frais|supplement|cout\w*|vaut|valent|pay\w+|cher\w*|price\w*|cost\w*|fees?)\b"
)
_MAY_BE_SAID = re.compile(
    r"\b(?:ne|n') ?(?:peux|puis|pouvons) pas\b[^:;]*\b(?:changer|modifier|baisser)\b|\bcan(?:not|'t) change\b|^voici\b|"
    r"^here\b|\bpeux vous donner nos prix ici\b"
)
# Of somebody who is not here; what is there, and what is polite, is nobody.
_SOMEBODY = re.compile(
    r"(?<!s')\bil\b(?! (?:reste|y|faut))|\b(?:elle|ils|elles|lui|leurs?|he|she|they|him|her|them|their|his)\b(?!-meme)"
)
_DELIVERS = re.compile(r"\b(?:livr\w+|deliver\w*)\b")
_MAY_DELIVER = re.compile(r"\b(?:ou|or|ne livrons pas|adresse)\b")


def wrong_nod(sentence: str, *, tells: bool, changed: bool) -> str:
    """An agreement, a deed, a word on prices, on the delivery or on somebody; empty where nothing of it is, and where
    the sentence `tells` by itself what is so. A deed may be told where the cart has `changed`.
    """
    if tells:
        return ""
    if found := _AGREES.search(sentence) or (None if changed else _DONE.search(sentence)):
        return found[0]
    if found := _SOMEBODY.search(sentence):
        return found[0]
    if (found := _DELIVERS.search(sentence)) and not _MAY_DELIVER.search(sentence):
        return found[0]
    if (found := _PRICED.search(sentence)) and not _MAY_BE_SAID.search(sentence):
        return found[0]
    return ""
