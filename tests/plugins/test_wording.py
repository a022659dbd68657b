"""What becomes of the fields in a tenant's texts."""

import pytest
from pydantic import TypeAdapter, ValidationError

from comptoir.plugins.wording import CustomerText, fill, with_fields


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Awa", "Bonjour Awa, ici Chez Fatou"),
        ("", "Bonjour, ici Chez Fatou"),
        (" \n ", "Bonjour, ici Chez Fatou"),
        ("Awa\nDiop", "Bonjour Awa Diop, ici Chez Fatou"),
        ("{shop}", "Bonjour {shop}, ici Chez Fatou"),
        ("x" * 500, f"Bonjour {'x' * 40}, ici Chez Fatou"),
    ],
)
def test_a_name_is_filled_in_as_it_is(name: str, said: str) -> None:
    assert fill("Bonjour {name}, ici {shop}", name=name, shop="Chez Fatou") == said


def test_a_text_names_only_fields_that_it_may_have() -> None:
    text: TypeAdapter[str] = TypeAdapter(CustomerText)
    assert text.validate_python(" Bonjour {name} ") == "Bonjour {name}"
    with pytest.raises(ValidationError, match="name"):
        text.validate_python("Bonjour {nmae}")
    with pytest.raises(ValidationError):
        text.validate_python("Nous ouvrons {next}.")
    assert with_fields("next")("Nous ouvrons {next}, {name}.") == "Nous ouvrons {next}, {name}."
