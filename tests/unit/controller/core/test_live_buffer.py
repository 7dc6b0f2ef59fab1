"""The relay's memory: keyframe-aligned, bounded; slow subscribers lose pictures alone."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from controller.core.live_buffer import GopBuffer, LiveMessage, SubscriberQueue

STREAM = st.lists(st.tuples(st.booleans(), st.integers(1, 9)), max_size=60)


def _au(pts_ms: int, size: int = 1, *, key: bool = False) -> LiveMessage:
    return LiveMessage("au", pts_ms, key=key, framed=bytes(size))


INIT = LiveMessage("init", 0, key=False, framed=b"i")


@given(STREAM, st.integers(0, 70) | st.none())
def test_what_is_given_starts_at_a_key_and_is_unbroken(stream: list[tuple[bool, int]], since: int | None) -> None:
    buffer = GopBuffer(span_ms=10, max_bytes=40)
    buffer.add(INIT)
    sent = [_au(pts, size, key=key) for pts, (key, size) in enumerate(stream)]
    for message in sent:
        buffer.add(message)
    given_ = buffer.since(since)
    assert given_[0] is INIT
    pictures = given_[1:]
    if pictures:
        assert pictures[0].key
        first = sent.index(pictures[0])
        assert list(pictures) == sent[first:]
        assert sum(len(one.framed) for one in pictures) <= 40
        if since is None:
            assert not any(one.key for one in pictures[1:])


@given(STREAM)
def test_the_newest_gop_is_held_while_it_fits(stream: list[tuple[bool, int]]) -> None:
    buffer = GopBuffer(span_ms=5, max_bytes=10_000)
    buffer.add(INIT)
    sent = [_au(pts, size, key=key) for pts, (key, size) in enumerate(stream)]
    for message in sent:
        buffer.add(message)
    keys = [index for index, message in enumerate(sent) if message.key]
    assert list(buffer.since(None)[1:]) == (sent[keys[-1] :] if keys else [])


def test_since_reaches_back_to_the_key_before() -> None:
    buffer = GopBuffer(span_ms=100)
    buffer.add(INIT)
    for pts in range(40):
        buffer.add(_au(pts, key=pts % 10 == 0))
    assert buffer.since(25)[1].pts_ms == 20
    assert buffer.since(20)[1].pts_ms == 20
    assert buffer.since(-5)[1].pts_ms == 0
    assert buffer.since(None)[1].pts_ms == 30
    assert GopBuffer().since(3) == ()


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 9), st.integers(0, 3)), max_size=80))
def test_a_slow_subscriber_resumes_only_at_keyframes(steps: list[tuple[bool, int, int]]) -> None:
    queue = SubscriberQueue(max_bytes=20)
    got: list[LiveMessage] = []
    for pts, (key, size, takes) in enumerate(steps):
        queue.put(_au(pts, size, key=key or pts == 0))
        got += [message for _ in range(takes) if (message := queue.take()) is not None]
    while (message := queue.take()) is not None:
        got.append(message)
    for before, after in pairwise(got):
        assert after.pts_ms == before.pts_ms + 1 or after.key
    assert len(got) + queue.dropped == len(steps)


def test_state_and_init_survive_an_overflow() -> None:
    queue = SubscriberQueue(max_bytes=5)
    queue.put(INIT)
    queue.put(_au(0, 5, key=True))
    queue.put(_au(1, 5))
    queue.put(LiveMessage("boxes", 1, key=False, framed=bytes(6)))
    assert queue.take() is INIT
    assert queue.take() is None
    assert queue.dropped == 3


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3)), min_size=1, max_size=80))
def test_who_is_behind_goes_on_at_the_newest_keyframe(steps: list[tuple[bool, int]]) -> None:
    queue = SubscriberQueue(behind_ms=5)
    got: list[LiveMessage] = []
    for pts, (key, takes) in enumerate(steps):
        message = _au(pts, key=key or pts == 0)
        queue.put(message)
        if message.key:
            waiting = list(queue._messages)
            assert pts - waiting[0].pts_ms <= 5, "nothing that waits at a keyframe is older"
        got += [given_ for _ in range(takes) if (given_ := queue.take()) is not None]
    while (given_ := queue.take()) is not None:
        got.append(given_)
    for before, after in pairwise(got):
        assert after.pts_ms == before.pts_ms + 1 or after.key
    assert len(got) + queue.dropped == len(steps)


def test_who_wants_every_picture_gets_them_however_late() -> None:
    queue = SubscriberQueue()
    for pts in range(0, 60_000, 1000):
        queue.put(_au(pts, key=True))
    assert queue.dropped == 0
