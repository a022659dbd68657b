"""What is said of products and zones that cannot be as they are written: found and expected, in both languages."""

from comptoir.plugins.toml_mistakes import Said

NO_NAME: Said = ("le nom manque", "un nom, que les clients lisent"), ("the name is missing", "a name, for customers")
NO_PRICE: Said = ("le prix manque", "un nombre, comme 3500"), ("the price is missing", "a number, as 3500")
NO_FEE: Said = ("les frais manquent", "un nombre, comme 1000"), ("the fee is missing", "a number, as 1000")


def too_many(fr: str, en: str, count: int, most: int) -> Said:
    return (f"il y a {count} {fr}", f"au plus {most}"), (f"there are {count} {en}", f"at most {most}")


def same_code(code: str, whose: str) -> Said:
    return (
        (f"le code « {code} » est déjà celui de « {whose} »", "un autre code"),
        (f'the code "{code}" is that of "{whose}" already', "another code"),
    )


def same_name(name: str) -> Said:
    return (
        (f"« {name} » est là deux fois", "un autre nom, ou une seule fois avec des variantes"),
        (f'"{name}" is there twice', "another name, or once with variants"),
    )


def same_variant(title: str) -> Said:
    return (
        (f"la variante « {title} » est là deux fois", "chaque variante une seule fois"),
        (f'the variant "{title}" is there twice', "each variant only once"),
    )


def nothing_tells(name: str) -> Said:
    return (
        (f"« {name} » : rien ne distingue cette variante", "une taille, une couleur, une variante, ou un autre nom"),
        (f'"{name}": nothing tells this variant from the others', "a size, a colour, a variant, or another name"),
    )


def no_letters(name: str) -> Said:
    return (f"« {name} » n'a pas de lettre", "un nom"), (f'"{name}" has no letter', "a name")


OF_VARIANTS: Said = (
    ("ce produit a des variantes", "ceci dans chacune d'elles"),
    ("this product has variants", "this in each of them"),
)
