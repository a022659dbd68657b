import pytest

from comptoir.gateway.status_line import status_line


@pytest.mark.parametrize(
    ("states", "line"),
    [
        ([], "no tenants yet"),
        (["online"], "1 tenant: 1 online"),
        (["parked", *["online"] * 10, "offline"], "12 tenants: 10 online, 1 offline, 1 parked"),
        (["strange", "new"], "2 tenants: 1 new, 1 strange"),
    ],
)
def test_states_are_counted(states: list[str], line: str) -> None:
    assert status_line(states) == line
