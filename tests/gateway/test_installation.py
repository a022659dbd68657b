def test_a_removed_tenant_leaves_no_log(installation):
    log = installation.paths.tenant_log("awa")
    for file in (log, log.with_suffix(".log.1"), installation.paths.tenant_log("bintou")):
        file.write_text("Awa\n")
    installation.delete_data("awa")
    assert [file.name for file in log.parent.iterdir()] == ["bintou.log"]
