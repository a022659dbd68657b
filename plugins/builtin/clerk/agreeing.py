"""Whether a message is a yes and nothing else: only such a one places an order."""

import re
from collections.abc import Collection

from comptoir.plugins.text import stem, words

_TWICE = re.compile(r"(\w)\1+")
_PHRASES = re.compile(
    r"\b(?:(?:pas|sans|aucun|y a pas|ya pas)(?: de)? (?:souci|soucis|probleme|problemes|pb|pblm|drap)"
    r"|(?:c|ce|cest|c est|est|tout est|tt est)(?: bien| tout| exactement)?"
    r" (?:ca|sa|cela|bon|juste|fait|cale|propre|clair|carre|doux|ce que j ai (?:dit|demande))(?: meme| seulement)?"
    r"|(?:on|nous) (?:fait|fais|faisons|part|reste|est) (?:comme )?(?:ca|cela|la dessus)|faisons (?:comme )?(?:ca|cela)"
    r"|(?:ca|cela) (?:ira|me va|me convient|convient)(?: comme (?:ca|cela))?|allons y|tout y est|le compte est bon"
    r"|(?:je|moi je) dis oui|en effet|bien sur que oui|d accord pour tout|(?:oui|ok) (?:faites|allez|grand|vous pouvez)"
    r"|(?:ca|sa) (?:marche|va|me va|roule|me convient|nous va)|vas y|allez y|bon pour (?:moi|nous|accord)"
    r"|rien a (?:dire|redire|changer|ajouter|signaler)|a tout a l heure|a plus tard|tout a fait|avec plaisir|bien sur"
    r"|que dieu (?:te|vous|nous) (?:benisse|garde)|faites (?:vite|seulement)|(?:grand|petit) frere"
    r"|(?:grande|petite) soeur|(?:tres|trop) bien|c est (?:exactement |bien )?ce que je (?:veux|voulais|voulai)"
    r"|(?:vous pouvez|tu peux|on peut) (?:y aller|envoyer|livrer|preparer|lancer|valider|confirmer|proceder)"
    r"|j ai (?:bien )?(?:verifie|vu|lu|compris)|de ma part|(?:je|on) (?:prends|prend|valide|confirme)"
    r"|pour (?:moi|nous|la commande))\b"
)
"""Words that are a yes, or nothing beside it, only together."""
_BESIDE = re.compile(
    r"\b(?:(?:on|je|j|nous) (?:vous |l |le )?(?:attends|attend|attendons)"
    r"(?: (?:le livreur|la livraison|votre livreur))?"
    r"|on se comprend|lancez la preparation|(?:je|on) paie(?:rai|ra)? a la livraison)\b"
)
"""What is often said beside a yes, and is none."""
_SIGNS = re.compile("[👍✅👌🆗✔☑]")


def _short(word: str) -> str:
    return _TWICE.sub(r"\1", word)


def _known(spelt: str) -> frozenset[str]:
    return frozenset(_short(word) for word in words(spelt))


_YES = _known(
    "oui ouais ouai oue ouep ouaip we wi ui ye yes yep yeah yess yo yoo ok okay okey oki okok okidoki dac dacc daccord"
    " dakor accord confirme confirmer confirmez confirmee confirmons confirmation confirmed confirm valide valider"
    " validez validee validons validation approuve parfait parfaite exact exacte exactement correct correcte conforme"
    " cbon propre cale carre doux choco complet top tip super cool nickel impeccable impec genial"
    " excellent magnifique affirmatif positif absolument certainement evidemment naturellement volontiers carrement"
    " entendu voila vrai conclu banco bingo go lance lancez accepte accepter"
    " effectivement parfaitement procedez proceder"
    " sure right good perfect fine agreed alright great deal noter"
    " waaw waw waow wao yow baxna bakhna awo owo ayiwa enyo eyo onhon ee een iyo yalla"
)
_AROUND = _known(
    "c est cest d ca sa bon bien juste va je j tu on vous nous moi toi me m te t a avez ai as suis sont y la le les l"
    " et alors donc comme tout tous toute toutes tt vraiment tres sur vite rapidement deja"
    " maintenant note recu commande votre ma mon"
    " notre total montant adresse convient envoyez envoie envoyer livrez livrer preparez preparer lancer passer"
    " recapitulatif resume livreur coursier"
    " oh ah eh hein deh dei o lol hmm bah ben ba euh"
    " that is it s all the my order please thanks thank you very much i we"
    " merci beaucoup bcp bocou mrc mci svp stp s il vous te plait plais sil madame monsieur mr mme mlle m papa"
    " maman mama mere pere daron daronne chef cheffe patron patronne boss tantie tantine tata tonton frere"
    " frero soeur sista vieux vieille doc docteur prof president champion king gars mec bro fiston fils fille"
    " enfant ami amie asso mola massa belle chere cherie cheri amour coeur djo jo mogo gar"
    " hello hi hey salam salamalekoum aleikoum slt cc coucou bjr bsr avance"
    " bonjour bonsoir salut bonne journee soiree nuit courage force inchallah inshallah inch allah dieu"
    " benisse kaka barka abarika awanou initie kosebe diarama nagode"
    " jerejef djeredjef dieureudieuf jerejeuf barika aw ni ce akpe awale ani ashia yako bientot"
)


def is_plain_yes(text: str, shown: Collection[str] = (), numbers: Collection[str] = ()) -> bool:
    """`Oui c'est bon, merci`; not `oui mais`, `ok ?`, `oui à 2000`, or anything with a word that is not known here.

    What it says again of what was `shown`, and its `numbers`, takes nothing back.
    """
    if "?" in text or "？" in text:
        return False
    if not words(text):
        return bool(_SIGNS.search(text))
    stems = {stem(word) for name in shown for word in words(name)}
    said = _BESIDE.sub("merci", _PHRASES.sub("ok", " ".join(words(text)))).split()
    return any(_short(word) in _YES for word in said) and all(
        word in numbers if any(map(str.isdigit, word)) else _short(word) in _YES | _AROUND or stem(word) in stems
        for word in said
    )
