"""Files that run code where somebody unpickles them or imports what they name; a canary file tells that it ran."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from pathlib import Path

__all__ = ["MODULE", "evil_pickle", "name_own_code", "spoil"]

MODULE = """
from pathlib import Path
Path({canary!r}).write_text("ran")
from transformers import PretrainedConfig, PreTrainedModel
class Config(PretrainedConfig): model_type = "evil"
class Model(PreTrainedModel): config_class = Config
class Module: ...
"""


class _Evil:
    def __init__(self, canary: Path) -> None:
        self._canary = canary

    def __reduce__(self):
        return Path.write_text, (self._canary, "ran")


def evil_pickle(canary: Path) -> bytes:
    """Give a pickle that writes the canary file when it is read."""
    return pickle.dumps(_Evil(canary), protocol=2)


def spoil(folder: Path, canary: Path) -> list[str]:
    """Lay pickles under every name by which a library would know one; gives the names."""
    import numpy as np

    evil = evil_pickle(canary)
    array = io.BytesIO()
    np.save(array, np.array([_Evil(canary)], dtype=object), allow_pickle=True)
    files = {f"evil.{ending}": evil for ending in ("pkl", "pickle", "joblib", "dill", "bin", "h5", "ckpt")}
    files["evil.npy"] = array.getvalue()
    for name in ("evil.npz", "evil.pt"):
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w") as archive:
            archive.writestr("array.npy", array.getvalue())
            archive.writestr("archive/data.pkl", evil)
        files[name] = whole.getvalue()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return sorted(files)


def name_own_code(folder: Path, canary: Path) -> None:
    """Let every configuration of a model's folder name a module beside it, which tells when it is imported."""
    for place in (folder, *(path for path in folder.iterdir() if path.is_dir())):
        (place / "evil.py").write_text(MODULE.format(canary=str(canary)))
        named = {
            "AutoConfig": "evil.Config",
            "AutoModel": "evil.Model",
            "AutoModelForCausalLM": "evil.Model",
            "AutoModelForSequenceClassification": "evil.Model",
            "AutoTokenizer": ["evil.Module", "evil.Module"],
        }
        for name in ("config.json", "tokenizer_config.json"):
            file = place / name
            if file.is_file():
                told = json.loads(file.read_text("utf-8"))
                file.write_text(json.dumps({**told, "auto_map": named}))
