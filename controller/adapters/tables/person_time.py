"""For how long rules saw those whom they are about."""

from sqlmodel import SQLModel

from controller.adapters.tables.columns import BigInt, column


class PersonTimeRow(SQLModel, table=True):
    """One rule on one camera in a quarter of an hour, over all verdicts; nobody is named in it."""

    __tablename__ = "person_time"
    step: int = column("quarter of an hour of Unix time in which the pictures were judged", BigInt, primary_key=True)
    camera: str = column("node.camera", primary_key=True)
    rule: str = column("rule id", primary_key=True)
    rule_name: str = column("as it was")
    kind: str = column("kind of the rule")
    zone_name: str | None = column("name of the zone, as it was", default=None)
    judged_ms: int = column("ms in force and judged, whoever was there", BigInt, default=0)
    present_ms: int = column("ms in the zone, over everybody", BigInt, default=0)
    breach_ms: int = column("of it, ms against the rule", BigInt, default=0)
    unknown_ms: int = column("of it, ms in which nobody could tell", BigInt, default=0)
    tracks: int = column("tracks that came into the zone", BigInt, default=0)
