"""Due spans and uploads on SQLite, in the outbox's file."""

from collections.abc import Sequence

from pydantic import TypeAdapter

from edge_agent.adapters.node_database import NodeDatabase
from edge_agent.adapters.outbox import insert_facts
from edge_agent.core.run_cutter import Span
from edge_agent.core.upload_policy import Upload, UploadState
from edge_agent.ports import AnyFact
from shared.ids import CameraId, RunId

_SPAN = TypeAdapter(Span)
_UPLOAD = TypeAdapter(Upload)


class SqliteUploads:
    """Spans, uploads and the names of segments that are in a run."""

    def __init__(self, database: NodeDatabase) -> None:
        self._database = database

    def keep_span(self, span: Span) -> None:
        with self._database.write() as cursor:
            cursor.execute(
                "INSERT INTO span VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                (span.id, span.camera, span.start_ms, _SPAN.dump_json(span)),
            )

    def drop_span(self, span: str) -> None:
        with self._database.write() as cursor:
            cursor.execute("DELETE FROM span WHERE id = ?", (span,))

    def spans(self, camera: CameraId) -> tuple[Span, ...]:
        with self._database.read() as cursor:
            rows = cursor.execute("SELECT body FROM span WHERE camera = ? ORDER BY start_ms, id", (camera,)).fetchall()
        return tuple(_SPAN.validate_json(body) for (body,) in rows)

    def taken(self, camera: CameraId, since_ms: int) -> frozenset[str]:
        with self._database.read() as cursor:
            rows = cursor.execute(
                "SELECT name FROM taken WHERE camera = ? AND start_ms >= ?", (camera, since_ms)
            ).fetchall()
        return frozenset(str(name) for (name,) in rows)

    def keep(self, upload: Upload, facts: Sequence[AnyFact]) -> None:
        with self._database.write() as cursor:
            cursor.execute(
                "INSERT INTO upload VALUES (?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET state = excluded.state, body = excluded.body",
                (upload.id, upload.state, upload.start_ms, _UPLOAD.dump_json(upload)),
            )
            cursor.executemany(
                "INSERT OR IGNORE INTO taken VALUES (?, ?, ?)",
                [(segment.camera, segment.start_ms, segment.name) for segment in upload.run.segments],
            )
            insert_facts(cursor, facts)

    def find(self, run: RunId) -> Upload | None:
        with self._database.read() as cursor:
            row = cursor.execute("SELECT body FROM upload WHERE id = ?", (run,)).fetchone()
        return None if row is None else _UPLOAD.validate_json(row[0])

    def unfinished(self) -> tuple[Upload, ...]:
        return self._in("announced", "uploaded")

    def released(self) -> tuple[Upload, ...]:
        return self._in("released", "released")

    def forget(self, run: RunId) -> None:
        upload = self.find(run)
        if upload is None:
            return
        with self._database.write() as cursor:
            cursor.execute("DELETE FROM upload WHERE id = ?", (run,))
            cursor.executemany(
                "DELETE FROM taken WHERE camera = ? AND start_ms = ? AND name = ?",
                [(segment.camera, segment.start_ms, segment.name) for segment in upload.run.segments],
            )

    def _in(self, *states: UploadState) -> tuple[Upload, ...]:
        with self._database.read() as cursor:
            rows = cursor.execute(
                "SELECT body FROM upload WHERE state IN (?, ?) ORDER BY start_ms, id", states
            ).fetchall()
        return tuple(_UPLOAD.validate_json(body) for (body,) in rows)
