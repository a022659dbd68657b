"""What `desk` says, to the owner and the team. What it says of conversations are `handover`'s words."""

from collections.abc import Mapping

from comptoir.plugins.builtin.handover.texts import DESK_TEXTS
from comptoir.plugins.shop.telling import STATES

TEXTS: Mapping[str, tuple[str, str]] = {
    **DESK_TEXTS,
    # --- the list
    "commands": (
        "Vous pouvez m'écrire :\n{commands}\n{conversations}",
        "You can write to me:\n{commands}\n{conversations}",
    ),
    "commands_orders": (
        "« commandes » : celles qui sont en cours ; « 12 » : la commande 12\n"
        "« 12 en préparation », « 12 prête », « 12 en livraison », « 12 livrée », « 12 annulée »",
        '"orders": those that are open; "12": order 12\n'
        '"12 preparing", "12 ready", "12 on the way", "12 delivered", "12 cancelled"',
    ),
    "commands_stock": ("« stock {product} » : ce qu'il en reste", '"stock {product}": how many are left'),
    "commands_owner": (
        "« 12 payée » ou « 12 pas payée »\n"
        "« stock {product} 0 », « prix {product} {price} »\n"
        "« ajoute thiof grillé 3500 » (avec ou sans photo), « retire {product} », « remets {product} »\n"
        "« aujourd'hui », « hier » : les chiffres\n"
        "« pause » : je ne réponds plus aux clients ; « reprends » : je réponds de nouveau",
        '"12 paid" or "12 not paid"\n'
        '"stock {product} 0", "price {product} {price}"\n'
        '"add grilled fish 3500" (with or without a picture), "remove {product}", "restore {product}"\n'
        '"today", "yesterday": the figures\n'
        '"pause": I answer customers no more; "resume": I answer again',
    ),
    "not_understood": ("Je n'ai pas compris « {said} ».", 'I did not understand "{said}".'),
    "owner_only": ("Seul le responsable peut faire cela.", "Only the owner can do that."),
    "no_question": ("Je n'attends pas de réponse de vous.", "I am not waiting for an answer of yours."),
    "one_question": (
        "Une question à la fois : redites ensuite « {said} ».",
        'One question at a time: say "{said}" again.',
    ),
    "nothing_done": ("D'accord, je ne change rien.", "All right, I change nothing."),
    # --- orders
    "orders": ("Commandes en cours :\n{orders}", "Open orders:\n{orders}"),
    "no_orders": ("Aucune commande en cours.", "There is no open order."),
    "order_line": (
        "{number} · {customer} · {total} · {state}{payment}",
        "{number} · {customer} · {total} · {state}{payment}",
    ),
    "order_details": (
        "Commande n° {number} · {customer}, {chat}\n{lines}\nTotal : {total}\n{details}{state}{payment}",
        "Order no. {number} · {customer}, {chat}\n{lines}\nTotal: {total}\n{details}{state}{payment}",
    ),
    "goods_line": ("{pieces} × {product} : {amount}", "{pieces} × {product}: {amount}"),
    "order_fee": ("Livraison à {zone} : {fee}", "Delivery to {zone}: {fee}"),
    "order_pickup": ("À retirer sur place", "To be picked up"),
    "order_address": ("Adresse : {address}", "Address: {address}"),
    "order_time": ("Pour : {time}", "For: {time}"),
    "order_note": ("Note : {note}", "Note: {note}"),
    "order_unknown": (
        "Il n'y a pas de commande {number}. Rien n'a changé.",
        "There is no order {number}. Nothing has changed.",
    ),
    "order_set": ("Commande n° {number} ({customer}) : {state}.", "Order no. {number} ({customer}): {state}."),
    "order_already": (
        "La commande n° {number} ({customer}) est déjà {state}.",
        "Order no. {number} ({customer}) is {state} already.",
    ),
    "order_ended": (
        "La commande n° {number} ({customer}) est {state} : elle ne change plus.",
        "Order no. {number} ({customer}) is {state}: it does not change any more.",
    ),
    "order_not_yet": (
        "La commande n° {number} ({customer}) est {state}. D'abord : « {number} confirmée » ou « {number} payée ».",
        'Order no. {number} ({customer}) is {state}. First: "{number} confirmed" or "{number} paid".',
    ),
    "order_hint": (
        "Pour la commande {number}, un de ces mots : prête, en préparation, en livraison, livrée, annulée, payée.",
        "For order {number}, write one of these words: ready, preparing, on the way, delivered, cancelled, paid.",
    ),
    "conversation_hint": (
        "Pour répondre à la conversation {number} : « réponds {number} … ».",
        'To answer conversation {number}: "answer {number} …".',
    ),
    "which_order": (
        "Quelle commande ? Écrivez par exemple « {number} {said} ».",
        'Which order? Write for example "{number} {said}".',
    ),
    **STATES,
    "state_new": ("nouvelle, pas encore confirmée", "new, not confirmed yet"),
    "state_paid": ("payée", "paid"),
    "state_open": ("pas payée", "not paid"),
    "payment_paid": (" · payée", " · paid"),
    "payment_to_check": (" · paiement à vérifier", " · payment to be checked"),
    # --- what is sold
    "no_catalogue": (
        "La boutique n'a pas de catalogue : il faut d'abord un fichier catalogue.toml, .csv ou .xlsx.",
        "The shop has no catalogue: it needs a file catalogue.toml, .csv or .xlsx first.",
    ),
    "no_product": ("Je ne trouve pas « {said} » dans le catalogue.", 'I do not find "{said}" in the catalogue.'),
    "nearest": ("Vouliez-vous dire : {products} ?", "Did you mean: {products}?"),
    "which": ("Lequel ? Répondez par le numéro.\n{choices}", "Which one? Answer with the number.\n{choices}"),
    "all_of_them": ("tous", "all of them"),
    "too_many": (
        "Trop de produits s'appellent ainsi : donnez le nom en entier.",
        "Too many products have that name: give it in full.",
    ),
    "price_is": ("{product} : {price}", "{product}: {price}"),
    "price_ask": (
        "{changes}\nC'est bon ? Répondez OUI pour changer.",
        "{changes}\nIs that right? Answer YES to change it.",
    ),
    "price_change": ("{product} : {was} → {price}", "{product}: {was} → {price}"),
    "price_done": ("C'est fait. {product} : {price}", "Done. {product}: {price}"),
    "price_same": ("{product} est déjà à {price}.", "{product} is at {price} already."),
    "price_moved": ("Le prix a changé entre-temps.", "The price has changed meanwhile."),
    "price_wrong": (
        "Je ne lis pas ce prix. Écrivez par exemple « prix poulet 3500 ».",
        'I cannot read that price. Write for example "price chicken 3500".',
    ),
    "stock_is": ("{product} : {left}", "{product}: {left}"),
    "stock_done": ("{product} : {left} (avant : {was})", "{product}: {left} (before: {was})"),
    "stock_wrong": (
        "Je ne lis pas ce nombre. Écrivez combien il en reste : « stock poulet 12 », ou « stock poulet illimité ».",
        'I cannot read that number. Write how many are left: "stock chicken 12", or "stock chicken unlimited".',
    ),
    "stock_none": ("Aucun produit n'est compté.", "Nothing is counted."),
    "uncounted": ("pas compté", "not counted"),
    "sold_out": ("0, épuisé", "0, sold out"),
    "added": (
        "C'est fait : {product} à {price}. Pour l'enlever : « retire {product} ».",
        'Done: {product} for {price}. To take it off: "remove {product}".',
    ),
    "added_picture": ("Sa photo est gardée.", "Its picture is kept."),
    "added_no_picture": ("Je n'ai pas pu garder la photo.", "I could not keep the picture."),
    "add_exists": (
        "{product} est déjà au catalogue, à {price}. Pour changer son prix : « prix {product} … ».",
        '{product} is in the catalogue already, for {price}. To change that: "price {product} …".',
    ),
    "add_ask": (
        "Vous vendez déjà :\n{sold}\n« {name} » à {price} est-il un autre produit ? Répondez OUI pour l'ajouter."
        " Pour changer un prix : « prix {product} … ».",
        'You sell already:\n{sold}\nIs "{name}" for {price} another product? Answer YES to add it.'
        ' To change a price: "price {product} …".',
    ),
    "free": ("gratuit ({amount})", "free ({amount})"),
    "add_price": (
        "À quel prix ? Écrivez par exemple « ajoute {said} 3500 ».",
        'At which price? Write for example "add {said} 3500".',
    ),
    "add_name": ("Ce nom est trop long : 100 lettres au plus.", "That name is too long: 100 letters at most."),
    "picture": (
        "Pour ajouter un produit, envoyez sa photo avec, en légende : « ajoute thiof grillé 3500 ».",
        'To add a product, send its picture with these words below it: "add grilled fish 3500".',
    ),
    "hidden": (
        "{product} n'est plus en vente. Pour le remettre : « remets {product} ».",
        '{product} is no longer sold. To sell it again: "restore {product}".',
    ),
    "hidden_already": (
        "{product} n'est déjà plus en vente. Pour le remettre : « remets {product} ».",
        '{product} is not sold any more already. To sell it again: "restore {product}".',
    ),
    "restored": ("{product} est de nouveau en vente.", "{product} is sold again."),
    "not_hidden": ("{product} est déjà en vente.", "{product} is sold already."),
    # --- pause
    "paused": (
        "Pause : je ne réponds plus aux clients, leurs messages restent dans le téléphone. « reprends » : je réponds.",
        'Paused: I answer customers no more. Their messages stay on the phone. To have me go on: "resume".',
    ),
    "paused_already": (
        "Je suis en pause depuis {since}. « reprends » pour que je réponde.",
        'I have been paused since {since}. "resume" to have me answer.',
    ),
    "resumed": ("Je réponds de nouveau aux clients.", "I answer customers again."),
    "not_paused": ("Je n'étais pas en pause : je réponds aux clients.", "I was not paused: I answer customers."),
    # --- a day's figures
    "figures": ("📊 {span}\n{figures}", "📊 {span}\n{figures}"),
    "figures_orders": ("Commandes : {orders}", "Orders: {orders}"),
    "figures_cancelled": ("Annulées : {cancelled}", "Cancelled: {cancelled}"),
    "figures_revenue": ("Ventes : {revenue}, dont {paid} payés", "Sales: {revenue}, of which {paid} paid"),
    "figures_products": ("Vendus :\n{products}", "Sold:\n{products}"),
    "figures_unanswered": (
        "Questions sans réponse ({count}) :\n{questions}",
        "Questions without an answer ({count}):\n{questions}",
    ),
    "figures_paused": ("⏸ En pause : je ne réponds pas aux clients.", "⏸ Paused: I do not answer customers."),
    "today": ("Aujourd'hui", "Today"),
    "yesterday": ("Hier", "Yesterday"),
    "span": ("Du {begins} au {ends}", "From {begins} to {ends}"),
}  # fmt: skip
