"""The Universal Worker Service (UWS 1.1): jobs that outlive a request, a process and a crash."""

from .changes import Changes
from .cleaner import Cleaner
from .control import Control
from .folder import JobFolders
from .job import ACTIVE_PHASES, FINAL_PHASES, Job, JobResult, Phase, Progress, is_anonymous_id
from .listing import JobFilter, JobPage, JobReference, list_jobs
from .overview import JobsInFull, jobs_in_full, version_of_jobs
from .runner import Execute, Runner
from .store import JobStore
from .submissions import Load, Submission, load_of, submit, take_room

__all__ = [
    "ACTIVE_PHASES",
    "FINAL_PHASES",
    "Changes",
    "Cleaner",
    "Control",
    "Execute",
    "Job",
    "JobFilter",
    "JobFolders",
    "JobPage",
    "JobReference",
    "JobResult",
    "JobStore",
    "JobsInFull",
    "Load",
    "Phase",
    "Progress",
    "Runner",
    "Submission",
    "is_anonymous_id",
    "jobs_in_full",
    "list_jobs",
    "load_of",
    "submit",
    "take_room",
    "version_of_jobs",
]
