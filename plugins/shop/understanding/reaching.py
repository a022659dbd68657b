"""How whoever brings it reaches them: phone numbers, `appelez en arrivant`, `laissez au gardien`."""

import re

PHONE = re.compile(
    r"\+\d{8,15}\b|(?:\+|\b00)\d(?:[ .-]?\d){7,14}\b|\b\d{2,3}(?:[ .-]\d{2,3}){3,4}\b|\b0\d{8,9}\b|\b[5679]\d{8}\b"
    r"|\b[26][ .-]?\d{2}(?:[ .-]\d{2,3}){2,3}\b"
)
_REST = r"[^.,;!?\n]*"
_RING = (
    r"(?:(?:r?appel+(?:e[zrs]?|e)|bip+e[zrs]?|sonne[zrs]?|join(?:dre|dez)|contacte[zr]?|joignable|texte[zr]?"
    r"|ecri(?:vez|s|re))(?:[- ](?:moi|nous|la|le|lui))?|fai(?:tes|s)[- ](?:moi )?signe|whatsapp)"
)
_THERE = (
    r"(?:arriv\w+|quand|une fois|des qu\w+|lorsqu\w+|devant|en bas|avant d\w+|avant que|sur place|en route|au portail"
    r"|a la porte)"
)
_SOMEBODY = (
    r"(?:gardien\w*|vigile|securite|concierge|reception|receptionniste|voisin\w*|accueil|guerite|portier|secretaire)"
)
TO_REACH = re.compile(
    r"(?:(?:voici |c'est )?(?:mon|le|son|ma|notre) )?"
    r"(?:num(?:ero)?|tel(?:ephone)?|contact|whatsapp|portable|cell|phone|ligne)"
    rf"(?: (?:de )?(?:tel\w*|contact|whatsapp|portable))? ?(?:c'est|c|est|[:=])? ?(?:le |au )?(?:{PHONE.pattern})"
    rf"|\b(?:(?:vous |tu |on )?(?:peu[xt]|pouvez|me|m') ?)*{_RING}"
    rf"(?:[^.,;!?\n]{{0,30}}?(?:{PHONE.pattern})|[^.,;!?\n]{{0,20}}?\b{_THERE}\b{_REST})"
    rf"|\b(?:a l'arrivee|en arrivant|quand vous (?:arrivez|etes)|une fois){_REST}\b(?:appel|bip|sonn|signe)\w*{_REST}"
    r"|\b(?:laisse[zr]?|remet(?:tez|s|tre)|depose[zr]?|donne[zr]?)(?:[- ](?:le|la|les|ca|cela|tout))*"
    rf" (?:au|a la|chez l[ae]|aupres d\w+) {_SOMEBODY}\b{_REST}"
)
"""Of a folded text: what is a note for whoever brings it, and nothing that is ordered."""
