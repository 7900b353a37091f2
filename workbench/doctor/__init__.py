"""Checks an installation and a store, and says what is wrong and what to do. Nothing is ever written."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from workbench.records import Diagnosis, Finding

__all__ = ["examine"]


def examine(store: Path | None = None) -> Diagnosis:
    """Look at this installation, and at a store where one is named.

    Parameters
    ----------
    store
        Its folder. It may be damaged, foreign, absent or in use: then it says so.

    Returns
    -------
    Diagnosis
        A finding for each check, those of the installation first; takes a few seconds.
    """
    from workbench.doctor.installation import examine_installation
    from workbench.doctor.store_process import examine_store

    began = time.perf_counter()
    with ThreadPoolExecutor(1, thread_name_prefix="workbench-doctor") as pool:
        about_store = pool.submit(examine_store, store) if store is not None else None
        found: list[Finding] = examine_installation()
        found += about_store.result() if about_store is not None else []
    return Diagnosis(tuple(found), str(store or ""), time.perf_counter() - began)
