"""What to do with what the source holds: publish it, refuse it, or leave all as it is."""

from __future__ import annotations

import hashlib
import logging
import threading
from datetime import UTC, datetime
from pathlib import Path

from .errors import NotebooksError, RefusedTreeError, StorageError
from .models import Entry, Problem, Revision, State, Status
from .settings import Limits
from .storage.folder import FolderReader
from .storage.git import GitReader
from .storage.history import History
from .storage.staging import Staging
from .storage.versions import Versions

__all__ = ["Publisher"]

_log = logging.getLogger(__name__)


class Publisher:
    """Publish from one source into one folder.

    Parameters
    ----------
    reader
        The source.
    versions, history
        Where versions are kept, and what is told of them.
    limits
        What a tree may have.
    keep_versions
        Versions that stay.
    """

    def __init__(
        self,
        reader: FolderReader | GitReader,
        versions: Versions,
        history: History,
        *,
        limits: Limits,
        keep_versions: int,
    ) -> None:
        self._reader = reader
        self._versions = versions
        self._history = history
        self._limits = limits
        self._keep = keep_versions
        self._decided: str | None = None
        self._problem: Problem | None = None
        self._looked: datetime | None = None
        self._lock = threading.Lock()

    def status(self) -> Status:
        """Return the service at a glance."""
        return Status(self._versions.current(), self._problem, self._looked)

    def entries(self) -> list[Entry]:
        """Return the history, newest first."""
        return self._history.entries()

    def notebooks(self) -> list[str]:
        """Return the paths of the notebooks that readers see."""
        return self._versions.notebooks() if self._versions.current() else []

    def stop(self) -> None:
        """End what is under way."""
        self._reader.stop()

    def look(self) -> Entry | None:
        """Look at the source once and return what was decided, or None when nothing is new.

        Raises
        ------
        NotebooksError
            If the source cannot be read or nothing can be written; what was published stays.
        """
        with self._lock:
            try:
                entry = self._look()
            except NotebooksError as e:
                self._remember(str(e))
                raise
            except OSError as e:
                where = f" ({e.filename})" if e.filename else ""
                message = f"The collection cannot be written: {e.strerror or e}{where}."
                self._remember(message)
                raise StorageError(message) from e
            self._looked, self._problem = datetime.now(UTC), None
            return entry

    def _remember(self, message: str) -> None:
        if self._problem is None or self._problem.message != message:
            since = self._problem.since if self._problem else datetime.now(UTC)
            self._problem = Problem(since, message)
            _log.warning("source failing message=%r", message)

    def _look(self) -> Entry | None:
        with self._versions.locked():
            fingerprint = self._reader.fingerprint()
            if fingerprint == self._decided:
                return None
            with self._versions.incoming() as folder:
                try:
                    revision = self._reader.write(Staging(folder, self._limits))
                except RefusedTreeError as e:
                    return self._refuse(fingerprint, str(e))
                if not self._reader.is_still(fingerprint):
                    return None  # it is being written to; the next look sees the whole
                entry = self._publish(folder, revision)
        self._decided = fingerprint
        return entry

    def _publish(self, folder: Path, revision: Revision) -> Entry | None:
        name = self._name(revision.version)
        was = self._versions.current()
        self._versions.publish(folder, name)
        if was == name:
            return None
        entry = self._entry(Revision(name, revision.time, revision.message), State.PUBLISHED)
        self._history.add(entry)
        newest = [line.version for line in self._history.entries() if line.state is State.PUBLISHED]
        self._versions.prune(self._keep, newest)
        _log.info("published version=%s source=%r", name, self._reader.name)
        return entry

    def _refuse(self, fingerprint: str, reason: str) -> Entry:
        entry = self._entry(Revision(fingerprint[:40], datetime.now(UTC)), State.REFUSED, reason)
        self._history.add(entry)
        self._decided = fingerprint
        _log.warning("refused version=%s reason=%r", entry.version, reason)
        return entry

    def _name(self, version: str) -> str:
        """Name a version by its commit; by its source besides, if another source has that commit already."""
        sources = {line.version: line.source for line in self._history.entries()}
        if sources.get(version, self._reader.name) == self._reader.name or not self._versions.has(version):
            return version
        return f"{version}-{hashlib.sha256(self._reader.name.encode()).hexdigest()[:8]}"

    def _entry(self, revision: Revision, state: State, reason: str = "") -> Entry:
        return Entry(
            revision.version,
            revision.time,
            revision.message,
            state,
            decided=datetime.now(UTC),
            reason=reason,
            source=self._reader.name,
        )
