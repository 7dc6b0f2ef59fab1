"""When a role is started, killed and started again: silence, back-off, proven runs."""

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core import roles
from controller.core.roles import Patience, RoleState

PATIENCE = Patience(start_ms=10, silence_ms=3, starved_ms=7, proven_ms=6, backoff_ms=(1, 2, 4))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["beat", "exit", "nothing"]), st.booleans()), max_size=60))
def test_a_role_that_is_heard_in_time_is_never_killed_and_a_silent_one_is(steps: list[tuple[int, str, bool]]) -> None:
    role, now_ms, alive = RoleState(), 0, False
    last_sign_ms = 0
    for wait_ms, what, runnable in steps:
        now_ms += wait_ms
        if alive and what == "beat":
            ready = role.phase in {"starting", "running"}
            role = roles.heard(role, now_ms)
            last_sign_ms = now_ms if ready else last_sign_ms
        elif alive and what == "exit":
            role, alive = roles.exited(role, now_ms, PATIENCE), False
        before = role
        role, action = roles.tick(role, now_ms, PATIENCE, runnable=runnable)
        silence_ms = PATIENCE.starved_ms if runnable else PATIENCE.silence_ms
        start_ms = PATIENCE.start_ms * 2 ** min(before.failures, 3)
        limit_ms = start_ms if before.phase == "starting" else silence_ms
        if alive and before.phase == "running":
            assert roles.silent(before, now_ms, PATIENCE) == (now_ms - last_sign_ms > PATIENCE.silence_ms)
        if alive and before.phase != "frozen":
            assert (action == "kill") == (now_ms - last_sign_ms > limit_ms)
        elif alive:
            assert action is None
        if action == "start":
            assert not alive
            role, alive, last_sign_ms = roles.started(role, now_ms), True, now_ms
            assert role.phase == "starting"


def test_a_frozen_role_stays_frozen_until_it_is_gone() -> None:
    role = roles.heard(roles.started(RoleState(), 0), 1)
    role, action = roles.tick(role, 10, PATIENCE)
    assert (role.phase, action) == ("frozen", "kill")
    assert roles.heard(role, 11).phase == "frozen"


def test_the_back_off_grows_and_is_forgotten_after_a_proven_run() -> None:
    role, now_ms, waits = RoleState(), 0, []
    for _ in range(5):
        role = roles.exited(roles.started(role, now_ms), now_ms, PATIENCE)
        waited = 0
        while roles.tick(role, now_ms + waited, PATIENCE)[1] != "start":
            waited += 1
        waits.append(waited)
        now_ms += waited
    assert waits == [1, 2, 4, 4, 4]
    role = roles.heard(roles.started(role, now_ms), now_ms)
    role = roles.exited(role, now_ms + PATIENCE.proven_ms, PATIENCE)
    assert role.failures == 1
    assert role.restarts == 5


def test_the_first_start_waits_for_nothing() -> None:
    assert roles.tick(RoleState(), 0, PATIENCE)[1] == "start"


def test_who_did_not_come_up_in_time_is_given_longer_the_next_time() -> None:
    role, now_ms, given = RoleState(), 0, []
    for _ in range(5):
        role, began_ms = roles.started(role, now_ms), now_ms
        while roles.tick(role, now_ms, PATIENCE)[1] != "kill":
            now_ms += 1
        given.append(now_ms - began_ms - 1)
        role = roles.exited(role, now_ms, PATIENCE)
    assert given == [10, 20, 40, 80, 80]
