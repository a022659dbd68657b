"""What `clerk` says. `order_STATE` and `payment_STATE` are what customers read when an order goes on, `notice_STATE`
and `notice_payment` what the owner does: whoever moves an order tells it in these words.
"""

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    # --- hello and what there is
    "greeting": (
        "Bonjour {name} 👋 Ici {shop}. Que désirez-vous ?",
        "Hello {name} 👋 This is {shop}. What would you like?",
    ),
    "hello": ("Bonjour {name} 👋", "Hello {name} 👋"),
    "thanks": ("Avec plaisir {name} !", "You are welcome, {name}!"),
    "empty_shop": (
        "Il n'y a encore rien à commander ici. Écrivez-nous ce que vous cherchez.",
        "There is nothing to order here yet. Tell us what you are looking for.",
    ),
    "list": ("Nous avons :\n{lines}", "We have:\n{lines}"),
    "list_line": ("{lines}", "{lines}"),
    "list_of": ("{category} :\n{lines}", "{category}:\n{lines}"),
    "categories": (
        "Nous avons : {categories}.\nQue cherchez-vous ?",
        "We have: {categories}.\nWhat are you looking for?",
    ),
    "more": ("… et {count} autres : dites-moi ce que vous cherchez.", "… and {count} more: tell me what you look for."),
    # --- questions about products
    "price": ("{product} : {price}.", "{product}: {price}."),
    "our_price": ("Chez nous, {product} est à {price}.", "With us, {product} is {price}."),
    "about": ("{product} : {price}.\n{description}", "{product}: {price}.\n{description}"),
    "options": ("En plus : {options}.", "Extras: {options}."),
    "in_stock": ("Oui, nous avons {product}, à {price}.", "Yes, we have {product}, for {price}."),
    "left": ("Oui, il en reste {left} : {product}, à {price}.", "Yes, {left} left: {product}, for {price}."),
    "sold_out": ("Désolé, il n'y a plus de {product}.", "Sorry, there is no more {product}."),
    "lacking": ("Désolé, {product} n'existe pas en {lacking}.", "Sorry, {product} does not come in {lacking}."),
    "which_about": ("De quel produit parlez-vous ?", "Which product do you mean?"),
    "no_photo": ("Je n'ai pas de photo de {product}.", "I have no picture of {product}."),
    "no_photos": (
        "Je n'envoie pas de photos ici. Demandez-moi le prix d'un produit, ce qu'il y a, ou passez commande.",
        "I send no pictures here. Ask me for a product's price, for what there is, or order.",
    ),
    "unknown_product": ("Désolé, nous n'avons pas « {said} ».", 'Sorry, we do not have "{said}".'),
    "nearest": ("Nous avons : {products}.", "We have: {products}."),
    # --- delivery
    "zones": ("Nous livrons :\n{zones}", "We deliver to:\n{zones}"),
    "zone_fee": ("Livraison à {zone} : {fee}.", "Delivery to {zone}: {fee}."),
    "no_delivery": (
        "Nous ne livrons pas : la commande est à retirer sur place.",
        "We do not deliver: orders are picked up here.",
    ),
    "no_pickup": ("Nous livrons seulement.", "We only deliver."),
    "no_zone": (
        "Désolé, nous ne livrons pas à « {said} ». Nous livrons : {zones}.",
        'Sorry, we do not deliver to "{said}". We deliver to: {zones}.',
    ),
    # --- the cart
    "added": ("C'est noté : {lines}.", "Noted: {lines}."),
    "changed": ("D'accord, je mets {lines}.", "All right, I make it {lines}."),
    "removed": ("D'accord, j'enlève {lines}.", "All right, I take out {lines}."),
    "cleared": ("D'accord, votre panier est vide.", "All right, your cart is empty."),
    "empty": ("Votre panier est vide pour l'instant. Que désirez-vous ?", "Your cart is empty. What would you like?"),
    "cart": ("Votre panier :\n{lines}\nTotal : {total}", "Your cart:\n{lines}\nTotal: {total}"),
    "not_in_cart": ("{product} n'est pas dans votre panier.", "{product} is not in your cart."),
    "too_many": (
        "{product} : pour une telle quantité, une personne de {shop} doit voir avec vous.",
        "{product}: for so many, somebody at {shop} has to see to it with you.",
    ),
    "full": ("Votre panier est plein : confirmez d'abord cette commande.", "Your cart is full: confirm this order."),
    "no_option": ("{product} : pas de supplément « {said} ».", '{product}: there is no extra "{said}".'),
    "noted": ("C'est noté.", "Noted."),
    "told": (
        "Pour cela, je n'ajoute rien à votre panier : dites-moi ce que vous voulez commander maintenant.",
        "For that I add nothing to your cart: tell me what you want to order now.",
    ),
    # --- questions to the customer
    "ask_more": ("Et avec ceci ? Sinon dites « c'est tout ».", 'Anything else? If not, say "that is all".'),
    "way_out": (
        "(« rien » pour laisser, HUMAIN pour parler à quelqu'un)",
        '("nothing" to leave it, HUMAN to talk to somebody)',
    ),
    "ask_variant": ("{product} : lequel voulez-vous ? {choices}", "{product}: which one would you like? {choices}"),
    "ask_other": (
        "Que voulez-vous à la place ? (ou répondez « rien »)",
        'What would you like instead? (or answer "nothing")',
    ),
    "edited": (
        "Vous avez changé votre message (« {said} ») : que faut-il changer à la commande ? (ou répondez « rien »)",
        'You have changed your message ("{said}"): what is to be changed in the order? (or answer "nothing")',
    ),
    "deleted": (
        "Vous avez supprimé un message : que faut-il changer à la commande ? (ou répondez « rien »)",
        'You have deleted a message: what is to be changed in the order? (or answer "nothing")',
    ),
    "ask_unclear": (
        "Je n'ai pas compris « {said} » : que faut-il changer ? (ou répondez « rien »)",
        'I did not understand "{said}": what is to be changed? (or answer "nothing")',
    ),
    "not_read": ("Je n'ai pas compris : « {said} ».", 'I did not understand: "{said}".'),
    "ask_meant": ("Voulez-vous dire {choices} ?", "Do you mean {choices}?"),
    "ask_choice": ("Lequel voulez-vous ?\n{choices}", "Which one would you like?\n{choices}"),
    "ask_quantity": ("{product} : combien en voulez-vous ?", "{product}: how many would you like?"),
    "ask_stock": (
        "Désolé, il ne reste que {left} {product}. J'en mets {left} ?",
        "Sorry, there are only {left} of {product} left. Shall I take {left}?",
    ),
    "ask_instead": (
        "Désolé, il n'y a plus de {product}. Voulez-vous autre chose à la place : {choices} ?",
        "Sorry, there is no more {product}. Would you like something else instead: {choices}?",
    ),
    "ask_else": (
        "Désolé, il n'y a plus de {product}. Voulez-vous autre chose ?",
        "Sorry, there is no more {product}. Would you like anything else?",
    ),
    "ask_option": ("{product} : avec quel supplément ? {choices}", "{product}: with which extra? {choices}"),
    "ask_delivery": (
        "On vous livre, ou vous venez chercher la commande ?",
        "Shall we deliver, or do you come for it?",
    ),
    "ask_zone": ("Dans quel quartier livrer ? Nous livrons : {zones}.", "Where to? We deliver to: {zones}."),
    "ask_that_zone": (
        "Est-ce bien dans le quartier {zones} ? (oui / non)",
        "Is that in this area: {zones}? (yes / no)",
    ),
    "ask_which_zone": ("Lequel de ces quartiers : {zones} ?", "Which of these areas: {zones}?"),
    "ask_address": (
        "À quelle adresse exactement ? Vous pouvez aussi partager votre position.",
        "At which address exactly? You may also share your location.",
    ),
    "ask_name": ("À quel nom ?", "In which name?"),
    "ask_time": ("Pour quand ?", "For when?"),
    "ask_again": (
        "Vous aviez commencé un panier :\n{lines}\nOn continue avec ? (oui / non)",
        "You had begun a cart:\n{lines}\nShall we go on with it? (yes / no)",
    ),
    # --- the summary
    "summary": (
        "Votre commande :\n{lines}\n{details}\n*Total : {total}*\n\nC'est bon ? Répondez OUI pour confirmer.",
        "Your order:\n{lines}\n{details}\n*Total: {total}*\n\nIs that right? Answer YES to confirm.",
    ),
    "summary_again": ("Voici la commande corrigée.", "Here is the corrected order."),
    "summary_changed": (
        "Attention, un prix a changé entre-temps. Voici le nouveau total.",
        "Please note that a price has changed meanwhile. Here is the new total.",
    ),
    "no_longer_sold": (
        "Attention, un article de votre panier n'est plus en vente.",
        "Please note that something in your cart is no longer sold.",
    ),
    "ask_confirm": (
        "C'est bon pour votre commande de {total} ? Répondez OUI pour confirmer.",
        "Is your order for {total} right? Answer YES to confirm.",
    ),
    "what_to_change": ("D'accord. Que voulez-vous changer ?", "All right. What would you like to change?"),
    "detail_pickup": ("À retirer sur place", "To be picked up"),
    "detail_delivery": ("Livraison à {zone} : {fee}", "Delivery to {zone}: {fee}"),
    "detail_address": ("Adresse : {address}", "Address: {address}"),
    "detail_spot": ("Adresse : votre position partagée", "Address: your shared location"),
    "detail_name": ("Nom : {customer}", "Name: {customer}"),
    "detail_time": ("Pour : {time}", "For: {time}"),
    "detail_note": ("À noter : {note}", "Note: {note}"),
    "note_without": ("{product} sans {words}", "{product} without {words}"),
    "free": ("gratuit", "free"),
    # --- the order
    "receipt": (
        "✅ Commande n° {number} confirmée, merci {name} !\n{lines}\n{details}\n*Total : {total}*",
        "✅ Order no. {number} is confirmed, thank you {name}!\n{lines}\n{details}\n*Total: {total}*",
    ),
    "receipt_prepaid": (
        "Commande n° {number} enregistrée, merci {name} ! Elle est confirmée dès votre paiement.\n{lines}\n"
        "{details}\n*Total : {total}*",
        "Order no. {number} is noted, thank you {name}! It is confirmed once you have paid.\n{lines}\n"
        "{details}\n*Total: {total}*",
    ),
    "notice": (
        "🛒 Commande n° {number} · {customer}, {chat}\n{lines}\n{details}\n*Total : {total}*",
        "🛒 Order no. {number} · {customer}, {chat}\n{lines}\n{details}\n*Total: {total}*",
    ),
    "no_order": ("Je ne trouve pas de commande à votre nom.", "I find no order of yours."),
    "order": ("Commande n° {number} ({total}) : {state}.", "Order no. {number} ({total}): {state}."),
    "dropped": ("D'accord, j'annule tout. À bientôt !", "All right, I drop it all. See you soon!"),
    "no_such_order": (
        "Je ne trouve pas de commande n° {number} à votre nom.",
        "I find no order no. {number} of yours.",
    ),
    "ask_which_order": ("Laquelle faut-il annuler : {orders} ?", "Which one is to be cancelled: {orders}?"),
    "ask_cancel": (
        "Annuler la commande n° {number} ({total}) ? Répondez OUI pour l'annuler.",
        "Cancel order no. {number} ({total})? Answer YES to cancel it.",
    ),
    "cancel_kept": ("D'accord, la commande n° {number} reste.", "All right, order no. {number} stays."),
    "too_late": (
        "La commande n° {number} est déjà {state} : je demande à une personne de {shop}.",
        "Order no. {number} is {state} already: I ask somebody at {shop}.",
    ),
    "reason_too_late": ("veut annuler la commande {number}", "wants to cancel order {number}"),
    "change_placed": (
        "Votre commande n° {number} est déjà passée : une personne de {shop} voit avec vous pour la changer.",
        "Your order no. {number} is placed already: somebody at {shop} will see to changing it.",
    ),
    "reason_change": ("veut changer la commande {number}", "wants to change order {number}"),
    # --- not understood
    "again": (
        "Je n'ai pas bien compris. Pouvez-vous le dire autrement ?",
        "I did not quite understand. Could you put it differently?",
    ),
    "handed_over": (
        "Je préfère ne pas me tromper : je passe votre message à une personne de {shop}, qui vous répond ici.",
        "I would rather not get it wrong: I pass your message on to somebody at {shop}, who will answer you here.",
    ),
    "passed_on": (
        "Je n'ai pas cette information : je passe votre question à une personne de {shop}, qui vous répond ici.",
        "I do not know that: I pass your question on to somebody at {shop}, who will answer you here.",
    ),
    "question_notice": (
        "❓ {customer} ({chat}) demande, pendant sa commande : « {said} »",
        '❓ {customer} ({chat}) asks, while ordering: "{said}"',
    ),
    "reason_lost": ("pas compris deux fois de suite", "not understood twice running"),
    "reason_model": ("le vendeur automatique passe la main", "the automatic clerk hands over"),
    "reason_many": ("veut une grande quantité : {said}", "wants a large quantity: {said}"),
    "reason_person": ("veut parler à quelqu'un", "wants to talk to somebody"),
    "handover_notice": (
        "🙋 {customer} attend une personne : conversation {number}, {chat}\nPourquoi : {reason}\n« {said} »\n{lines}"
        "\n\nRépondez en écrivant ici « {number} votre réponse », ou dans la conversation.",
        '🙋 {customer} waits for a person: conversation {number}, {chat}\nWhy: {reason}\n"{said}"\n{lines}\n\n'
        'Answer by writing here "{number} your answer", or in the chat.',
    ),
}
