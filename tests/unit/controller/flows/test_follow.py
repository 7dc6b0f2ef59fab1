"""What is only true now is told to who listens, between the rows and under the newest row's id."""

from controller.flows.follow import FeedFollower
from controller.ports import State
from tests.fakes.verifier import QuickBell


class Rows:
    """A feed of some rows."""

    def __init__(self, *ids: int) -> None:
        self.ids = ids

    async def after(self, last_id: int, limit: int = 200) -> list[State]:
        return [{"id": one, "kind": "alarm", "data": {}} for one in self.ids if one > last_id][:limit]

    async def bounds(self) -> tuple[int, int]:
        return self.ids[0], self.ids[-1]

    async def cursor(self, name: str) -> int | None:
        raise NotImplementedError(name)

    async def move_cursor(self, name: str, feed_id: int) -> None:
        raise NotImplementedError(name, feed_id)


async def test_what_is_passed_on_reaches_listeners_and_is_never_missed() -> None:
    rows = Rows(1, 2)
    follower = FeedFollower(rows, QuickBell())
    follower.pass_on("zone", {"zone": "before"})
    async with follower.listen() as (newest, listener):
        follower.pass_on("zone", {"zone": "yard"})
        assert newest == 2
        assert await listener.next() == {"id": 2, "kind": "zone", "data": {"zone": "yard"}}
        assert [row async for row in follower.missed(0, newest)] == await rows.after(0)
    follower.pass_on("zone", {"zone": "after"})
    assert listener.queue.empty()
