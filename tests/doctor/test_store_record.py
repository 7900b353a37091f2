"""What the tables of a record hold beside chunks and vectors."""

from __future__ import annotations

import numpy as np

from tests.doctor.helpers import made, unwell, written
from workbench.index.kept import KeptInRecord
from workbench.index.store import open_store


def test_kept_boundaries_and_counts_are_read_as_the_index_reads_them(tmp_path):
    store = open_store(made(tmp_path / "store"))
    for kind, numbers in (("spans", np.ones((3, 2), np.int32)), ("counts", np.ones(3, np.int32))):
        kept = KeptInRecord(store.record, kind, "a rule")
        kept[b"k" * 32] = numbers
        kept.save()
    store.close()
    assert unwell(store.path) == []
    written(store.path, "UPDATE kept SET value = zeroblob(length(value)) WHERE rule = 'spans a rule'")
    (found,) = unwell(store.path)
    assert found.found == "1 of 2 kept boundaries and counts are damaged; they are found anew."
