"""Lets `python -m nbtester` do what the command `nbtester` does."""

import sys

from .cli import main

sys.exit(main())
