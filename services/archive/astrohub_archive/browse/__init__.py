"""Browsing: everything that a caller may query, in one compressed document."""
