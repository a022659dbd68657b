"""Commands that work without a daemon: `init`, `check` and `schema`."""

import json

import pytest

from comptoir.plugins.templates import write_template


@pytest.fixture
def tenant(comptoir, home):
    """An installation with one tenant's folder."""
    assert comptoir("init").code == 0
    folder = home / "config/tenants/chez-awa"
    folder.mkdir()
    write_template("restaurant", folder, {"name": "chez-awa", "owner": None, "lang": "fr"})
    return folder


def test_init_may_be_repeated(comptoir, home):
    first = comptoir("init")
    assert first.code == 0
    assert "master.key" in first.out
    key = (home / "keys/master.key").read_bytes()
    (home / "config/comptoir.toml").write_text("version = 1\n# mine\n")
    again = comptoir("init")
    assert again.code == 0
    assert "nothing to do" in again.out
    assert (home / "keys/master.key").read_bytes() == key
    assert "# mine" in (home / "config/comptoir.toml").read_text()


def test_init_does_not_make_a_second_key_for_tenants_that_are_locked_with_the_first(comptoir, home):
    from comptoir.gateway.keys import read_master_key
    from comptoir.gateway.registry import Registry, Tenant

    comptoir("init")
    registry = Registry(home / "state/registry.db", read_master_key(home / "keys/master.key"))
    registry.add(Tenant("chez-awa", 0, b"wrapped"))
    registry.close()
    (home / "keys/master.key").unlink()
    ended = comptoir("init")
    assert ended.code == 1
    assert "restore the master key" in ended.err


def test_init_where_nothing_can_be_made(comptoir, home, monkeypatch):
    (home / "file").touch()
    monkeypatch.setenv("COMPTOIR_HOME", str(home / "file"))
    ended = comptoir("init")
    assert ended.code == 1
    assert "set COMPTOIR_HOME" in ended.err


@pytest.mark.parametrize("command", ["init", "check", "daemon", "status"])
def test_a_relative_home_is_refused(comptoir, monkeypatch, command):
    monkeypatch.setenv("COMPTOIR_HOME", "here")
    # A daemon that started all the same would take the place of the tests.
    monkeypatch.setattr("os.execv", lambda *_: pytest.fail("the daemon was started"))
    ended = comptoir(command)
    assert ended.code == 2
    assert "absolute path" in ended.err


def test_check_finds_no_fault(comptoir, tenant):
    assert comptoir("check").code == 0
    ended = comptoir("check", "chez-awa")
    assert ended.code == 0
    # Nothing else is wrong: what was changed by chat is the daemon's to say.
    assert ended.err.splitlines() == [line for line in ended.err.splitlines() if "changed by chat" in line]
    assert "sells 5 products in 6 variants, delivers to 2 zones: the template's example" in ended.out
    (tenant / "Catalogue.csv").write_text("nom;prix\nThé;500\n", encoding="utf-8")
    told = comptoir("check", "chez-awa").out
    assert "sells 1 products in 1 variants, delivers to 0 zones; nobody is told of an order: no owner" in told
    file = tenant / "tenant.toml"
    file.write_text('owner = "+221770000099"\n' + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert "delivers to 0 zones\n" in comptoir("check", "chez-awa").out
    (tenant / "Catalogue.csv").write_text("", encoding="utf-8")
    for asked in (("chez-awa",), (), ("--json",)):
        empty = comptoir("check", *asked)
        assert empty.code == 0
        assert "chez-awa: sells nothing: there is no product; a running shop keeps the catalogue before" in empty.err
    assert "chez-awa" in ended.out
    assert comptoir("check", "--json").json == {"faults": [], "left_out": []}


def test_init_keeps_the_schema_as_the_plugins_are(comptoir, home, tenant):
    file = home / "config/tenant.schema.json"
    named = (tenant / "tenant.toml").read_text().splitlines()[0].removeprefix("#:schema ")
    assert (tenant / named).resolve() == file.resolve()
    written = json.loads(file.read_text())
    assert written == json.loads(comptoir("schema").out)
    file.write_text("{}")
    assert "tenant.schema.json" in comptoir("init").out
    assert json.loads(file.read_text()) == written


def test_schema_goes_where_it_is_wanted(comptoir, tmp_path):
    assert comptoir("schema", "--output", str(tmp_path / "x.json")).code == 0
    assert "answers" in json.loads((tmp_path / "x.json").read_text())["properties"]["plugins"]["properties"]
    ended = comptoir("schema", "--output", str(tmp_path / "nowhere" / "x.json"))
    assert (ended.code, "No such file" in ended.err) == (1, True)


def test_check_tells_all_that_is_wrong_in_any_of_a_tenants_files(comptoir, tenant):
    file = tenant / "tenant.toml"
    file.write_text(file.read_text().replace("silence_minutes = 60", "silence_minutes = 60 minutes\njoin = 3"))
    (tenant / "wording").mkdir()
    (tenant / "wording" / "fr.toml").write_text('[optout]\nlefd = "Au revoir"\n')
    (tenant / "knowledge" / "menu.pdf").touch()
    said = comptoir("check", "chez-awa", "--json").json["faults"]
    assert [(fault["file"].removeprefix(f"{tenant}/"), fault["column"]) for fault in said] == [
        ("knowledge/menu.pdf", 0),
        ("tenant.toml", 22),
        ("tenant.toml", 1),
        ("wording/fr.toml", 1),
    ]


def test_check_prints_every_fault_with_its_line(comptoir, home, tenant):
    file, settings = tenant / "tenant.toml", home / "config/comptoir.toml"
    file.write_text(file.read_text().replace('country = "SN"', 'country = "Senegal"'))
    settings.write_text("version = 1\n\n[outbox]\nquiet_ms = 1\n")
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if text.startswith("country"))
    ended = comptoir("check")
    assert ended.code == 78
    first, second = ended.err.splitlines()
    assert first.startswith(f"{settings}:4: ")
    assert second.startswith(f"{file}:{line}: ")
    faults = comptoir("check", "--json")
    assert faults.code == 78
    assert [(fault["file"], fault["line"]) for fault in faults.json["faults"]] == [
        (str(settings), 4),
        (str(file), line),
    ]
    assert comptoir("check", "chez-awa").err.splitlines() == [second]


def test_check_of_a_tenant_that_is_not_there(comptoir, tenant):
    ended = comptoir("check", "mairie")
    assert ended.code == 3
    assert "mairie" in ended.err
    assert comptoir("check", "../../etc").code == 2


def test_check_before_init(comptoir):
    ended = comptoir("check")
    assert ended.code == 1
    assert "comptoir init" in ended.err
