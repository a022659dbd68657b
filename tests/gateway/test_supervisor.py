"""Tenants that come and go under the supervisor."""

import pytest
from supervised import alive

from comptoir.gateway.keys import unwrap
from comptoir.sessions.protocol import ErrorCode, RpcError


async def test_a_new_tenant_gets_files_a_key_and_a_worker(open_shop):
    async with open_shop() as shop:
        assert shop.tenant.state == ("new", None)
        assert (shop.installation.paths.tenant_config("awa") / "tenant.toml").exists()
        said = await shop.order("spec")
        row = (await shop.installation.registry.tenants())[0]
        assert bytes.fromhex(said["key"]) == unwrap(shop.installation.registry.master_key, row.wrapped_key, "awa", 1)
        assert (said["linked"], said["paused"], said["parked"]) == (False, False, None)


@pytest.mark.parametrize("name", ["", "Awa", "../x", "a/b", "-a", "a" * 33])
async def test_names_that_would_be_paths_are_refused(open_shop, name):
    async with open_shop(add=False) as shop:
        with pytest.raises(RpcError, match="no tenant's name") as refused:
            await shop.supervisor.add(name, "empty", None, "fr")
        assert refused.value.code == ErrorCode.INVALID_PARAMS
        assert shop.supervisor.tenants() == []


async def test_an_existing_folder_keeps_the_owners_files(open_shop, installation):
    folder = installation.paths.tenant_config("awa")
    folder.mkdir(parents=True)
    (folder / "tenant.toml").write_text("version = 1\n# the owner's\n")
    (folder / "catalogue.csv").write_text("mine")
    async with open_shop(add=False) as shop:
        added = await shop.supervisor.add("awa", "restaurant", None, "fr")
        assert (added.folder, added.kept) == (folder, True)
        assert "the owner's" in (folder / "tenant.toml").read_text()
        await shop.supervisor.remove("awa")
        assert (folder / "catalogue.csv").read_text() == "mine"


async def test_a_template_that_does_not_exist_leaves_nothing_behind(open_shop):
    async with open_shop(add=False) as shop:
        with pytest.raises(RpcError) as refused:
            await shop.supervisor.add("awa", "castle", None, "fr")
        assert refused.value.code == ErrorCode.INVALID_PARAMS
        assert not shop.installation.paths.tenant_config("awa").exists()
        assert await shop.installation.registry.tenants() == []


async def test_a_name_is_taken_once(open_shop):
    async with open_shop() as shop:
        with pytest.raises(RpcError, match="already"):
            await shop.supervisor.add("awa", "empty", None, "fr")
        with pytest.raises(RpcError, match="no tenant 'bintou'; there is awa") as refused:
            shop.supervisor.get("bintou")
        assert refused.value.code == ErrorCode.NOT_FOUND


async def test_a_removed_tenant_leaves_only_its_own_files(open_shop):
    async with open_shop() as shop:
        await shop.link()
        pid = shop.tenant.pid
        assert await shop.supervisor.remove("awa")
        assert not alive(pid)
        paths = shop.installation.paths
        assert not paths.tenant_state("awa").exists()
        assert not (shop.installation.sessions / "awa").exists()
        assert (paths.tenant_config("awa") / "tenant.toml").exists()
        assert await shop.installation.registry.tenants() == []
        # The name is free again.
        await shop.supervisor.add("awa", "empty", None, "fr")
        assert await shop.tenant.call("ping") == {}


async def test_data_that_no_key_opens_is_not_overwritten(open_shop):
    async with open_shop(add=False) as shop:
        old = shop.installation.paths.tenant_state("awa")
        old.mkdir()
        with pytest.raises(RpcError, match="move it away"):
            await shop.supervisor.add("awa", "empty", None, "fr")
