"""Feature flags in both databases: as the default says until somebody switches, and then on record."""

from sqlmodel import col, select

from controller.adapters.feature_store import SqlFeatures
from controller.adapters.tables import AuditRow, FeatureRow
from controller.api.feature_schemas import FeatureOut
from controller.core.features import FEATURES
from controller.flows.manage_exports import Asker
from controller.flows.switch_features import SwitchFeatures
from tests.contract.controller.conftest import Site

KIM = Asker("kim", admin=True, address="10.0.0.9")


async def entries(site: Site) -> list[tuple[str, str, str, str, object, object]]:
    async with site.database.reading() as session:
        rows = await session.scalars(
            select(AuditRow).where(col(AuditRow.what) == "feature.put").order_by(col(AuditRow.id))
        )
        return [
            (row.what, row.who, row.subject, row.address, row.detail["before"], row.detail["after"]) for row in rows
        ]


async def test_one_that_nobody_switched_is_as_its_default_says(site: Site) -> None:
    features = SwitchFeatures(SqlFeatures(site.database, site.clock))
    told = [FeatureOut.model_validate(one) for one in await features.all()]
    assert [(one.name, one.on, one.changed_by) for one in told] == [(one.name, one.default, None) for one in FEATURES]


async def test_what_is_switched_stands_for_all_who_ask_and_is_on_record(site: Site) -> None:
    features, other = (SwitchFeatures(SqlFeatures(site.database, site.clock)) for _ in range(2))
    told = FeatureOut.model_validate(await features.put("listen", KIM, is_on=False))
    assert (told.on, told.default, told.changed_by, told.changed_at) == (False, True, "kim", site.clock.now())
    assert not await other.is_on("listen")
    assert await other.is_on("scrub")
    await other.put("listen", KIM, is_on=False)
    await other.put("scrub", KIM, is_on=True)
    await other.put("listen", KIM, is_on=True)
    assert await features.is_on("listen")
    assert await entries(site) == [
        ("feature.put", "kim", "listen", "10.0.0.9", {"on": True}, {"on": False}),
        ("feature.put", "kim", "listen", "10.0.0.9", {"on": False}, {"on": True}),
    ], "what changes nothing is not told"


async def test_a_flag_of_another_version_is_passed_over(site: Site) -> None:
    async with site.database.writing() as session:
        session.add(FeatureRow(name="later", is_on=True, changed_at=site.clock.now(), changed_by="kim"))
    told = await SwitchFeatures(SqlFeatures(site.database, site.clock)).all()
    assert [one["name"] for one in told] == [one.name for one in FEATURES]
