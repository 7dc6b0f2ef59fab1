"""Says what a trial of rules found, as the API and the command line tell it."""

from collections import Counter
from collections.abc import Sequence

from controller.core.trial import Changed
from controller.ports import State
from shared.texts import Text, said

MOST_ALARMS = 1000


def report(
    source: str,
    changes: Sequence[Changed],
    *,
    rules_version: int | None,
    judged_ms: int,
    unanswered: Sequence[Text],
    warnings: Sequence[Text],
) -> State:
    """TrialResultOut: the first thousand alarms in full, all of them counted."""
    counts = Counter(one.change for one in changes)
    return {
        "source": source,
        "rules_version": rules_version,
        "judged_ms": judged_ms,
        "new": counts["new"],
        "gone": counts["gone"],
        "same": counts["same"],
        "alarms": [_line(one) for one in changes[:MOST_ALARMS]],
        "unanswered": [{"text": str(text), "said": said(text)} for text in unanswered],
        "warnings": [{"text": str(text), "said": said(text)} for text in warnings],
    }


def _line(one: Changed) -> State:
    alarm, rule = one.alarm, one.alarm.rule
    return {
        "change": one.change,
        "rule": rule.name,
        "kind": rule.kind,
        "camera": alarm.camera,
        "zone_name": rule.zone_name,
        "severity": rule.severity,
        "start_ms": alarm.start_ms,
        "raised_ms": alarm.raised_ms,
        "end_ms": alarm.end_ms,
        "occurrences": alarm.occurrences,
        "confidence": round(alarm.confidence, 4),
        "numbers": dict(alarm.numbers),
    }
