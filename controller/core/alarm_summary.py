"""An alarm as a page to read and print: one HTML file that needs nothing but the files beside it. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from html import escape
from typing import Any

from controller.core.alarm_record import AlarmRecord, models_of
from controller.core.alarm_summary_words import ASSESSMENT, DONE, SEVERITY, STATE, WORDS
from controller.core.export import Made
from controller.core.korean import in_korean
from controller.core.wording import KINDS, Language

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STYLE = """
body{font:15px/1.5 "Noto Sans KR","Malgun Gothic",system-ui,sans-serif;color:#1b1d20;background:#fff;margin:0}
main{max-width:46rem;margin:0 auto;padding:2rem 1rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .25rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}
p{margin:.25rem 0}.muted{color:#585d66}.severity{font-weight:600}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.5rem;margin:1rem 0}dt{color:#585d66}dd{margin:0}
dd,td,li,p{overflow-wrap:anywhere}figure{margin:1rem 0}img{max-width:100%;height:auto;display:block}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;
border-bottom:1px solid #d8dbe0}time{font-variant-numeric:tabular-nums;white-space:nowrap}
@media print{main{max-width:none;padding:0}figure,tr{break-inside:avoid}}
"""


def summary(
    record: AlarmRecord,
    pictures: Mapping[str, str],
    films: Sequence[Made],
    about: Mapping[str, Any],
    language: Language,
    zone: tzinfo,
) -> str:
    """`pictures`: files by occurrence; `films`: all of the export."""
    page = _Page(language, zone)
    alarm, words = record.facts["alarm"], WORDS[language]
    kind = KINDS[language].get(alarm["kind"], alarm["kind"])
    where = " · ".join(str(part) for part in (alarm.get("zone_name"), alarm.get("camera") or alarm.get("node")) if part)
    title = f"{words['title'].format(number=alarm['number'])}: {kind}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="muted">{escape(where)}</p>' if where else "",
        page.told(alarm),
        page.facts(alarm, models_of(record.facts["verdicts"])),
        page.pictures(record.facts["occurrences"], pictures),
        page.films(record.facts["occurrences"], films),
        page.occurrences(record.facts["occurrences"]),
        page.history(record.facts["history"]),
        f'<p class="muted">{escape(words["made"].format(zone=zone, site=about["site"], export=about["export"]))}</p>',
    ]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    body = "\n".join(part for part in parts if part)
    page_open = f'<!doctype html>\n<html lang="{language}">\n<head>{head}<style>{_STYLE}</style></head>'
    return f"{page_open}\n<body><main>\n{body}\n</main></body>\n</html>\n"


class _Page:
    """Its parts, in one language and one time zone."""

    def __init__(self, language: Language, zone: tzinfo) -> None:
        self._language: Language = language
        self._words = WORDS[language]
        self._zone = zone

    def told(self, alarm: Mapping[str, Any]) -> str:
        korean = in_korean(alarm.get("said")) if self._language == "ko" else None
        lines = [korean or alarm.get("detail") or "", self._words["late"] if alarm.get("late") else ""]
        return "\n".join(f"<p>{escape(line)}</p>" for line in lines if line)

    def facts(self, alarm: Mapping[str, Any], models: Sequence[tuple[str, str]]) -> str:
        w, language = self._words, self._language
        system = str(alarm["rule"]).startswith("system.")
        texts = alarm.get("regulation_texts") or {}
        state = STATE[language].get(alarm["state"], alarm["state"])
        assessment = alarm.get("assessment")
        ended = w["lasting"] if alarm["end_ms"] is None else self._time(alarm["end_ms"])
        rows: list[tuple[str, str]] = [
            (w["severity"], SEVERITY[language].get(alarm["severity"], alarm["severity"])),
            (w["state"], state),
            (w["assessment"], ASSESSMENT[language].get(assessment, assessment) if assessment else ""),
            (w["rule"], "" if system else alarm["rule_name"]),
            (w["zone"], alarm.get("zone_name") or ""),
            (w["place"], alarm.get("place") or ""),
            (w["camera"], ", ".join(alarm.get("cameras") or [])),
            (w["node"], (alarm.get("node") or "") if not alarm.get("camera") else ""),
            (w["begun"], self._time(alarm["condition_ms"])),
            (w["ended"], ended),
            (w["raised"], self._moment(datetime.fromisoformat(alarm["raised_at"]))),
            (w["held_for"], w["seconds"].format(seconds=f"{alarm['persistence_s']:g}")),
            (w["confidence"], "" if system else f"{alarm['confidence']:.0%}"),
            (w["model"], ", ".join(f"{name} (SHA-256 {sha256[:16]}…)" for name, sha256 in models)),
            (w["regulation"], texts.get(language) or alarm.get("regulation") or ""),
        ]
        found = "\n".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in rows if value)
        return f"<dl>\n{found}\n</dl>"

    def pictures(self, occurrences: Sequence[Mapping[str, Any]], pictures: Mapping[str, str]) -> str:
        found: list[str] = []
        for one in occurrences:
            if not one.get("has_picture"):
                continue
            about = f"{escape(str(one['camera']))} {self._time_tag(one['condition_ms'])}"
            file = pictures.get(one["id"])
            shown = f'<img src="{escape(file)}" alt="">' if file else f"<p>{escape(self._words['no_picture'])}</p>"
            found.append(f"<figure>{shown}<figcaption>{about}</figcaption></figure>")
        return f"<h2>{escape(self._words['pictures'])}</h2>\n" + "\n".join(found) if found else ""

    def films(self, occurrences: Sequence[Mapping[str, Any]], films: Sequence[Made]) -> str:
        if not any(one.get("camera") for one in occurrences):
            return ""
        mine = [film for film in films if any(_shows(film, one) for one in occurrences)]
        items = "\n".join(
            f'<li><a href="{escape(film.name)}">{escape(film.name)}</a> {self._time_tag(film.start_ms)} – '  # noqa: RUF001 - a span
            f"{self._time_tag(film.end_ms)}</li>"
            for film in mine
        )
        listed = f"<ul>\n{items}\n</ul>" if mine else f"<p>{escape(self._words['no_film'])}</p>"
        return f"<h2>{escape(self._words['films'])}</h2>\n{listed}"

    def occurrences(self, occurrences: Sequence[Mapping[str, Any]]) -> str:
        if len(occurrences) < 2:  # noqa: PLR2004 - one is the alarm itself
            return ""
        rows = "\n".join(
            f"<tr><td>{self._time_tag(one['start_ms'])}</td>"
            f"<td>{'' if one['end_ms'] is None else self._time_tag(one['end_ms'])}</td>"
            f"<td>{escape(str(one['camera'] or ''))}</td><td>{one['confidence']:.0%}</td></tr>"
            for one in occurrences
        )
        w = self._words
        heads = "".join(f"<th>{escape(w[name])}</th>" for name in ("begun", "ended", "camera", "confidence"))
        return f"<h2>{escape(w['occurrences'])}</h2>\n<table>\n<tr>{heads}</tr>\n{rows}\n</table>"

    def history(self, entries: Sequence[Mapping[str, Any]]) -> str:
        rows = "\n".join(
            f"<tr><td>{self._moment_tag(datetime.fromisoformat(one['at']))}</td>"
            f"<td>{escape(DONE[self._language].get(one['what'], one['what']))}{self._detail(one)}</td>"
            f"<td>{escape(one['who'])}</td><td>{escape(one.get('note') or '')}</td></tr>"
            for one in entries
        )
        return f"<h2>{escape(self._words['history'])}</h2>\n<table>\n{rows}\n</table>" if rows else ""

    def _detail(self, entry: Mapping[str, Any]) -> str:
        detail = entry.get("detail") or {}
        told = [ASSESSMENT[self._language].get(str(detail[name]), str(detail[name])) for name in detail]
        return f" ({escape(', '.join(told))})" if told else ""

    def _time(self, unix_ms: int) -> str:
        return self._moment(_EPOCH + timedelta(milliseconds=unix_ms))

    def _moment(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M:%S}"

    def _time_tag(self, unix_ms: int) -> str:
        return self._moment_tag(_EPOCH + timedelta(milliseconds=unix_ms))

    def _moment_tag(self, at: datetime) -> str:
        return f'<time datetime="{at.astimezone(UTC).isoformat()}">{self._moment(at)}</time>'


def _shows(film: Made, occurrence: Mapping[str, Any]) -> bool:
    last_ms: int = max(occurrence["condition_ms"], occurrence["end_ms"] or 0)
    return bool(
        film.camera == occurrence["camera"] and occurrence["start_ms"] <= film.end_ms and film.start_ms <= last_ms
    )
