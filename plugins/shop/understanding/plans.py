"""Tells what customers only think of taking, or are not sure of, from what they order."""

import re

_KIN = (
    r"maris?|epoux|epouse|femme|madame|mere|maman|pere|papa|soeur|frere|copine|copain|amie?s?|tante|tonton|oncle"
    r"|cousine?|patron(?:ne)?|chef|collegues?|parents|fille|fils|voisine?|enfants|clients?|macon|couturiere?|coiffeuse"
)
_LATER = (
    r"plus tard|apres|demain|bientot|ca|quand|des que|si|la semaine|le mois|lundi|mardi|mercredi|jeudi|vendredi|samedi"
    r"|dimanche|ce soir|tout a l'heure|inchallah"
)
_NEXT = r"(?:la semaine|le mois|l'annee|l'an) prochaine?\b"
_SHALL = r"(?!voudrai|aimerai|souhaiterai|faudra)\w+(?:rai|rons|ra)"
_NOT_NOW = re.compile(
    r"\bsi j'ai (?:l'argent|les moyens|le temps)\b|\b(?:pas|plus) (?:d'argent|les moyens)\b|\breflechi[rst]?\b"
    r"|\b(?:je vais|on va|laisse[zr]?[- ]moi) (?:d'abord )?"
    r"(?:voir|reflechir|me decider|comparer|demander|en parler|y penser)\b"
    r"|\b(?:je|j'|on) ?(?:te |vous )?(?:demande|demanderai|vais demander|vois|en parle|me renseigne|m'informe"
    r"|compare|regarde) (?:d'abord |juste |seulement )?(?:a|avec|au|aux|sur|les prix|pour)\b"
    r"|\b(?:juste|seulement|c'est) (?:pour (?:savoir|info|information|voir|connaitre)|un renseignement)\b"
    r"|\b(?:n')?achete(?:rai)? (?:rien|pas)\b|\b(?:dans|au[- ]dessus de|depasse|hors) (?:de )?(?:mon|notre|le) budget\b"
    r"|\b(?:attends?|touche|recois|quand j'aurai) (?:mon|le|ma|notre) (?:salaire|paie|paye|argent|bourse|virement)\b"
    r"|\bquand (?:je serai|on sera|on m'aura) paye\w*"
    r"|\bhesitent\b|\b(?:elle|il|(?:mon|ma) \w+) hesite\b"
    r"|\brepass(?:erai|era|erons)\b(?! (?:a|vers|le|la|les|prendre|chercher|recuperer)\b)"
    r"|\b(?:elle|il|ils|elles|ma \w+|mon \w+) (?:ne )?(?:sait|savent) pas\b"
    r"|\bsi (?:vous|tu) (?:me |nous |le |la |les )*(?:laisse|fai|baisse|diminue|donne|enleve|offre|vend)\w*\b"
    r"(?= (?:[\w']+ ){0,3}(?:a|un prix|un bon|une? (?:reduction|remise|geste|cadeau)|\d|moins))"
    r"|\b(?:je verrai|on verra|nous verrons)\b|\bmaybe (?:later|tomorrow)\b|\bnot sure\b"
    r"|\bpeut[- ]?etre (?:demain|plus tard|apres|un jour|que je)\b|\b(?:demain|plus tard) peut[- ]?etre\b"
    r"|\bpas (?:encore |trop |vraiment |tout a fait |tres |totalement |completement )?"
    r"(?:sure?s?|certaine?s?|decidee?s?)\b(?! (?:de |du |d'|que |pour |s'))"
    r"|\b(?:je|on) (?:ne )?sai[st] pas encore\b(?! (?:l'adresse|mon adresse|ou |comment|l'heure))"
    r"|\b(?:je|on) (?:te|vous|t'|v) ?(?:re)?(?:fais|fait|ferai|fera|ferons) signe\b"
    r"|\b(?:je|on) (?:te|vous) (?:tiens|tient|tiendrai) au courant\b"
    r"|\b(?:je|on) (?:te |vous )?(?:re)?(?:dis|dit|dirai|dira|confirme|confirmerai|confirmera|contacte|contacterai"
    rf"|appelle|appellerai|ecris|ecrirai|reviens|revient|reviendrai|reviendra)(?: vers (?:vous|toi))?"
    rf"(?: (?:{_LATER})\b|\s*(?:$|[.,!]))"
    rf"|\bsi (?:mon|ma|mes|le|la|les|notre) (?:{_KIN}) (?!est (?:la|present|absent)|arrive|vient|passe|sont la)"
    rf"|\b{_NEXT},? (?:\w+ ){{0,2}}?(?:{_SHALL}|(?:vais|va|allons) \w+)\b"
    rf"|\b(?:{_SHALL}|(?:vais|va|allons|compte|pense) \w+) (?:[\w'-]+ ){{1,6}}?{_NEXT}"
)
_TAKES_BACK = re.compile(
    rf"\s*(?:(?:mais|bon|enfin|par contre|euh|bref|sauf que|seulement|cependant),? )*(?:{_NOT_NOW.pattern})"
)


def is_not_now(sentence: str) -> bool:
    """Whether a folded sentence speaks of what may be later: `ma sœur en veut 2 mais elle n'est pas sûre`."""
    return _NOT_NOW.search(sentence) is not None


def takes_back(sentence: str) -> bool:
    """Whether it says so of what stands before it: `2 yassa. Mais je vais réfléchir`."""
    return _TAKES_BACK.match(sentence) is not None
