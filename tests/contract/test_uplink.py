"""One suite for the uplink: the fake and the HTTP client against a real server."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from edge_agent.adapters.uplink import HttpUplink
from edge_agent.ports import Uplink
from shared.errors import Rejected, Transient
from shared.messages import Grant
from tests.fakes.controller import PutStore
from tests.fakes.line import FakeUplink


class Under:
    """An uplink and how to look at and fail its store."""

    def __init__(self, uplink: Uplink, store: PutStore | None) -> None:
        self.uplink = uplink
        self._store = store

    def objects(self) -> dict[str, bytes]:
        if self._store is not None:
            return self._store.objects
        assert isinstance(self.uplink, FakeUplink)
        return self.uplink.objects

    def fail(self, status: int) -> None:
        if self._store is not None:
            self._store.faults.append(status)
        else:
            assert isinstance(self.uplink, FakeUplink)
            fault = Transient("store") if status >= 500 else Rejected("grant", "refused")
            self.uplink.faults.append(fault)


@pytest.fixture
def store() -> Iterator[PutStore]:
    store = PutStore()
    yield store
    store.close()


@pytest.fixture(params=["fake", "http"])
async def under(request: pytest.FixtureRequest, store: PutStore) -> AsyncIterator[Under]:
    if request.param == "fake":
        yield Under(FakeUplink(), None)
        return
    uplink = HttpUplink(store.url + "/", None)
    yield Under(uplink, store)
    await uplink.close()


def grant(url: str = "/media/put/a.mp4") -> Grant:
    return Grant(url=url, headers={"X-Amz-Meta-Run": "1"}, expires_at=datetime(2026, 1, 1, tzinfo=UTC))


async def body(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def test_bytes_arrive_as_they_are(under: Under) -> None:
    await under.uplink.put(grant(), body(b"ab", b"", b"c" * 100_000), 100_002)
    assert under.objects() == {"/media/put/a.mp4": b"ab" + b"c" * 100_000}


async def test_a_repeated_put_is_done(under: Under) -> None:
    await under.uplink.put(grant(), body(b"ab"), 2)
    await under.uplink.put(grant(), body(b"ab"), 2)
    assert under.objects() == {"/media/put/a.mp4": b"ab"}


@pytest.mark.parametrize(("status", "fault"), [(503, Transient), (500, Transient), (403, Rejected), (400, Rejected)])
async def test_faults_are_told_apart(under: Under, status: int, fault: type[Exception]) -> None:
    under.fail(status)
    with pytest.raises(fault):
        await under.uplink.put(grant(), body(b"ab"), 2)
    assert under.objects() == {}
    await under.uplink.put(grant(), body(b"ab"), 2)
    assert len(under.objects()) == 1


async def test_the_body_s_own_fault_comes_through(under: Under) -> None:
    async def gone() -> AsyncIterator[bytes]:
        yield b"a"
        raise Rejected("segment", "is gone")

    with pytest.raises(Rejected, match="is gone"):
        await under.uplink.put(grant(), gone(), 2)


async def test_a_store_that_is_away_is_transient() -> None:
    uplink = HttpUplink("http://127.0.0.1:9", None)
    with pytest.raises(Transient):
        await uplink.put(grant(), body(b"ab"), 2)
    await uplink.close()


async def test_an_absolute_address_is_used_as_it_is(store: PutStore) -> None:
    uplink = HttpUplink("http://127.0.0.1:9", None)
    await uplink.put(grant(store.url + "/bucket/key?X-Amz-Signature=a%2Fb"), body(b"ab"), 2)
    assert list(store.objects) == ["/bucket/key?X-Amz-Signature=a%2Fb"]
    await uplink.close()


@pytest.mark.parametrize("url", ["ftp://host/x", "//host/x", "http://user:word@host/x", "file:///etc/passwd", "x"])
async def test_an_address_that_is_none_is_rejected(url: str) -> None:
    uplink = HttpUplink("http://127.0.0.1:9", None)
    with pytest.raises(Rejected):
        await uplink.put(grant(url), body(b"ab"), 2)
    await uplink.close()
