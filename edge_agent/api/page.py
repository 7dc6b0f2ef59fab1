"""The status page: plain HTML and CSS, no script, light and dark, Korean and English."""

import base64
import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from edge_agent.core.node_health import Trouble
from edge_agent.core.node_state import CameraReport, NodeState
from edge_agent.core.reconfigure import Book
from edge_agent.core.sound import SoundSigns
from edge_agent.core.status_words import WORDS, Language, tell

_RENEW_S = 10
_STYLE = """
:root { color-scheme: light dark; --ground: #f5f6f7; --card: #fff; --text: #1c2126; --soft: #5a636c; --line: #d8dcdf;
  --red: #b3261e; --amber: #8a5a00; --green: #1b6e3c; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --card: #1d2125; --text: #e6e9eb; --soft: #9aa4ad;
  --line: #343a40; --red: #ff8a80; --amber: #f2c14e; --green: #7bd79b; } }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 14px/1.4 system-ui, "Noto Sans KR", "Malgun Gothic", sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 72rem; margin: 0 auto; padding: 16px; }
header { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: baseline; }
h1 { font-size: 20px; margin: 8px 0; } h2 { font-size: 16px; margin: 24px 0 8px; }
a { color: inherit; } .soft, dt { color: var(--soft); }
.push { margin-left: auto; padding: 12px; }
.state { padding: 12px 16px; border: 1px solid var(--line); border-left: 6px solid; border-radius: 6px;
  background: var(--card); font-size: 16px; }
.bad { border-left-color: var(--red); } .warn { border-left-color: var(--amber); }
.good { border-left-color: var(--green); }
ul { padding: 0; list-style: none; } li { padding: 4px 0; overflow-wrap: anywhere; }
li.bad::before { content: "\\25B2\\00A0"; color: var(--red); }
li.warn::before { content: "\\25C6\\00A0"; color: var(--amber); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: 16px; }
article { background: var(--card); border: 1px solid var(--line); border-radius: 6px; overflow: hidden; }
article h3 { font-size: 14px; margin: 12px 16px; display: flex; justify-content: space-between; gap: 8px; }
.picture { aspect-ratio: 16/9; background: #000; display: grid; place-items: center; color: #9aa4ad;
  position: relative; }
.picture img { position: absolute; width: 100%; height: 100%; object-fit: contain; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 4px 16px; margin: 12px 16px; }
dd { margin: 0; text-align: right; }
input, button { font: inherit; min-height: 44px; padding: 0 12px; border-radius: 6px; border: 1px solid var(--line);
  background: var(--card); color: inherit; box-sizing: border-box; }
form { display: grid; gap: 12px; max-width: 24rem; margin-top: 16px; }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""No script, nothing from elsewhere, no style but the one above."""


def status_page(state: NodeState, troubles: Sequence[Trouble], language: Language) -> str:
    """The whole page; everything that comes from outside is escaped."""
    words = WORDS[language]
    kind = "bad" if any(t.fails for t in troubles) else "warn" if troubles else "good"
    verdict = {"bad": words["failing"], "warn": words["warned"], "good": words["sound"]}[kind]
    listed = "".join(f'<li class="{"bad" if t.fails else "warn"}">{escape(tell(t, language))}</li>' for t in troubles)
    cameras = "".join(_camera(report, language) for report in state.cameras)
    title = words["title"].format(node=state.node)
    body = (
        f"<header><h1>{escape(title)}</h1><span class=soft>{escape(words['site'].format(site=state.site))}</span>"
        f"{_other(language)}</header>"
        f'<p class="state {kind}" role=status>{escape(verdict)}</p><ul>{listed}</ul>'
        f"<h2>{words['cameras']}</h2><div class=cards>{cameras}</div>"
        f"<div class=cards><section><h2>{words['delivery']}</h2><article>{_list(_delivery(state, language))}</article>"
        f"</section><section><h2>{words['machine']}</h2><article>{_list(_machine(state, language))}</article>"
        "</section></div>"
        f"<p class=soft>{words['renewed']}</p>"
    )
    return _page(title, body, language, f'<meta http-equiv=refresh content="{_RENEW_S}">')


def login_page(language: Language, *, wrong: bool) -> str:
    """Asks for the token."""
    words = WORDS[language]
    fault = f'<p class="state bad" role=alert>{words["wrong"]}</p>' if wrong else ""
    body = (
        f"<header><h1>SHT-CCTV</h1>{_other(language)}</header>{fault}<p>{words['ask']}</p>"
        f'<form method=post action="/login?lang={language}"><label for=token>{words["token"]}</label>'
        "<input id=token name=token type=password autocomplete=current-password required autofocus>"
        f"<button>{words['enter']}</button></form>"
    )
    return _page("SHT-CCTV", body, language, "")


def _page(title: str, body: str, language: Language, head: str) -> str:
    return (
        f"<!doctype html><html lang={language}><meta charset=utf-8><title>{escape(title)}</title>{head}"
        '<link rel=icon href="data:,"><meta name=viewport content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style><main>{body}</main></html>"
    )


def _other(language: Language) -> str:
    other = "en" if language == "ko" else "ko"
    return f'<a class=push href="?lang={other}" lang={other}>{WORDS[language]["other"]}</a>'


def _camera(report: CameraReport, language: Language) -> str:
    words, signs = WORDS[language], report.signs
    name = escape(signs.camera)
    if signs.state == "live":
        picture = f'<img src="/cameras/{name}/snapshot.jpg" alt="{name}">'
    else:
        picture = escape(words[signs.state])
    size = f" · {signs.main.width_px}x{signs.main.height_px}" if signs.main else ""
    age = "-" if signs.frame_age_ms is None else f"{signs.frame_age_ms / 1000:.1f} s"
    idle = "-" if signs.recording else words["paused"]
    rows = [
        (words["recording"], words["runs"] if signs.recording and signs.state == "live" else idle),
        (words["age"], age),
        (words["rate"], f"{signs.measured_fps:.1f} /s{size}, {signs.bitrate_bps / 1e6:.2f} Mbit/s"),
        (words["ring"], f"{report.ring_s / 60:.1f} {words['minutes']}, {report.ring_bytes / 1e6:.0f} MB"),
        (words["held"], f"{report.held_bytes / 1e6:.0f} MB"),
        (words["tamper"], words[report.tamper or "untouched"] if report.tamper or signs.state == "live" else "-"),
        (words["hearing"], _sound(signs.sound, words)),
        (words["dropped"], str(signs.dropped_frames)),
        (words["restarts"], str(signs.restarts)),
    ]
    heading = f"<h3>{name}<span class=soft>{escape(words[signs.state])}</span></h3>"
    return f"<article><div class=picture>{picture}</div>{heading}{_list(rows)}</article>"


def _sound(sound: SoundSigns, words: Mapping[str, str]) -> str:
    """Whether a camera can be heard; one that cannot, though it is switched on, says why."""
    told = {"off": "sound_off", "starting": "starting", "on": "sound_on", "lost": "sound_lost"}[sound.state]
    return words[told] + (f": {sound.error}" if sound.error else "")


def _delivery(state: NodeState, language: Language) -> list[tuple[str, str]]:
    words = WORDS[language]
    there = {True: words["connected"], False: words["away"]}
    runs = sum(count for count, _ in state.uploads_waiting.values())
    waiting_bytes = sum(size for _, size in state.uploads_waiting.values())
    return [
        (words["broker"], there[state.broker_connected]),
        (words["controller"], there[state.controller_online]),
        (words["facts"], str(sum(state.facts_waiting.values()))),
        (words["uploads"], f"{runs}, {waiting_bytes / 1e6:.0f} MB"),
    ]


def _machine(state: NodeState, language: Language) -> list[tuple[str, str]]:
    words, machine = WORDS[language], state.machine
    memory = f"{machine.memory_used_bytes / 1e6:.0f} / {machine.memory_total_bytes / 1e6:.0f} MB"
    temperature = "-" if machine.temperature_c is None else f"{machine.temperature_c:.0f} °C"
    off_ms = machine.clock_off_ms
    clock = words["clock_alone"] if off_ms is None else words["clock_exact"].format(ms=math.ceil(off_ms))
    return [
        (words["disk"], f"{machine.disk_free_bytes / 1e9:.1f} GB"),
        (words["memory"], memory),
        (words["temperature"], temperature),
        (words["clock"], clock),
        (words["uptime"], f"{machine.uptime_s / 3600:.1f} {words['hours']}"),
        (words["version"], state.version),
        (words["settings"], _settings(state.book, language)),
    ]


def _settings(book: Book, language: Language) -> str:
    """Which version is wanted, what became of it, and which runs."""
    words = WORDS[language]
    running = words["settings_version"].format(version=book.running) if book.running else words["settings_own"]
    report = book.report
    if report is None or report.version == book.running:
        return running
    return words["settings_wanted"].format(wanted=report.version, state=words[report.state], running=running)


def _list(rows: Iterable[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows) + "</dl>"
