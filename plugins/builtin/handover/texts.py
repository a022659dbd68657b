"""What `handover` says, to customers and to the people who answer them."""

from collections.abc import Mapping

DESK_TEXTS: Mapping[str, tuple[str, str]] = {
    "sent": ("Envoyé à {customer}.", "Sent to {customer}."),
    "ended": (
        "Conversation {number} terminée ({customer}). Le robot répond de nouveau.",
        "Conversation {number} closed ({customer}). The bot answers again.",
    ),
    "released": ("Le robot répond de nouveau à {customer}.", "The bot answers {customer} again."),
    "taken": (
        "La conversation {number} est à vous ({customer}). Répondez par « {number} votre réponse ».",
        'Conversation {number} is yours ({customer}). Answer by "{number} your answer".',
    ),
    "assigned": ("La conversation {number} est à {agent}.", "{agent} has conversation {number}."),
    "busy": (
        "{agent} s'occupe de la conversation {number}. Pour la prendre : « {number} moi ».",
        '{agent} has conversation {number}. To take it: "{number} me".',
    ),
    "unknown": (
        "Rien n'a été envoyé : aucune conversation {number} n'attend.",
        "Nothing was sent: no conversation {number} is waiting.",
    ),
    "nobody": ("Aucune conversation n'attend.", "No conversation is waiting."),
    "listed": ("Conversations :\n{cases}", "Conversations:\n{cases}"),
    "case_waits": (
        "{number} · {customer} attend depuis {time} : {reason}",
        "{number} · {customer} waits since {time}: {reason}",
    ),
    "case_has": ("{number} · {customer}, avec {agent}", "{number} · {customer}, with {agent}"),
    "help": (
        "« 4 Bonjour ! » répond au client de la conversation 4.\n« 4 fin » la termine, « 4 robot » la rend au robot, "
        "« 4 moi » la prend, « 4 {colleague} » la donne.\n« liste » montre celles qui attendent.",
        '"4 Hello!" answers the customer of conversation 4.\n"4 end" closes it, "4 bot" gives it back to the bot, '
        '"4 me" takes it, "4 {colleague}" gives it away.\n"list" shows those that wait.',
    ),
    "owner": ("le responsable", "the owner"),
}
"""What a colleague reads who asks for something by a short message."""

TEXTS: Mapping[str, tuple[str, str]] = {
    **DESK_TEXTS,
    # --- the customer reads
    "asked": (
        "C'est noté {name} : je passe votre message à une personne de {shop}, qui vous répond ici.",
        "Noted, {name}: I pass your message on to somebody at {shop}, who will answer you here.",
    ),
    "unsure": (
        "Je préfère ne pas vous répondre de travers : je passe votre message à une personne de {shop}.",
        "I would rather not give you a wrong answer: I pass your message on to somebody at {shop}.",
    ),
    "closed": (
        "Nous sommes fermés en ce moment. Réouverture : {opening}.",
        "We are closed right now, and open again {opening}.",
    ),
    "again": (
        "Je n'ai pas bien compris. Pouvez-vous le dire autrement ? Pour parler à quelqu'un, écrivez HUMAIN.",
        "I did not quite understand. Could you put it differently? To talk to somebody, write HUMAN.",
    ),
    "wait": (
        "Votre message est bien arrivé. Une personne de {shop} vous répond dès que possible.",
        "Your message has arrived. Somebody at {shop} will answer you as soon as possible.",
    ),
    "rate": (
        "Merci d'avoir écrit à {shop} ! De 1 à 5, êtes-vous content de notre réponse ? (5 = très content)",
        "Thank you for writing to {shop}! From 1 to 5, are you happy with our answer? (5 = very happy)",
    ),
    "rated": ("Merci pour votre note !", "Thank you for your rating!"),
    # --- who answers reads; {number} and {chat} in the notice are filled in when it is sent
    "notice": (
        "🙋 {customer} attend une personne : conversation {number}, {chat}\nPourquoi : {reason}\n\n{lines}\n\n"
        "Répondez en écrivant ici « {number} votre réponse », ou dans la conversation. « {number} fin » la termine, "
        "« {number} robot » la rend au robot.",
        "🙋 {customer} waits for a person: conversation {number}, {chat}\nWhy: {reason}\n\n{lines}\n\n"
        'Answer by writing here "{number} your answer", or in the chat. "{number} end" closes it, '
        '"{number} bot" gives it back to the bot.',
    ),
    "given": (
        "➡️ La conversation {number} est à vous : {customer}, {chat}\n\n{lines}\n\n"
        "Répondez par « {number} votre réponse ».",
        '➡️ Conversation {number} is yours: {customer}, {chat}\n\n{lines}\n\nAnswer by "{number} your answer".',
    ),
    "more": ("💬 {number} · {customer} :\n{lines}", "💬 {number} · {customer}:\n{lines}"),
    "rating": ("{stars} {customer} donne {rating}/5.", "{stars} {customer} gives {rating}/5."),
    # --- who speaks, in a summary, and why a person was asked for
    "by_customer": ("Client", "Customer"),
    "by_bot": ("Robot", "Bot"),
    "by_person": ("Boutique", "Shop"),
    "reason_asked": ("a demandé une personne", "asked for a person"),
    "reason_word": ("a écrit « {word} »", 'wrote "{word}"'),
    "reason_question": ("question sans réponse du robot", "a question the bot could not answer"),
    "reason_unanswered": ("{count} messages sans réponse du robot", "{count} messages the bot could not answer"),
}  # fmt: skip
