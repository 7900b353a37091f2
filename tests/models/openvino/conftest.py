"""Small models, converted once for all tests of this folder."""

from __future__ import annotations

import pytest

from tests.models.small_models import small_model
from tests.models.warm import run_apart
from workbench.models.openvino import conversion
from workbench.models.openvino.conversion import converted

KINDS = {
    "bert, mean, unit length": {},
    "mpnet, cls": {"kind": "mpnet", "pooling": "cls", "normalize": False},
    "bert, stored in float16": {"half": True},
    "distilbert, max, dense": {"kind": "distilbert", "pooling": "max", "dense": 16},
}


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Give `made(name)`: the folder of a model and that of its conversion."""
    known = {}

    def give(name):
        if name not in known:
            folder = tmp_path_factory.mktemp("small")
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("WORKBENCH_CACHE", str(folder / "cache"))
                patch.setattr(conversion, "run_apart", run_apart)
                source = small_model(folder, **KINDS[name])
                known[name] = (source, converted(source, "org/small", "0123456789abcdef"))
        return known[name]

    return give
