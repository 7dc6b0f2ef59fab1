"""`cctv status --store` on Ceph's gateway and on rclone: what each keeps, and rules that would delete evidence."""

import json
from pathlib import Path

import pytest
from minio.commonconfig import ENABLED, Filter
from minio.lifecycleconfig import AbortIncompleteMultipartUpload, Expiration, LifecycleConfig, Rule
from minio.versioningconfig import VersioningConfig
from typer.testing import CliRunner

from controller.app.site import Site
from controller.cli import app
from tests.servers.stores import S3Store

pytestmark = pytest.mark.integration


def tried(site: Site) -> tuple[int, dict[str, bool | None], dict[str, str]]:
    done = CliRunner().invoke(app, ["status", "--store", "--json", "--data", str(site.data_dir)])
    told = json.loads(done.stdout)["trials"]
    return (
        done.exit_code,
        {one["promise"]: one["kept"] for one in told},
        {one["promise"]: one["detail"] for one in told},
    )


def on(site: Site, s3: S3Store, folder: Path) -> Site:
    for name, text in (("access", s3.access_key), ("secret", s3.secret_key)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
    lines = [
        "", "[store]", 'kind = "s3"', f'endpoint = "http://{s3.endpoint}"', f'bucket = "{s3.bucket}"',
        f'access_key_file = "{folder / "access"}"', f'secret_key_file = "{folder / "secret"}"',
    ]  # fmt: skip
    site.config_file.write_text(site.config_file.read_text() + "\n".join(lines) + "\n")
    return site


def test_what_a_store_keeps_is_told_and_nothing_is_left_of_the_trial(
    full: Site, any_s3: S3Store, tmp_path: Path
) -> None:
    site = on(full, any_s3, tmp_path)
    code, kept, detail = tried(site)
    assert code == 0, (kept, detail)
    always = ("md5", "etag", "listed", "part", "multipart", "deleted")
    assert {name: kept[name] for name in always} == dict.fromkeys(always, True)
    weak = {name for name, one in kept.items() if one is not True}
    assert weak == (
        set() if any_s3.name == "radosgw" else weak & {"length", "once", "sha256", "versions", "life_cycle"}
    )
    assert ("sha256" in weak) is (any_s3.name != "radosgw")
    client = any_s3.client()
    assert list(client.list_objects(any_s3.bucket, recursive=True)) == []


@pytest.mark.xdist_group("radosgw")
def test_a_rule_that_deletes_footage_and_versions_are_faults(full: Site, s3: S3Store, tmp_path: Path) -> None:
    with s3.fresh_bucket() as store:
        site, client = on(full, store, tmp_path), store.client()

        def rules(*rules: Rule) -> None:
            client.set_bucket_lifecycle(store.bucket, LifecycleConfig(list(rules)))

        tidy = Rule(
            ENABLED, rule_filter=Filter(prefix=""), rule_id="aborted",
            abort_incomplete_multipart_upload=AbortIncompleteMultipartUpload(days_after_initiation=1),
        )  # fmt: skip
        probes = Rule(ENABLED, rule_filter=Filter(prefix="probe/"), rule_id="probes", expiration=Expiration(days=1))
        month = Rule(ENABLED, rule_filter=Filter(prefix=""), rule_id="month", expiration=Expiration(days=30))
        rules(tidy, probes)
        assert tried(site)[1]["life_cycle"] is True
        rules(tidy, probes, month)
        code, kept, detail = tried(site)
        assert (code, kept["life_cycle"], detail["life_cycle"]) == (1, False, "month")
        rules(tidy)
        client.set_bucket_versioning(store.bucket, VersioningConfig(ENABLED))
        code, kept, _ = tried(site)
        assert (code, kept["versions"], kept["life_cycle"]) == (1, False, True)
        client.set_bucket_versioning(store.bucket, VersioningConfig("Suspended"))
        for one in client.list_objects(store.bucket, recursive=True, include_version=True):
            client.remove_object(store.bucket, str(one.object_name), one.version_id)


def test_a_directory_asks_nothing_of_another_server(full: Site) -> None:
    done = CliRunner().invoke(app, ["status", "--store", "--data", str(full.data_dir)])
    assert (done.exit_code, "a directory" in done.output) == (0, True)
