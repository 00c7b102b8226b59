"""The Universal Worker Service (UWS 1.1): jobs that outlive a request, a process and a crash."""

from .changes import Changes
from .cleaner import Cleaner
from .folder import JobFolders
from .job import ACTIVE_PHASES, FINAL_PHASES, Job, JobResult, Phase, is_anonymous_id
from .runner import Execute, Runner
from .store import JobStore

__all__ = [
    "ACTIVE_PHASES",
    "FINAL_PHASES",
    "Changes",
    "Cleaner",
    "Execute",
    "Job",
    "JobFolders",
    "JobResult",
    "JobStore",
    "Phase",
    "Runner",
    "is_anonymous_id",
]
