"""A tenant's folder: what is read of it, what is refused, and that nothing in it can be waited for."""

import os
from pathlib import Path

import pytest

from comptoir.plugins.checking import load_tenant, parse_files
from comptoir.plugins.faults import ConfigWrong
from comptoir.plugins.folder import TenantFiles, read_folder, text_of

TENANT = """\
version = 1
name = "Chez Awa"
country = "SN"
timezone = "Africa/Dakar"
pipeline = []
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "awa"
    made.mkdir()
    (made / "tenant.toml").write_text(TENANT, encoding="utf-8")
    (made / "knowledge").mkdir()
    (made / "wording").mkdir()
    return made


def said(folder: Path) -> list[str]:
    with pytest.raises(ConfigWrong) as wrong:
        load_tenant(folder)
    return [str(fault).replace(f"{folder}/", "") for fault in wrong.value.faults]


def test_texts_are_read_and_the_rest_is_passed_by(folder: Path) -> None:
    for name in ("knowledge/prix.md", "knowledge/vieux.md~", "knowledge/.prix.md.swp", "menu.txt", "photo.jpg"):
        (folder / name).write_text(name, encoding="utf-8")
    (folder / ".git").mkdir()
    (folder / ".git" / "config.txt").write_text("no", encoding="utf-8")
    read = read_folder(folder)
    texts = {"knowledge/prix.md": b"knowledge/prix.md", "menu.txt": b"menu.txt"}
    assert read == TenantFiles(TENANT, texts, pictures=frozenset({"photo.jpg"}))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_knowledge_may_be_in_any_encoding_that_windows_writes(folder: Path, encoding: str) -> None:
    (folder / "knowledge" / "été.md").write_text("Prix d'été : 5 €\r\n", encoding=encoding, newline="")
    assert text_of(read_folder(folder).files, "knowledge/été.md") == "Prix d'été : 5 €\r\n"


def test_toml_must_be_utf_8(folder: Path) -> None:
    (folder / "wording" / "fr.toml").write_bytes("[optout]\n# é\n".encode("cp1252"))
    (folder / "tenant.toml").write_bytes(TENANT.replace("Awa", "Adélaïde").encode("cp1252"))
    assert said(folder) == [
        "tenant.toml:2: colonne 16 : le caractère « é » n'est pas en UTF-8 ; "
        "attendu : le fichier enregistré en UTF-8 (« Enregistrer sous »)",
        "wording/fr.toml:2: colonne 3 : le caractère « é » n'est pas en UTF-8 ; "
        "attendu : le fichier enregistré en UTF-8 (« Enregistrer sous »)",
    ]
    (folder / "tenant.toml").write_text(TENANT, encoding="utf-16")
    assert said(folder)[0] == "tenant.toml:1: le fichier est en UTF-16 ; attendu : le fichier enregistré en UTF-8"


def test_every_fault_of_every_file_at_once_in_the_tenants_language(folder: Path) -> None:
    (folder / "tenant.toml").write_text(TENANT.replace("SN", "Senegal") + 'lang = "en"\n', encoding="utf-8")
    (folder / "wording" / "en.toml").write_text('[optout]\nlef = "Bye"\n', encoding="utf-8")
    (folder / "knowledge" / "menu.docx").write_bytes(b"PK")
    (folder / "knowledge" / "prix.txt").write_bytes(b"a\0b")
    assert said(folder) == [
        "knowledge/menu.docx:1: a .docx file is no plain text; expected: a file .md or .txt",
        "knowledge/prix.txt:1: this is no text; expected: a plain text file",
        'tenant.toml:3: column 11: country: "Senegal"; expected: the country\'s code of two letters, as SN or CI',
        "wording/en.toml:2: column 1: there is no text `lef`; expected: `left`",
    ]


def test_what_is_too_large_is_named_with_its_size(folder: Path) -> None:
    (folder / "knowledge" / "tout.md").write_bytes(b"x" * 10_000_000)
    (folder / "wording" / "fr.toml").write_bytes(b"#" * 200_001)
    assert said(folder) == [
        "knowledge/tout.md:1: le fichier est trop grand (10 Mo) ; attendu : au plus 2 Mo",
        "wording/fr.toml:1: le fichier est trop grand (0,2 Mo) ; attendu : au plus 0,2 Mo",
    ]
    with (folder / "tenant.toml").open("ab") as file:
        file.truncate(5_000_000_000)
    assert said(folder)[-2] == "tenant.toml:1: le fichier est trop grand (5000 Mo) ; attendu : au plus 1 Mo"


def test_too_many_files_are_one_fault(folder: Path) -> None:
    for number in range(501):
        (folder / "knowledge" / f"{number}.md").touch()
    (fault,) = said(folder)
    assert fault.endswith(":1: il y a trop de textes dans ce dossier ; attendu : au plus 500")


def test_all_texts_together_are_bounded(folder: Path) -> None:
    for number in range(11):
        (folder / "knowledge" / f"{number}.md").write_bytes(b"x" * 1_900_000)
    (fault,) = said(folder)
    assert fault.endswith(":1: les textes de ce dossier sont trop grands ensemble ; attendu : au plus 20 Mo")


def test_a_link_may_lead_to_another_place_in_the_folder_only(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("secret", encoding="utf-8")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x.md").write_text("x", encoding="utf-8")
    (folder / "knowledge" / "prix.md").write_text("prix", encoding="utf-8")
    (folder / "knowledge" / "aussi.md").symlink_to("prix.md")
    (folder / "knowledge" / "loop").symlink_to(".")
    (folder / "knowledge" / "other").symlink_to(tmp_path / "other")
    (folder / "knowledge" / "secret.md").symlink_to(tmp_path / "secret.md")
    read = read_folder(folder)
    assert {name for name in read.files if "loop" not in name} == {"knowledge/prix.md", "knowledge/aussi.md"}
    assert [str(fault).replace(f"{folder}/", "") for fault in read.faults if "loop" not in str(fault)] == [
        f"knowledge/{name}:1: c'est un lien qui sort du dossier ; attendu : un fichier qui est lui-même dans le dossier"
        for name in ("other", "secret.md")
    ]
    (folder / "tenant.toml").unlink()
    (tmp_path / "tenant.toml").write_text(TENANT, encoding="utf-8")
    (folder / "tenant.toml").symlink_to(tmp_path / "tenant.toml")
    assert any("tenant.toml:1: c'est un lien qui sort" in fault for fault in said(folder))


def test_the_folder_itself_may_be_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "chez-awa").symlink_to(folder)
    assert load_tenant(tmp_path / "chez-awa").name == "Chez Awa"


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "dangling", "nothing"])
def test_nothing_is_waited_for(folder: Path, kind: str) -> None:
    file = folder / "tenant.toml"
    file.unlink()
    match kind:
        case "pipe":
            os.mkfifo(file)
        case "device":
            file.symlink_to("/dev/zero")
        case "folder":
            file.mkdir()
        case "dangling":
            file.symlink_to("nowhere")
    (fault,) = said(folder)
    expected = "il n'y a pas de fichier" if kind in {"dangling", "nothing"} else "ce n'est pas un fichier ordinaire"
    assert fault.startswith(f"tenant.toml:1: {expected}")


def test_a_pipe_among_the_texts_is_named_and_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "knowledge" / "prix.md")
    assert said(folder) == ["knowledge/prix.md:1: ce n'est pas un fichier ordinaire ; attendu : un fichier de texte"]


def test_a_file_that_may_not_be_read_is_a_fault(folder: Path) -> None:
    (folder / "knowledge" / "prix.md").touch(mode=0)
    if os.access(folder / "knowledge" / "prix.md", os.R_OK):
        pytest.skip("root reads everything")
    assert said(folder) == ["knowledge/prix.md:1: illisible (Permission denied) ; attendu : un fichier lisible"]


def test_a_folder_that_may_not_be_read_is_a_fault(folder: Path) -> None:
    (folder / "knowledge").chmod(0)
    if os.access(folder / "knowledge", os.R_OK):
        pytest.skip("root reads everything")
    assert said(folder) == ["knowledge:1: illisible (Permission denied) ; attendu : un fichier lisible"]


def test_line_ends_of_an_old_mac_are_named(folder: Path) -> None:
    (folder / "tenant.toml").write_bytes(TENANT.replace("\n", "\r").encode())
    assert said(folder) == [
        "tenant.toml:1: les fins de ligne sont celles d'un ancien Mac ; "
        "attendu : le fichier enregistré avec des fins de ligne ordinaires (LF)"
    ]


def test_names_that_nobody_can_print_are_told_in_ascii(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder / "knowledge") + b"/\xe9t\xe9.md")).touch()
    (fault,) = said(folder)
    assert fault.isprintable()
    assert "\\udce9t\\udce9.md" in fault


def test_what_was_read_can_be_decided_from_later(folder: Path) -> None:
    (folder / "wording" / "fr.toml").write_text('[optout]\nleft = "Au revoir de {shop}"\n', encoding="utf-8")
    files = read_folder(folder)
    (folder / "tenant.toml").unlink()
    assert parse_files(files, folder).wording == {"optout": {"left": "Au revoir de {shop}"}}
