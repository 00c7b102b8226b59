"""Uploaded files: read in a process of its own, whose faults and hunger harm nobody else."""

from .conversion import FORMATS, Converter

__all__ = ["FORMATS", "Converter"]
