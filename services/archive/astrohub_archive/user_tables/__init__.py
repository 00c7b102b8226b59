"""The user-table API of CADC's youcat, which pyvo speaks: MyDB's tables under the addresses of TAP."""

from .jobs import IndexExecution, IndexJobs
from .service import UserTables

__all__ = ["IndexExecution", "IndexJobs", "UserTables"]
