"""Tiny programs that stand in for uv, npm and the parts of the platform."""
