"""Evidence bundles on both databases: what is made is found whole, and what is changed afterwards is named."""

from pathlib import Path

import pytest

from controller.adapters.verify_bundle import code_of, report, verify
from tests.builders import T0, node_status
from tests.contract.controller.conftest import Site
from tests.fakes.bundles import SigningSite, document_of
from tests.fakes.exports import CAMERA, nals
from tests.fakes.spoiled import drill, forge

LATE_MS = 3_600_000


@pytest.fixture
async def signing(site: Site, tmp_path: Path) -> SigningSite:
    await site.facts.save_status(node_status(CAMERA))
    site.clock.at_ms += LATE_MS
    return SigningSite(site.database, site.clock, tmp_path)


async def test_a_bundle_has_what_the_node_wrote_and_is_found_whole(site: Site, signing: SigningSite) -> None:
    runs = await signing.record(site.facts)
    folder = await signing.bundle(T0 + 3_000, T0 + 100_000)
    found = verify(folder, signing.notary.site_key()["fingerprint"])
    assert found["faults"] == [], report(found, "en")
    assert (found["sound"], found["trusted"], code_of(found)) == (True, True, 0)
    document = document_of(folder)
    wanted = [sha256 for run in runs for _, sha256 in nals(run.data)]
    media = [sha256 for one in document["files"] for _, sha256 in nals(folder / one["name"])]
    assert media == wanted[20 : 20 + len(media)]
    assert len(media) == 980
    assert len(document["files"]) == 1, "one recorder's runs play as one"


async def test_a_changed_byte_is_named_by_its_segment(site: Site, signing: SigningSite) -> None:
    await signing.record(site.facts)
    folder = await signing.bundle(T0, T0 + 20_000)
    (file,) = document_of(folder)["files"]
    start, end, first, length, _ = file["segments"][3]
    data = bytearray((folder / file["name"]).read_bytes())
    data[first + length // 2] ^= 1
    (folder / file["name"]).write_bytes(data)
    found = verify(folder)
    assert not found["trusted"]
    (named,) = [one for one in found["faults"] if one["what"] == "segment_changed"]
    assert (named["file"], named["first"], named["last"]) == (file["name"], first, first + length)
    assert (named["camera"], named["at_ms"], named["end_ms"]) == (CAMERA, start, end)
    assert code_of(found) == 1


async def test_every_byte_of_every_file_is_named_when_it_is_flipped(
    site: Site, signing: SigningSite, tmp_path: Path
) -> None:
    await signing.record(site.facts, 66)
    folder = await signing.bundle(T0 + 50_000, T0 + 64_000)
    assert drill(folder, signing.notary.site_key()["fingerprint"], tmp_path) > 60


async def test_who_signs_anew_is_found_by_who_knows_the_sites_key(site: Site, signing: SigningSite) -> None:
    await signing.record(site.facts, 20)
    folder = await signing.bundle(T0, T0 + 12_000)
    key = signing.notary.site_key()["fingerprint"]
    forge(folder)
    assert [one["what"] for one in verify(folder, key)["faults"]] == ["key"]
    loud = verify(folder)
    assert (loud["sound"], loud["trusted"]) == (True, False)
    assert any("WARNING" in line for line in report(loud, "en"))
    assert any("경고" in line for line in report(loud, "ko"))
    name = document_of(folder)["ledgers"][0]["name"]
    lines = (folder / name).read_bytes().splitlines(keepends=True)
    (folder / name).write_bytes(lines[0].replace(b'"recording off"', b'"lost"'))
    forge(folder)
    found = verify(folder, key)
    assert {one["what"] for one in found["faults"]} >= {"key", "entry_changed"}, "a node's entry needs its node's key"
