"""Evidence bundles on both databases: what is made is found whole, and what is changed afterwards is named."""

import json
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlmodel import col, delete, update

from controller.adapters.audit_store import SqlAudit
from controller.adapters.notary import SiteNotary
from controller.adapters.tables import CameraRow, DeletionRow, LedgerRow, RunRow
from controller.adapters.verify_bundle.bundle import code_of, verify
from controller.adapters.verify_bundle.command import report
from controller.adapters.verify_bundle.terms import MANIFEST
from controller.core.viewing import Look, hour_told
from shared.errors import Transient
from shared.ledger_signature import fingerprint
from shared.mint import uuid7
from tests.builders import T0, node_status
from tests.contract.controller.conftest import Site
from tests.fakes.bundles import SITE, SigningSite, document_of
from tests.fakes.exports import CAMERA, nals
from tests.fakes.spoiled import drill, forge, noise

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


async def test_the_checker_that_lies_in_it_runs_alone_and_says_the_same(site: Site, signing: SigningSite) -> None:
    await signing.record(site.facts, 20)
    folder = await signing.bundle(T0, T0 + 12_000)
    key = signing.notary.site_key()["fingerprint"]
    for named, code in (([], 4), (["--key", key], 0), (["--key", "00"], 1)):
        command = [sys.executable, "-I", "-S", str(folder / "verify.py"), str(folder), "--json", *named]
        alone = subprocess.run(command, capture_output=True, check=False, timeout=120)
        assert (alone.returncode, alone.stderr) == (code, b"")
        assert json.loads(alone.stdout) == verify(folder, named[1] if named else None)


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
    key = signing.notary.site_key()["fingerprint"]
    assert drill(folder, key, tmp_path) > 60
    noise(folder, key, tmp_path, 7, 200)


async def test_who_signs_anew_is_found_by_who_knows_the_sites_key(site: Site, signing: SigningSite) -> None:
    await signing.record(site.facts, 20)
    folder = await signing.bundle(T0, T0 + 12_000)
    key = signing.notary.site_key()["fingerprint"]
    forge(folder)
    assert [one["what"] for one in verify(folder, key)["faults"]] == ["key"]
    loud = verify(folder)
    assert (loud["sound"], loud["trusted"], loud["verdict"], code_of(loud)) == (True, False, "signer_unchecked", 4)
    assert "proves nothing yet" in report(loud, "en")[-1]
    assert "아직 아무것도 증명하지 않습니다" in report(loud, "ko")[-1]
    assert any("WARNING" in line for line in report(loud, "en"))
    assert any("경고" in line for line in report(loud, "ko"))
    name = document_of(folder)["ledgers"][0]["name"]
    lines = (folder / name).read_bytes().splitlines(keepends=True)
    (folder / name).write_bytes(lines[0].replace(b'"recording off"', b'"lost"'))
    forge(folder)
    found = verify(folder, key)
    assert {one["what"] for one in found["faults"]} >= {"key", "entry_changed"}, "a node's entry needs its node's key"


async def test_what_a_camera_signs_inside_its_stream_is_kept(site: Site, signing: SigningSite) -> None:
    mark = bytes.fromhex("005bc93f2d71e95ada796f90877a6f5a") + b"signed by the camera"  # a UUID, then what it says
    signature = b"\0\0\0\1\x06\x05" + bytes([len(mark)]) + mark + b"\x80"
    runs = await signing.record(site.facts, 12, before=signature)
    folder = await signing.bundle(T0, T0 + 12_000)
    (file,) = document_of(folder)["files"]
    assert nals(folder / file["name"]) == [
        (round(run.start_ms - T0 + at), sha256) for run in runs for at, sha256 in nals(run.data)
    ]
    assert (folder / file["name"]).read_bytes().count(mark) == 120, "one before each picture"


async def test_deleted_footage_is_told_apart_from_missing(site: Site, signing: SigningSite) -> None:
    runs = await signing.record(site.facts, 36)
    gone_ms = site.clock.unix_ms()
    async with site.database.writing() as session:
        session.add(
            DeletionRow(
                id=uuid7(), cameras=[CAMERA], start_ms=T0 + 6_000, end_ms=T0 + 12_000, why="erasure", who="lee",
                began_ms=gone_ms - 10, created_at=site.clock.now(), done_at=site.clock.now(),
            )
        )  # fmt: skip
        for number, at_ms in ((1, gone_ms), (4, gone_ms - 86_400_000)):
            await session.execute(
                update(RunRow).where(col(RunRow.id) == runs[number].run).values(state="expired", expired_ms=at_ms)
            )
    folder = await signing.bundle(T0, T0 + 36_000)
    found = verify(folder, signing.notary.site_key()["fingerprint"])
    assert found["sound"], report(found, "en")
    deleted = [
        (one["at_ms"] - T0, one["end_ms"] - T0, one["detail"]) for one in found["notes"] if one["what"] == "deleted"
    ]
    assert [(start, end, detail.rpartition(", ")[2]) for start, end, detail in deleted] == [
        (6_000, 12_000, "lee"),
        (24_000, 30_000, "retention"),
    ]
    assert len(document_of(folder)["files"]) == 3, "no film spans what is gone"
    lines = [one for one in report(found, "ko") if "현장에서 삭제됨" in one]
    assert len(lines) == 2


async def test_a_maker_that_ends_in_between_goes_on_with_what_was_planned(site: Site, signing: SigningSite) -> None:
    await signing.record(site.facts, 20)
    span = {"camera": CAMERA, "start_ms": T0, "end_ms": T0 + 12_000}
    state = await signing.book.add([span], [], "", "kim", "", None, form="bundle")
    await signing.seal()
    maker = await signing.maker()

    class Away(SiteNotary):
        def sign(self, manifest: bytes) -> bytes:
            raise Transient(f"the key is away, of {len(manifest)} bytes")

    broken = replace(maker, notary=lambda: Away(signing.key_file, SITE))
    await broken.once()
    assert (await signing.book.one(state["id"]))["export"]["state"] == "waiting"
    site.clock.at_ms += 60_000
    async with site.database.writing() as session:
        await session.execute(delete(LedgerRow))
    await maker.once()
    folder = signing.files.whole(state["id"])
    found = verify(folder, signing.notary.site_key()["fingerprint"])
    assert found["sound"], report(found, "en")
    assert found["counts"]["entries"] == 1, "what was planned is what is in it"


async def test_reports_of_the_same_bundle_are_the_same(site: Site, signing: SigningSite) -> None:
    await signing.record(site.facts, 20)
    folder = await signing.bundle(T0, T0 + 12_000)
    document = document_of(folder)
    evidence = {
        "ledgers": [
            {**one, "lines": [json.loads(line) for line in (folder / one["name"]).read_bytes().splitlines()]}
            for one in document["ledgers"]
        ],
        "keys": json.loads((folder / "keys.json").read_text())["nodes"],
        "custody": [json.loads(line) for line in (folder / "custody.jsonl").read_bytes().splitlines()],
    }
    again = signing.notary.reports(document, evidence)
    assert {name: (folder / name).read_bytes() for name in again} == again
    assert set(again) == {"report.ko.pdf", "report.en.pdf"}


async def test_custody_names_no_camera_but_the_bundles(site: Site, signing: SigningSite) -> None:
    await signing.record(site.facts, 20)
    both = [{"camera": one, "start_ms": T0, "end_ms": T0 + 9_000} for one in (CAMERA, "gate.cellar")]
    async with site.database.writing() as session:
        session.add(CameraRow(id="gate.cellar", node="gate"))
    for spans, why in ((both, "both"), (both[:1], "one")):
        asked = await signing.book.add(spans, [], why, "lee", "::2", None)
        await signing.book.cancel(asked["id"], "lee", "::2")
    folder = await signing.bundle(T0, T0 + 12_000)
    text = (folder / "custody.jsonl").read_text()
    assert "cellar" not in text
    told = [json.loads(line).get("told") for line in text.splitlines()]
    made = [one["detail"]["why"] for one in told if one and one["what"] == "export.make"]
    assert "one" in made
    assert "both" not in made
    assert verify(folder)["sound"]


async def test_custody_tells_of_looks_at_this_footage_alone(site: Site, signing: SigningSite) -> None:
    await signing.record(site.facts, 12)
    looks = [
        Look("kim", "::1", "footage.view", CAMERA, hour_told(T0)),
        Look("lee", "::1", "footage.view", CAMERA, hour_told(T0 - 7_200_000)),
        Look("choi", "::1", "live.view", CAMERA),
    ]
    at = site.clock.now()
    await SqlAudit(site.database, site.clock).looked(
        [(at, looks[0]), (at, looks[1]), (at + timedelta(days=9), looks[2])]
    )
    folder = await signing.bundle(T0, T0 + 12_000)
    lines = [json.loads(line) for line in (folder / "custody.jsonl").read_bytes().splitlines()]
    told = [one.get("told") or one.get("unsealed") for one in lines]
    assert [one["who"] for one in told if one and one["what"].endswith(".view")] == ["kim"]
    whats = [one["seal"]["what"] for one in lines if "seal" in one]
    assert "live.view" in whats, "its seal is there, without who it was"


async def test_keys_come_with_the_certificates_that_nodes_have(site: Site, signing: SigningSite) -> None:
    await signing.record(site.facts, 12)
    authority = await signing.certify()
    folder = await signing.bundle(T0, T0 + 12_000)
    keys = json.loads((folder / "keys.json").read_text())
    (one,) = keys["nodes"]
    assert (one["fingerprint"], one["certificate_pem"]) == (fingerprint(signing.public_pem), signing.certificate)
    key = signing.notary.site_key()["fingerprint"]
    found = verify(folder, key, ca=authority)
    assert (found["sound"], found["counts"]["certificates"], found["ca"]) == (True, 1, authority)
    assert "certificate_none" not in {one["what"] for one in found["notes"]}
    assert [one["what"] for one in verify(folder, key, ca="ab" * 32)["faults"]] == ["ca"]


async def test_a_zip_of_one_is_the_same_and_no_flipped_byte_passes_for_it(
    site: Site, signing: SigningSite, tmp_path: Path
) -> None:
    await signing.record(site.facts, 20)
    folder = await signing.bundle(T0, T0 + 12_000)
    key = signing.notary.site_key()["fingerprint"]
    path = tmp_path / "bundle.zip"
    with zipfile.ZipFile(path, "w") as made:
        for file in sorted(folder.iterdir()):
            made.write(file, f"{folder.name}/{file.name}")
    assert verify(path, key) == verify(folder, key)
    whole, chance = path.read_bytes(), random.Random(11)
    for place in sorted(chance.randrange(len(whole)) for _ in range(30)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ chance.randrange(1, 256)]) + whole[place + 1 :])
        if verify(path, key)["sound"]:
            with zipfile.ZipFile(path) as opened:
                there = {name: opened.open(name).read() for name in opened.namelist()}
            assert there == {f"{folder.name}/{one.name}": one.read_bytes() for one in folder.iterdir()}, place
    file = document_of(folder)["files"][0]
    start = whole.index((folder / file["name"]).read_bytes())
    at = start + file["segments"][1][2]
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    named = [one for one in verify(path, key)["faults"] if one["what"] == "segment_changed"]
    assert [(one["file"], one["at_ms"]) for one in named] == [(file["name"], file["segments"][1][0])]


async def test_what_was_done_is_named_and_nothing_else(site: Site, signing: SigningSite, tmp_path: Path) -> None:
    await signing.record(site.facts, 200)
    folder = await signing.bundle(T0, T0 + 180_000)
    ledger = document_of(folder)["ledgers"][0]["name"]
    custody = [json.loads(line) for line in (folder / "custody.jsonl").read_bytes().splitlines()]
    sealed = [place for place, line in enumerate(custody) if "seal" in line]
    place = next(one for one, other in pairwise(sealed) if other == one + 1 and one > 0)

    def done(name: str, change: Callable[[list[bytes]], list[bytes]]) -> set[str]:
        copy = tmp_path / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(folder, copy)
        lines = change((copy / name).read_bytes().splitlines(keepends=True))
        (copy / name).write_bytes(b"".join(lines))
        return {one["what"] for one in verify(copy)["faults"]} - {"bytes", "length"}

    def turned(at: int) -> Callable[[list[bytes]], list[bytes]]:
        return lambda lines: [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]

    def without(at: int) -> Callable[[list[bytes]], list[bytes]]:
        return lambda lines: [*lines[:at], *lines[at + 1 :]]

    def other(at: int, old: bytes, new: bytes) -> Callable[[list[bytes]], list[bytes]]:
        return lambda lines: [*lines[:at], lines[at].replace(old, new, 1), *lines[at + 1 :]]

    what = custody[place]["seal"]["what"].encode()
    assert done("custody.jsonl", turned(place)) == {"custody_reordered"}
    assert done("custody.jsonl", other(place, what, b"x" + what[1:])) == {"custody_changed"}
    assert done("custody.jsonl", without(place)) == {"custody_removed"}
    assert done(ledger, turned(0)) == {"entry_reordered"}
    assert done(ledger, other(1, b'"gaps":[]', b'"gaps":[[1,2,"lost"]]')) == {"entry_changed"}
    assert done(ledger, without(1)) >= {"entry_removed"}


async def test_footage_whose_camera_has_no_ledger_in_it_is_named(site: Site, signing: SigningSite) -> None:
    await signing.record(site.facts, 20)
    folder = await signing.bundle(T0, T0 + 12_000)
    document = document_of(folder)
    document["ledgers"] = []
    (folder / MANIFEST).write_text(json.dumps(document))
    forge(folder)
    found = verify(folder)
    assert [one["file"] for one in found["faults"] if one["what"] == "no_ledger"] == [document["files"][0]["name"]]
