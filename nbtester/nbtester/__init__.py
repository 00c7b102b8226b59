"""nbtester: runs a collection of notebooks in parallel and tells which are broken, where, and why."""

from .errors import CollectionError, SettingsError, TesterError
from .execution.pool import Event
from .execution.stopping import Stopper
from .models import Failure, FailureKind, Finding, NotebookResult, Outcome, RunResult
from .report.html import write_html
from .report.json_file import write_json
from .report.junit import write_junit
from .run import check_collection, executed_folder, run_collection
from .settings import Settings, load_settings

__all__ = [
    "CollectionError",
    "Event",
    "Failure",
    "FailureKind",
    "Finding",
    "NotebookResult",
    "Outcome",
    "RunResult",
    "Settings",
    "SettingsError",
    "Stopper",
    "TesterError",
    "check_collection",
    "executed_folder",
    "load_settings",
    "run_collection",
    "write_html",
    "write_json",
    "write_junit",
]
