"""Removing a home on purpose: shown first, moved aside for a time, deleted for good only after it."""
