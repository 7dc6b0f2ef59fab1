"""Exports and holds over HTTP: rights, keys, downloads with ranges."""

import asyncio
import io
import zipfile

import httpx
import pytest
from sqlmodel import col, select, update

from controller.adapters.export_folder import ExportFolder
from controller.adapters.fact_store import SqlFactStore
from controller.adapters.tables import AuditRow, UserRow
from controller.api.server import PREFIX
from controller.core.evidence_lock import KNOWN_AFTER
from controller.flows.export import MakeExports
from shared.clock import SystemClock
from shared.ids import SiteId
from shared.mint import uuid7
from tests.builders import T0, node_status
from tests.fakes.exports import CAMERA, jobs_of, recorded
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration
SPAN = {"camera": CAMERA, "start_ms": T0, "end_ms": T0 + 4_000}


async def prepare(served: Served) -> MakeExports:
    """A camera with footage, and the role that makes exports."""
    clock = SystemClock()
    await SqlFactStore(served.database, clock, SiteId(served.site.settings.site)).save_status(node_status(CAMERA))
    (run,) = recorded(T0, 4)
    served.objects.objects[run.key] = run.data
    async with served.database.writing() as session:
        session.add(run.row())
    folder = ExportFolder(served.site.settings.export_path, quota_bytes=None, free_bytes_min=0)
    return MakeExports(await jobs_of(served.database, clock), folder, served.objects, clock)


async def downloads(served: Served) -> int:
    async with served.database.reading() as session:
        return len(list(await session.scalars(select(AuditRow).where(col(AuditRow.what) == "export.download"))))


async def test_an_export_is_made_and_its_film_is_played_by_ranges(served: Served) -> None:
    maker = await prepare(served)
    async with served.client("operator") as operator, served.client("viewer") as viewer:
        body = {"spans": [SPAN], "why": "insurer"}
        assert (await viewer.post(f"{PREFIX}/exports", json=body)).status_code == 403
        key = {"Idempotency-Key": "one"}
        made = [(await operator.post(f"{PREFIX}/exports", json=body, headers=key)).json() for _ in range(2)]
        assert made[0]["id"] == made[1]["id"]
        url = f"{PREFIX}/exports/{made[0]['id']}"
        assert (await operator.get(f"{url}/files/manifest.json")).status_code == 409
        await maker.once()
        told = (await viewer.get(url)).json()
        assert (told["export"]["state"], told["gaps"]) == ("done", [])
        name = told["files"][0]["name"]
        assert (await viewer.get(f"{url}/files/{name}")).status_code == 403
        last = await operator.get(f"{url}/files/{name}", headers={"Range": "bytes=-100"})
        assert (last.status_code, len(last.content), await downloads(served)) == (206, 100, 1), "from its end, too"
        whole = await operator.get(f"{url}/files/{name}")
        assert (whole.status_code, len(whole.content)) == (200, told["files"][0]["bytes"])
        assert name in whole.headers["content-disposition"]
        part = await operator.get(f"{url}/files/{name}", headers={"Range": "bytes=100-199"})
        assert (part.status_code, part.content) == (206, whole.content[100:200])
        for wrong in ("..%2F..%2Fcctv.toml", "cctv.toml", ".plan.json"):
            assert (await operator.get(f"{url}/files/{wrong}")).status_code in {404, 422}
        assert [one["id"] for one in (await viewer.get(f"{PREFIX}/exports")).json()["items"]] == [made[0]["id"]]
    async with served.database.reading() as session:
        what = select(AuditRow.what).where(col(AuditRow.what).startswith("export.")).order_by(col(AuditRow.id))
        assert list(await session.scalars(what)) == ["export.make", "export.download"]


async def test_who_sees_no_clear_pictures_exports_blocks_alone(served: Served) -> None:
    maker = await prepare(served)
    async with served.client("operator") as operator, served.client("admin") as admin:
        grants = f"{PREFIX}/users/operator/grants"
        assert (await admin.put(grants, json={"cameras": {CAMERA: ["playback", "export"]}})).status_code == 200
        for form in ("films", "bundle"):
            answer = await operator.post(f"{PREFIX}/exports", json={"spans": [SPAN], "form": form})
            assert (answer.status_code, "clear" in answer.text) == (403, True)
        clear = (await admin.post(f"{PREFIX}/exports", json={"spans": [SPAN]})).json()["id"]
        derived = (await operator.post(f"{PREFIX}/exports", json={"spans": [SPAN], "form": "derived"})).json()["id"]
        assert [await maker.once(), await maker.once()] == [True, True]
        told = (await operator.get(f"{PREFIX}/exports/{derived}")).json()
        assert (told["export"]["state"], told["export"]["form"]) == ("done", "derived")
        film = await operator.get(f"{PREFIX}/exports/{derived}/files/{told['files'][0]['name']}")
        assert (film.status_code, film.headers["x-derived"]) == (200, "mosaic")
        whole = await operator.get(f"{PREFIX}/exports/{derived}/zip")
        assert (whole.status_code, whole.headers["x-derived"]) == (200, "mosaic")
        refused = await operator.get(f"{PREFIX}/exports/{clear}/zip")
        assert (refused.status_code, "clear" in refused.text) == (403, True)
        others = (await operator.get(f"{PREFIX}/exports/{clear}")).json()["files"][0]["name"]
        for name in (others, "manifest.json"):
            refused = await operator.get(f"{PREFIX}/exports/{clear}/files/{name}")
            assert (refused.status_code, "clear" in refused.text) == (403, True)
        assert (await admin.put(grants, json={"cameras": {CAMERA: ["playback", "clear"]}})).status_code == 200
        body = {"spans": [SPAN], "form": "derived"}
        assert (await operator.post(f"{PREFIX}/exports", json=body)).status_code == 403, (
            "derived ones need a right, too"
        )


async def test_all_files_of_one_are_downloaded_as_one_zip(served: Served) -> None:
    maker = await prepare(served)
    async with served.client("operator") as operator, served.client("viewer") as viewer:
        made = (await operator.post(f"{PREFIX}/exports", json={"spans": [SPAN]})).json()
        url = f"{PREFIX}/exports/{made['id']}"
        assert (await operator.get(f"{url}/zip")).status_code == 409
        await maker.once()
        assert (await viewer.get(f"{url}/zip")).status_code == 403
        assert (await operator.get(f"{PREFIX}/exports/{uuid7()}/zip")).status_code == 404
        whole = await operator.get(f"{url}/zip")
        assert f"export-{made['id']}.zip" in whole.headers["content-disposition"]
        with zipfile.ZipFile(io.BytesIO(whole.content)) as opened:
            assert opened.testzip() is None
            for name in opened.namelist():
                file = await operator.get(f"{url}/files/{name.partition('/')[2]}")
                assert (file.status_code, file.content) == (200, opened.read(name))
            listed = {"manifest.json", "SHA256SUMS", *(one["name"] for one in (await viewer.get(url)).json()["files"])}
            assert {name.partition("/")[2] for name in opened.namelist()} == listed
    async with served.database.reading() as session:
        entries = await session.scalars(select(AuditRow.detail).where(col(AuditRow.what) == "export.download"))
        assert next(iter(entries)) == {"file": f"export-{made['id']}.zip"}


async def test_only_who_made_it_or_an_admin_ends_an_export(served: Served) -> None:
    await prepare(served)
    async with served.client("operator") as operator, served.client("admin") as admin:
        made = (await admin.post(f"{PREFIX}/exports", json={"spans": [SPAN]})).json()
        url = f"{PREFIX}/exports/{made['id']}"
        assert (await operator.post(f"{url}/cancel")).status_code == 403
        assert (await operator.delete(url)).status_code == 403
        assert (await admin.post(f"{url}/cancel")).json()["state"] == "cancelled"
        assert (await admin.delete(url)).json()["state"] == "deleted"
        assert (await admin.get(f"{PREFIX}/exports")).json()["items"] == []
        assert (await admin.get(f"{PREFIX}/exports/{uuid7()}")).status_code == 404
        assert (await admin.post(f"{PREFIX}/exports", json={})).status_code == 422


async def test_the_same_key_at_the_same_moment_is_one_export(served: Served) -> None:
    await prepare(served)
    async with served.client("operator") as operator:
        asked = [
            operator.post(f"{PREFIX}/exports", json={"spans": [SPAN]}, headers={"Idempotency-Key": "k"})
            for _ in range(4)
        ]
        answers = await asyncio.gather(*asked)
        again = await operator.post(f"{PREFIX}/exports", json={"spans": [SPAN]}, headers={"Idempotency-Key": "k"})
        answers.append(again)
        assert {answer.status_code for answer in answers} <= {200, 409}
        assert len({answer.json()["id"] for answer in answers if answer.status_code == 200}) == 1
        assert answers[-1].status_code == 200


async def test_a_hold_is_added_listed_and_released(served: Served) -> None:
    await prepare(served)
    async with served.client("operator") as operator, served.client("viewer") as viewer:
        body = {**SPAN, "reason": "theft"}
        assert (await viewer.post(f"{PREFIX}/holds", json=body)).status_code == 403
        made = (await operator.post(f"{PREFIX}/holds", json=body)).json()
        assert made["runs"] == 1
        assert [one["id"] for one in (await viewer.get(f"{PREFIX}/holds")).json()["items"]] == [made["id"]]
        freed = (await operator.post(f"{PREFIX}/holds/{made['id']}/release")).json()
        assert freed["released_by"] == "operator"
        assert (await viewer.get(f"{PREFIX}/holds")).json()["items"] == []
        assert (await operator.post(f"{PREFIX}/holds", json={**body, "reason": ""})).status_code == 422


async def test_locked_evidence_takes_two_people_who_logged_in(served: Served) -> None:
    await prepare(served)
    async with served.database.writing() as session:
        await session.execute(update(UserRow).values(created_at=SystemClock().now() - KNOWN_AFTER))
    async with (
        served.client("operator") as operator,
        served.client("admin") as admin,
        served.client("viewer") as viewer,
    ):
        made = (await operator.post(f"{PREFIX}/holds", json={**SPAN, "reason": "court", "lock": True})).json()
        url = f"{PREFIX}/holds/{made['id']}"
        assert (made["locked"], made["asked"]) == (True, None)
        refused = await operator.post(f"{url}/release")
        assert (refused.status_code, refused.json()["said"]["code"]) == (409, "hold_locked")
        assert (await viewer.post(f"{url}/release-request", json={"reason": "x"})).status_code == 403
        assert (await operator.post(f"{url}/release-request", json={"reason": ""})).status_code == 422
        asked = (await operator.post(f"{url}/release-request", json={"reason": "closed"})).json()["asked"]
        assert (asked["who"], asked["why"]) == ("operator", "closed")
        own = await operator.post(f"{url}/release")
        assert (own.status_code, own.json()["said"]["code"]) == (403, "hold_own_request")
        key = (await admin.post(f"{PREFIX}/keys", json={"name": "x", "role": "admin", "days": 1})).json()["token"]
        transport = httpx.ASGITransport(served.app, raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as program:
            by_key = await program.post(f"{url}/release")
        assert (by_key.status_code, by_key.json()["said"]["code"]) == (403, "key_not_here")
        assert (await admin.delete(f"{url}/release-request")).json()["asked"] is None
        await operator.post(f"{url}/release-request", json={"reason": "closed"})
        assert (await admin.post(f"{url}/release")).json()["released_by"] == "admin"


async def test_destinations_are_managed_by_admins_and_tried(served: Served) -> None:
    url = f"{PREFIX}/export-destinations"
    body = {
        "endpoint": "http://127.0.0.1:9",
        "bucket": "evidence",
        "access_key": "AKIDEXAMPLE",
        "secret_key": "s3cr3t-x",
    }
    async with (
        served.client("operator") as operator,
        served.client("admin") as admin,
        served.client("viewer") as viewer,
    ):
        assert (await viewer.get(url)).status_code == 403
        assert (await operator.put(f"{url}/nas", json=body)).status_code == 403
        for wrong in ({"prefix": "../"}, {"endpoint": "file:///etc"}, {"endpoint": "http://nas/bucket"}):
            assert (await admin.put(f"{url}/nas", json={**body, **wrong})).status_code == 422
        made = await admin.put(f"{url}/nas", json=body)
        assert made.status_code == 200
        assert "s3cr3t" not in made.text + (await operator.get(url)).text
        assert [one["name"] for one in (await operator.get(url)).json()] == ["nas"]
        assert (await operator.post(f"{url}/nas/test")).status_code == 403
        assert (await admin.post(f"{url}/nas/test")).json()["reason"] == "target_away"
        await prepare(served)
        asked = await operator.post(f"{PREFIX}/exports", json={"spans": [SPAN], "destination": "nas"})
        assert asked.json()["destination"] == "nas"
        nobody = await operator.post(f"{PREFIX}/exports", json={"spans": [SPAN], "destination": "nobody"})
        assert nobody.status_code == 404
        used = await admin.delete(f"{url}/nas")
        assert (used.status_code, used.json()["said"]["code"]) == (409, "destination_used")
        await operator.post(f"{PREFIX}/exports/{asked.json()['id']}/cancel")
        backup = {"destination": "nas", "severities": ["critical"]}
        kept = await admin.put(f"{PREFIX}/archives/nightly", json=backup, headers={"If-None-Match": "*"})
        assert kept.status_code == 200, kept.text
        assert (await admin.delete(f"{url}/nas")).json()["said"]["params"] == {"count": 1}
        assert (await admin.delete(f"{PREFIX}/archives/nightly")).status_code == 204
        assert (await admin.delete(f"{url}/nas")).status_code == 204
        assert (await operator.get(url)).json() == []


async def test_retention_and_an_alarms_hold_are_for_those_who_may(served: Served) -> None:
    await prepare(served)
    url, body = f"{PREFIX}/retention", {"camera": CAMERA, "media_class": None, "days": 3}
    async with (
        served.client("operator") as operator,
        served.client("admin") as admin,
        served.client("viewer") as viewer,
    ):
        assert (await viewer.get(url)).json()["rules"] == []
        assert (await operator.put(url, json=body)).status_code == 403
        assert (await admin.post(f"{url}/preview", json=body)).json()["shortens"] is True
        assert (await admin.put(url, json=body)).status_code == 409
        told = (await admin.put(url, json={**body, "confirm": True})).json()
        assert [(one["camera"], one["days"]) for one in told["rules"]] == [(CAMERA, 3)]
        assert (await viewer.post(f"{PREFIX}/holds/alarms/{uuid7()}", json={"reason": "x"})).status_code == 403
        assert (await operator.post(f"{PREFIX}/holds/alarms/{uuid7()}", json={"reason": "x"})).status_code == 404
        held = f"{PREFIX}/holds?camera={CAMERA}&from={T0}&to={T0 + 9}"
        assert (await viewer.get(held)).json()["items"] == []


async def test_archives_are_managed_by_admins(served: Served) -> None:
    store = {
        "endpoint": "http://127.0.0.1:9",
        "bucket": "evidence",
        "access_key": "AKIDEXAMPLE",
        "secret_key": "s3cr3t-x",
    }
    url, body = f"{PREFIX}/archives", {"destination": "nas", "severities": ["high"], "every": "day", "at": "03:00"}
    async with served.client("operator") as operator, served.client("admin") as admin:
        assert (await admin.put(f"{url}/nightly", json=body)).status_code == 404, "no such destination"
        await admin.put(f"{PREFIX}/export-destinations/nas", json=store)
        assert (await operator.put(f"{url}/nightly", json=body)).status_code == 403
        assert (await admin.put(f"{url}/nightly", json=body)).json()["at_min"] == 180
        assert (await operator.post(f"{url}/nightly/run")).status_code == 403
        assert (await admin.post(f"{url}/nightly/run")).status_code == 200
        assert [one["name"] for one in (await operator.get(url)).json()] == ["nightly"]
        assert (await admin.delete(f"{url}/nightly")).status_code == 204
        assert (await operator.get(url)).json() == []
