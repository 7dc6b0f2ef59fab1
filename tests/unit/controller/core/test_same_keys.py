"""What two machines of one site have to have alike."""

from controller.core.same_keys import Difference, Machine, difference

HERE = {"secrets/session-key": "a", "tls/ca.pem": "c"}


def test_machines_that_have_the_same_keys_do_not_differ() -> None:
    assert difference(HERE, ()) is None
    assert difference(HERE, (Machine("b", HERE), Machine("c", {}))) is None, "the first one made keys of its own"


def test_the_first_difference_is_named_with_where_the_other_key_is() -> None:
    other = Machine("b", {"secrets/audit-key.pem": "x", "secrets/session-key": "other"})
    assert difference(HERE, (other,)) == Difference("secrets/session-key", "b", missing=False)
    needed = {"secrets/audit-key.pem"}
    assert difference(HERE, (other,), needed) == Difference("secrets/audit-key.pem", "b", missing=True)
    assert difference({**HERE, "secrets/audit-key.pem": "x"}, (other,)) == Difference(
        "secrets/session-key", "b", missing=False
    )
