"""Runs the commands of `cli`: `python -m tests.cluster`."""

from .cli import main

raise SystemExit(main())
