"""How much each download is, so that a person knows before it starts.

The numbers are megabytes (10^6 bytes) of wheels for Linux x86-64 and Python 3.11, added up over
the files that pip fetched on 2026-11-21. Other systems differ by some tens of megabytes.
"""

from __future__ import annotations

LOCK_MB = 600
"""Everything in the lock but PyTorch."""

OPTIMUM_MB = 320
"""Everything in the lock of Optimum's environment but PyTorch."""

UV_MB = 18
"""uv, which knows where PyTorch keeps its CPU builds."""

TORCH_MB = {"CPU": 190, "CUDA": 2500}
"""PyTorch with the libraries that only it needs."""

CHROMIUM_MB = {"apt": 150, "playwright": 180}
"""A browser for the browser tests: Debian's packages, or playwright's own build."""
