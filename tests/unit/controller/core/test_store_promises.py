"""What a store keeps, in words: what the system makes up for is no fault, and what deletes footage is."""

from typing import get_args

import pytest

from controller.cli.status import promises
from controller.core.store_promises import MEANINGS, Promise, Rule, Trial, life_cycle


def test_every_promise_has_words() -> None:
    assert MEANINGS.keys() == set(get_args(Promise))


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        (Rule("all", "", on=True), False),
        (Rule("night", "yard/", on=True), False),
        (Rule("all", "", on=False), True),
        (Rule("probes", "probe/", on=True), True),
        (Rule("probe", "prob", on=True), False),
    ],
)
def test_only_probes_may_expire_by_a_rule_of_the_store(rule: Rule, *, kept: bool) -> None:
    assert life_cycle([rule]) == Trial("life_cycle", kept, "" if kept else rule.name)
    assert life_cycle([rule]).grave is not kept


def test_what_is_made_up_for_is_told_and_no_fault() -> None:
    trials = [Trial("md5", kept=True), Trial("once", kept=False), Trial("versions", None, "NotImplemented")]
    assert not any(one.grave for one in trials)
    assert list(promises(trials)) == [
        "refuses bytes other than the signed Content-MD5: yes",
        "refuses to overwrite (If-None-Match): no",
        "  a grant is for the same bytes only: a second upload changes nothing",
        "keeps no older versions: not told (NotImplemented)",
        "  if not: what was deleted stays there as older versions: switch versions off, or let them expire by a rule",
    ]
    assert next(promises([Trial("versions", kept=False, detail="Enabled")])) == "keeps no older versions: NO (Enabled)"
    assert len(list(promises(None))) == 1
