"""The Universal Worker Service (UWS 1.1): jobs that outlive a request, a process and a crash."""

from .job import ACTIVE_PHASES, FINAL_PHASES, Job, JobResult, Phase
from .runner import Execute, Runner
from .store import JobStore

__all__ = ["ACTIVE_PHASES", "FINAL_PHASES", "Execute", "Job", "JobResult", "JobStore", "Phase", "Runner"]
