"""Small real sentence-transformers models, made in a folder in a second, with random weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

__all__ = ["WORDS", "small_cross_encoder", "small_model"]

TEXT = """the llama alpaca camel vicuna lives in andes desert and carries loads fat hump wool gives fine a of what how
query document : . , ? ##s ##ed ##ing ##a ##b ##c ##e ##i ##l ##m ##n ##o ##r ##t a b c d e f g h i j k l m n o p q r
s t u v w x y z"""
WORDS = TEXT.split()


def small_model(
    folder: Path,
    *,
    pooling: str = "mean",
    normalize: bool = True,
    dense: int | None = None,
    kind: Literal["bert", "distilbert", "mpnet", "roberta"] = "bert",
    max_tokens: int = 64,
    safetensors: bool = True,
    prompts: dict[str, str] | None = None,
    include_prompt: bool = True,
    half: bool = False,
) -> Path:
    """Write a sentence-transformers model of two layers and 32 numbers a token into `folder`.

    Parameters
    ----------
    pooling
        `mean`, `cls`, `max`, `lasttoken` ...
    normalize
        Whether a Normalize module comes last.
    dense
        Numbers that a Dense module leaves, None for no such module.
    kind
        Architecture.
    max_tokens
        Longest input.
    safetensors
        False: weights as a pickle.
    prompts
        As in config_sentence_transformers.json.
    include_prompt
        False: the pooling leaves the prompt's tokens out.
    half
        Whether the weights are stored in float16.
    """
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling, Transformer

    torch.manual_seed(7)
    plain = folder / "plain"
    _transformer(plain, kind, max_tokens)
    read = Transformer(str(plain), max_seq_length=max_tokens)
    pool = Pooling(read.get_embedding_dimension(), pooling_mode=pooling, include_prompt=include_prompt)
    modules: list[Any] = [read, pool]
    if dense:
        modules.append(Dense(modules[-1].get_embedding_dimension(), dense))
    if normalize:
        modules.append(Normalize())
    model = SentenceTransformer(modules=modules, prompts=prompts, device="cpu")
    made = folder / "model"
    model = model.half() if half else model
    # the card asks the hub who else made such a model
    model.save(str(made), safe_serialization=safetensors, create_model_card=False)
    return made


def _transformer(folder: Path, kind: str, max_tokens: int) -> None:
    import transformers

    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys(WORDS)]
    shape = {"vocab_size": len(vocabulary), "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    sizes = {**shape, "intermediate_size": 64, "max_position_embeddings": max_tokens + 8}
    if kind == "bert":
        model = transformers.BertModel(transformers.BertConfig(**sizes))
    elif kind == "distilbert":
        few = {"vocab_size": len(vocabulary), "dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64}
        model = transformers.DistilBertModel(
            transformers.DistilBertConfig(**few, max_position_embeddings=max_tokens + 8)
        )
    elif kind == "mpnet":
        model = transformers.MPNetModel(transformers.MPNetConfig(**sizes, pad_token_id=0))
    else:
        model = transformers.RobertaModel(transformers.RobertaConfig(**sizes, pad_token_id=0))
    model.eval().save_pretrained(folder)
    _tokenizer(vocabulary, max_tokens, kind).save_pretrained(folder)


def _tokenizer(vocabulary: list[str], max_tokens: int, kind: str) -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer(models.WordPiece({word: at for at, word in enumerate(vocabulary)}, unk_token="[UNK]"))
    raw.normalizer = normalizers.BertNormalizer()
    raw.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    raw.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    names = ["input_ids", "attention_mask"]
    if kind == "bert":
        names.append("token_type_ids")
    return PreTrainedTokenizerFast(
        tokenizer_object=raw,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=max_tokens,
        model_input_names=names,
    )


def small_cross_encoder(folder: Path, labels: int = 1) -> Path:
    """Write a cross-encoder of two layers with random weights into `folder`; `labels` numbers come out a pair."""
    import torch
    import transformers

    torch.manual_seed(11)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys(WORDS)]
    config = transformers.BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=80,
        num_labels=labels,
    )
    made = folder / "cross-encoder"
    transformers.BertForSequenceClassification(config).eval().save_pretrained(made)
    _tokenizer(vocabulary, 64, "bert").save_pretrained(made)
    return made
