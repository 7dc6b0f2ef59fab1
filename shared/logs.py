"""Structured logs: one JSON line each (or coloured text on a terminal), ids bound by context."""

import logging
import sys
from collections import deque
from typing import Any

import structlog

from shared.trace import trace_id, wanted

_LAST: deque[tuple[int, str]] = deque(maxlen=400)
_LONGEST_LINE = 2_000


def last_lines() -> tuple[str, ...]:
    """The last lines that this process wrote through structlog, oldest first, each cut where it is long."""
    return tuple(line for _, line in tuple(_LAST))


def lines_after(number: int) -> tuple[int, tuple[str, ...]]:
    """How many lines this process has written, and those after the first `number`, as far as they are kept."""
    kept = tuple(_LAST)
    newest = kept[-1][0] if kept else 0
    after = number if number <= newest else 0  # a larger one was told by a process before this
    return newest, tuple(line for at, line in kept if at > after)


def configure_logs(*, level: str = "INFO", json_lines: bool | None = None) -> None:
    """Set up logging once per process, to standard error. `json_lines` None: JSON unless a terminal reads."""
    plain = sys.stderr.isatty() if json_lines is None else not json_lines
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if plain
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _with_trace,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info if not plain else _keep,
            renderer,
            _remember,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=_to_standard_error,
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s", force=True
    )


def _to_standard_error(*_names: object) -> structlog.PrintLogger:
    """Whatever is standard error now: it may have been replaced since the start."""
    return structlog.PrintLogger(sys.stderr)


def _remember(_logger: structlog.typing.WrappedLogger, _name: str, line: Any) -> Any:
    _LAST.append((_LAST[-1][0] + 1 if _LAST else 1, str(line)[:_LONGEST_LINE]))
    return line


def _with_trace(
    _logger: structlog.typing.WrappedLogger, _name: str, line: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """What is said of an event that is traced is found by its trace."""
    event = line.get("event_id")
    if isinstance(event, str) and wanted(event):
        line["trace_id"] = trace_id(event)
    return line


def _keep(
    _logger: structlog.typing.WrappedLogger, _name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    return event
