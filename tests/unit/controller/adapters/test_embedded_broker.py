"""The embedded broker's list of subscriptions."""

from controller.adapters.embedded_broker import Subscriptions


def test_who_walks_through_it_sees_what_was_there_at_the_beginning() -> None:
    first = ["one", "two"]
    held = Subscriptions({"a/#": first, "b": ["three"]})
    seen = []
    for topic_filter, clients in held.items():
        held[f"new {topic_filter}"] = []
        for client in clients:
            seen.append((topic_filter, client))
            first.clear()
    assert seen == [("a/#", "one"), ("a/#", "two"), ("b", "three")]
    for topic_filter in held:
        del held[topic_filter]
    assert not held
