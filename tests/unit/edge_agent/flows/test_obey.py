"""Obedience: commands are done once, answered always, and only ours."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge_agent.core.clock_offset import ClockError
from edge_agent.core.media import Packet
from edge_agent.core.recorder import EventRules
from edge_agent.flows.compare import Comparing
from edge_agent.flows.detect import Detection
from edge_agent.flows.obey import Obedience
from edge_agent.flows.push_live import LivePushing
from shared.commands import REPLY_PART_BYTES, Command, Reply
from shared.errors import Rejected
from shared.live import unpack
from shared.mint import uuid7
from shared.reply_parts import ReplyParts
from shared.topics import COMMAND
from tests.fakes.edge import judge
from tests.fakes.node import FakeNode
from tests.fakes.push import FakePush
from tests.fakes.tending import FakeMachine, tending


class Post:
    """A node that takes commands."""

    def __init__(self, node: FakeNode | None = None) -> None:
        self.node = node = node or FakeNode()
        self.machine = FakeMachine()
        self.push = FakePush()
        self.live = LivePushing(self.push, node.sharing, node.ring)
        camera = node.feed.camera
        detection = Detection(
            node.feed, judge, EventRules(), node.facts, node.outbox, node.uploads, upload_events=True, due=lambda: None
        )
        self.detection = detection
        self.obedience = Obedience(
            {camera: node.feed},
            {camera: detection},
            {camera: node.cutting},
            self.live,
            node.outbox,
            node.wire,
            node.facts,
            Comparing(
                {}, {camera: node.cutting}, node.ring, node.facts, node.publishing.greeted, node.delivery.take_again
            ),
            tending(node, self.machine),
        )

    async def command(
        self, *, to: str = "n1", id_: str | None = None, at: datetime | None = None, **body: Any
    ) -> list[Reply]:
        id_ = id_ or uuid7()
        message = Command.model_validate({"id": id_, "at": at or self.node.clock.now(), "command": body})
        return await self.hear(COMMAND.topic(node=to, id=id_), COMMAND.encode(message))

    async def hear(self, topic: str, payload: bytes) -> list[Reply]:
        before = len(self.node.wire.sent)
        await self.obedience.hear(topic, payload)
        await until(lambda: not self.obedience._running)
        return [message for _, message, _ in self.node.wire.sent[before:]]


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


async def test_sound_that_is_not_switched_on_is_refused_and_to_stop_it_is_fine() -> None:
    post = Post()
    (reply,) = await post.command(kind="listen-start", camera="n1.gate", path="/live/push/n1.gate/sound")
    assert not reply.ok
    assert "no sound switched on" in reply.reason
    assert post.push.open == set()
    (reply,) = await post.command(kind="listen-stop", camera="n1.gate")
    assert reply.ok


async def test_live_pushes_until_told_to_stop() -> None:
    post = Post()
    (reply,) = await post.command(kind="live-start", camera="n1.gate", path="/live/push/n1.gate/main", since_ms=7)
    assert reply.ok
    for number in range(2):
        post.node.feed.packets.put_nowait(Packet(b"au%d" % number, 1_000 + number, key=number == 0))
    frames = post.push.frames
    await until(lambda: len(frames.get("/live/push/n1.gate/main", [])) == 3)
    found = [unpack(frame) for frame in frames["/live/push/n1.gate/main"]]
    assert found[0][0]["t"] == "init"
    assert found[0][0]["codec"] == "avc1.42c01f"
    assert found[1:] == [
        ({"t": "au", "pts": 1_000, "key": True, "seq": 0}, b"au0"),
        ({"t": "au", "pts": 1_001, "key": False, "seq": 1}, b"au1"),
    ]
    assert post.node.feed.live_calls == [("main", 7)]
    (reply,) = await post.command(kind="live-stop", camera="n1.gate")
    assert reply.ok
    await until(lambda: post.push.open == set())
    (reply,) = await post.command(kind="live-stop", camera="n1.gate")
    assert reply.ok


async def test_an_answer_says_how_far_its_clock_may_be_off() -> None:
    post = Post()
    post.node.facts.time.disciplined = ClockError(offset_ms=30, error_ms=12)
    (reply,) = await post.command(kind="live-stop", camera="n1.gate")
    assert reply.at_error_ms == post.node.facts.time.at_error_ms() > 0


async def test_a_new_start_replaces_the_old_push() -> None:
    post = Post()
    await post.command(kind="live-start", camera="n1.gate", path="/a")
    await until(lambda: post.push.open == {"/a"})
    await post.command(kind="live-start", camera="n1.gate", path="/b")
    await until(lambda: post.push.open == {"/b"})
    await post.live.close()
    assert post.push.open == set()


async def test_promote_makes_a_span_due_before_all_else() -> None:
    post = Post()
    (reply,) = await post.command(kind="promote", camera="n1.gate", start_ms=10_000, end_ms=30_000)
    assert reply.ok
    (span,) = post.node.uploads.spans(post.node.feed.camera)
    assert (span.start_ms, span.end_ms, span.media_class) == (10_000, 30_000, "promoted")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"kind": "promote", "camera": "n1.gate", "start_ms": 5, "end_ms": 5}, "end_ms"),
        ({"kind": "promote", "camera": "n1.gate", "start_ms": 5, "end_ms": 10**9}, "end_ms"),
        ({"kind": "promote", "camera": "n1.other", "start_ms": 5, "end_ms": 10}, "n1.other"),
        ({"kind": "live-start", "camera": "n2.gate", "path": "/x"}, "n2.gate"),
        ({"kind": "extend", "event": "01a1fb5d-0000-7000-8000-000000000000", "until_ms": 5}, "event"),
    ],
)
async def test_what_cannot_be_done_is_refused_with_its_reason(body: dict[str, Any], word: str) -> None:
    (reply,) = await Post().command(**body)
    assert not reply.ok
    assert word in reply.reason


async def test_an_event_stays_open_while_a_person_who_stands_still_is_known_to_be_there() -> None:
    post = Post()
    task = asyncio.create_task(post.detection.run())
    try:
        for at_ms in range(100_000, 102_001, 500):
            post.node.feed.frame(at_ms, 128)
        await until(lambda: len(post.node.events()) == 1)
        event = post.node.events()[0].event
        for at_ms in range(102_500, 130_000, 500):  # stands still for 20 s, then is gone
            if at_ms <= 122_000 and at_ms % 2_000 == 0:
                (reply,) = await post.command(kind="extend", event=event, until_ms=at_ms + 3_000)
                assert reply.ok
            post.node.feed.frame(at_ms, 0)
            await until(post.node.feed.frames.empty)
            await asyncio.sleep(0)
            assert len(post.node.events()) == 1
        post.node.feed.frame(130_500, 0)
        await until(lambda: len(post.node.events()) == 2)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    closed = post.node.events()[-1]
    assert (closed.event, closed.start_ms, closed.end_ms, closed.clip_end_ms) == (event, 100_000, 125_000, 130_000)
    (reply,) = await post.command(kind="extend", event=event, until_ms=140_000)
    assert not reply.ok


async def test_the_command_of_another_node_is_dropped() -> None:
    post = Post()
    assert await post.command(to="n2", kind="promote", camera="n1.gate", start_ms=5, end_ms=10) == []
    assert post.node.uploads.all_spans == {}


async def test_a_command_that_comes_again_is_answered_again_and_done_once() -> None:
    post = Post()
    id_ = uuid7()
    (first,) = await post.command(id_=id_, kind="promote", camera="n1.gate", start_ms=5, end_ms=10)
    post.node.uploads.all_spans.clear()
    (second,) = await post.command(id_=id_, kind="promote", camera="n1.gate", start_ms=5, end_ms=10)
    assert (first.command, first.ok, first.reason) == (second.command, second.ok, second.reason) == (id_, True, "")
    assert post.node.uploads.all_spans == {}


async def test_resync_sends_acknowledged_facts_again() -> None:
    post = Post()
    node = post.node
    task = asyncio.create_task(post.detection.run())
    node.feed.frame(100_000, 128)
    await until(lambda: len(node.events()) == 1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    for fact in node.events():
        await node.ack(fact.id)
    assert node.outbox.due(0, 10) == ()
    await post.command(kind="resync", since_at=node.clock.now() - timedelta(minutes=1))
    assert set(node.outbox.due(0, 10)) == set(node.events())


async def test_what_is_not_understood_is_answered_with_what_is_wrong() -> None:
    post, id_ = Post(), uuid7()
    topic = COMMAND.topic(node="n1", id=id_)
    for payload, word in (
        (b"", "cmd"),
        (b"[" * 100_000, "cmd"),
        (b" " * 300_000, "over"),
        (b'{"id": "x"}', "cmd.id"),
        (b'{"id": "%s", "at": "2026-11-21T00:00:00Z", "command": {"kind": "dance"}}' % id_.encode(), "dance"),
        (b'{"id": "%s", "at": "2026-11-21T00:00:00Z", "command": {"kind": "snapshot"}}' % id_.encode(), "camera"),
        (b'{"id": "%s", "at": "2026-11-21T00:00:00Z", "command": {"kind": "reboot"}}' % uuid7().encode(), "cmd.id"),
    ):
        (reply,) = await post.hear(topic, payload)
        assert (reply.command, reply.ok) == (id_, False)
        assert word in reply.reason
    assert post.machine.reboots == 0


@given(
    st.binary(max_size=300)
    | st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=4).map(
        lambda found: str(found).replace("'", '"').encode()
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_whatever_comes_is_answered_no(payload: bytes) -> None:
    async def scene() -> None:
        post, id_ = Post(), uuid7()
        (reply,) = await post.hear(COMMAND.topic(node="n1", id=id_), payload)
        assert (reply.command, reply.ok) == (id_, False)
        assert reply.reason

    asyncio.run(scene())


async def test_without_an_id_to_answer_to_nothing_is_said() -> None:
    post = Post()
    for topic in ("cctv/v1/node/n1/cmd/not-an-id", "cctv/v1/node/n1/fact", f"cctv/v1/node/n2/cmd/{uuid7()}"):
        assert await post.hear(topic, b"{}") == []


async def test_a_large_picture_comes_in_parts() -> None:
    post = Post()
    picture = bytes(range(256)) * (2 * REPLY_PART_BYTES // 256 + 1)
    post.node.feed.packets.put_nowait(Packet(picture, 7_000, key=True))
    found = await post.command(kind="snapshot", camera="n1.gate")
    parts = ReplyParts()
    assert [parts.add(reply) for reply in found] == [False, False, True]
    reply, data = parts.whole()
    assert (reply.ok, reply.media_type, reply.result, data) == (True, "image/jpeg", {"pts_ms": 7_000}, picture)


async def test_a_camera_that_is_away_gives_no_picture_and_may_be_asked_again() -> None:
    post, id_ = Post(), uuid7()
    post.node.feed.state = "stalled"
    (reply,) = await post.command(id_=id_, kind="snapshot", camera="n1.gate")
    assert (reply.ok, reply.reason) == (False, "the camera is stalled")
    post.node.feed.state = "live"
    post.node.feed.packets.put_nowait(Packet(b"picture", 7_000, key=True))
    (reply,) = await post.command(id_=id_, kind="snapshot", camera="n1.gate")
    assert reply.ok


async def test_questions_do_not_hold_up_other_commands_and_only_a_few_run_at_once() -> None:
    post = Post()
    for _ in range(6):  # the camera gives no keyframe
        id_ = uuid7()
        body = {"kind": "snapshot", "camera": "n1.gate"}
        message = Command.model_validate({"id": id_, "at": post.node.clock.now(), "command": body})
        await post.obedience.hear(COMMAND.topic(node="n1", id=id_), COMMAND.encode(message))
    assert ["busy" in reply.reason for reply in post.node.wire.of("reply")] == [True, True]
    id_ = uuid7()
    promote = {"kind": "promote", "camera": "n1.gate", "start_ms": 5, "end_ms": 10}
    message = Command.model_validate({"id": id_, "at": post.node.clock.now(), "command": promote})
    await post.obedience.hear(COMMAND.topic(node="n1", id=id_), COMMAND.encode(message))
    assert post.node.wire.of("reply")[-1].ok
    await post.obedience.close()
    assert not post.obedience._running


async def test_one_camera_is_restarted_once() -> None:
    post, id_ = Post(), uuid7()
    for _ in range(3):
        (reply,) = await post.command(id_=id_, kind="restart-camera", camera="n1.gate")
        assert reply.ok
    assert post.node.feed.restarts == 1


async def test_a_reboot_that_the_broker_keeps_giving_reboots_once() -> None:
    post, id_, at = Post(), uuid7(), FakeNode().clock.now()
    (reply,) = await post.command(id_=id_, at=at, kind="reboot")
    assert reply.ok
    again = Post(post.node)  # the agent starts again on the same disk
    (reply,) = await again.command(id_=id_, at=at, kind="reboot")
    assert reply.ok
    assert (post.machine.reboots, again.machine.reboots) == (1, 0)


async def test_an_old_reboot_is_refused_with_the_nodes_time() -> None:
    post = Post()
    (reply,) = await post.command(at=post.node.clock.now() - timedelta(minutes=5, seconds=1), kind="reboot")
    assert not reply.ok
    assert "too old" in reply.reason
    assert post.machine.reboots == 0


async def test_a_reboot_that_cannot_be_remembered_is_not_done() -> None:
    post = Post()
    post.node.outbox.full = True
    (reply,) = await post.command(kind="reboot")
    assert (reply.ok, post.machine.reboots) == (False, 0)


async def test_a_reboot_that_is_refused_says_so_again() -> None:
    post, id_ = Post(), uuid7()
    post.machine.fault = Rejected("reboot", "interactive authentication required")
    for _ in range(2):
        (reply,) = await post.command(id_=id_, kind="reboot")
        assert (reply.ok, reply.reason) == (False, "reboot: interactive authentication required")
        post.machine.fault = None
    assert post.machine.reboots == 0


async def test_a_restart_of_the_agent_that_the_broker_keeps_giving_is_done_once() -> None:
    post, id_, at = Post(), uuid7(), FakeNode().clock.now()
    (reply,) = await post.command(id_=id_, at=at, kind="restart-agent")
    assert reply.reason.startswith("command: this agent cannot begin anew")
    again = Post(post.node)
    (reply,) = await again.command(id_=id_, at=at, kind="restart-agent")
    assert reply.reason.startswith("command: this agent cannot begin anew"), "what was said is said again"
