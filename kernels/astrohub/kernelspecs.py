"""INSTALLED IN user servers: shows the environment's kernel once, under astrohub's name."""

from __future__ import annotations

import sys
from pathlib import Path

from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpecManager

__all__ = ["KernelSpecs"]


class KernelSpecs(KernelSpecManager):
    """Lists all kernels but the environment's plain Python, which is the same one under another name.

    Notebooks that name the plain one still run, and kernels that users add are listed as they are.
    """

    def find_kernel_specs(self) -> dict[str, str]:
        """Return names and folders of the kernels to choose from."""
        found: dict[str, str] = super().find_kernel_specs()
        plain = found.get(NATIVE_KERNEL_NAME)
        if "astrohub" in found and plain and Path(plain).is_relative_to(sys.prefix):
            del found[NATIVE_KERNEL_NAME]
        return found
