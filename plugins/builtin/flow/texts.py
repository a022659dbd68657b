"""What `flow` says beside the texts of the tenant's own files."""

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    "wrong_menu": (
        "Je n'ai pas compris. Répondez par le numéro de votre choix.",
        "I did not understand. Answer with the number of your choice.",
    ),
    "wrong_text": (
        "Ce n'est pas ce que j'attendais. Pouvez-vous réessayer ?",
        "I expected something else. Could you try again?",
    ),
    "wrong_number": ("J'attends un nombre qui convient, par exemple 2.", "I expect a number that fits, for example 2."),
    "wrong_between": ("J'attends un nombre entre {min} et {max}.", "I expect a number between {min} and {max}."),
    "wrong_least": ("J'attends un nombre, {min} ou plus.", "I expect a number, {min} or more."),
    "wrong_most": ("J'attends un nombre, {max} au plus.", "I expect a number, {max} at most."),
    "wrong_date": (
        "J'attends une date à venir, par exemple 25/12 ou « samedi ».",
        'I expect a date to come, for example 25/12 or "Saturday".',
    ),
    "wrong_phone": ("J'attends un numéro de téléphone, par exemple 77 123 45 67.", "I expect a telephone number."),
    "wrong_choice": (
        "Je ne connais pas cette réponse. Choisissez dans la liste.",
        "I do not know this answer. Choose from the list.",
    ),
    "wrong_file": ("J'attends une photo ou un document.", "I expect a picture or a document."),
    "left": (
        "D'accord, on s'arrête là. Écrivez-nous quand vous voulez.",
        "All right, we stop here. Write to us whenever you like.",
    ),
    "lost": (
        "Je n'arrive pas à vous comprendre : une personne de {shop} va vous répondre ici.",
        "I cannot understand you: somebody at {shop} will answer you here.",
    ),
    "timeout": (
        "Sans réponse de votre part, je m'arrête là. Écrivez-nous quand vous voulez.",
        "As you did not answer, I stop here. Write to us whenever you like.",
    ),
    "changed": (
        "Nos questions ont changé entre-temps : reprenons du début.",
        "Our questions have changed meanwhile: let us start again.",
    ),
    "reason_lost": ("ne s'en sort pas dans le menu", "is lost in the menu"),
    "notice": (
        "🙋 {customer} attend une personne : conversation {number}, {chat}\nPourquoi : {reason}\n\n{answers}\n\n"
        "Répondez dans la conversation, ou ici par « {number} votre réponse ».",
        "🙋 {customer} waits for a person: conversation {number}, {chat}\nWhy: {reason}\n\n{answers}\n\n"
        'Answer in the chat, or here by "{number} your answer".',
    ),
}
