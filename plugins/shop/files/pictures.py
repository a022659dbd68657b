"""The pictures that lie in a tenant's folder, found as shop owners name them."""

from collections import defaultdict
from collections.abc import Collection
from pathlib import PurePosixPath
from unicodedata import normalize

from rapidfuzz.process import extractOne

from comptoir.plugins.faults import MAX_FAULTS
from comptoir.plugins.shop.files.records import Wrong
from comptoir.plugins.shop.files.values import plain

_MAX_PLACE = 300
_NEAR = 75
"""Of 100, for a name that was probably meant."""
_ANY = ("un fichier .jpg ou .png du dossier", "a .jpg or .png file in the folder")


class Pictures:
    """`names`: their places in the folder; None where nobody knows them: then every place is taken as it is."""

    def __init__(self, names: Collection[str] | None) -> None:
        self._missed = 0
        self._known = names is not None
        self._by_key: dict[str, list[str]] = defaultdict(list)
        for name in names or ():
            for key in {_key(name), _key(PurePosixPath(name).name)}:
                self._by_key[key].append(name)

    def find(self, value: object) -> str:
        """The place of the picture that is meant: its place in the folder, or its name alone. Raises Wrong."""
        said = plain(value, _MAX_PLACE).replace("\\", "/").removeprefix("./")
        found = self._by_key.get(_key(said), []) if self._known else [said]
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(sorted(found)[:3])
            raise Wrong(
                (f"il y a plusieurs photos « {said} »", f"l'une de celles-ci : {listed}"),
                (f'there are several photos "{said}"', f"one of these: {listed}"),
            )
        if "://" in said:
            raise Wrong(
                ("une adresse Internet n'est pas une photo", "le nom d'un fichier dans votre dossier"),
                ("an address on the Internet is no photo", "the name of a file in your folder"),
            )
        near = self._near(_key(said))
        fr, en = (f"« {near} »", f'"{near}"') if near else _ANY
        raise Wrong(
            (f"la photo « {said} » n'est pas dans le dossier", fr),
            (f'the photo "{said}" is not in the folder', en),
        )

    def _near(self, key: str) -> str:
        self._missed += 1
        # Each is compared with all of them, and nobody reads a hundred faults.
        meant = extractOne(key, list(self._by_key), score_cutoff=_NEAR) if self._missed <= MAX_FAULTS else None
        return self._by_key[meant[0]][0] if meant else ""


def _key(name: str) -> str:
    # A Mac writes an accent as a sign of its own.
    return normalize("NFC", name).casefold()
