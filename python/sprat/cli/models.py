"""``sprat models``: what SPLADE models are there, and new ones from old ones."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from sprat import _from_weights, _model_tools, demo
from sprat._model_files import position_limit
from sprat._model_tools import Comparison
from sprat.cli import options, output
from sprat.errors import InvalidArgumentError, MissingFileError
from sprat.reading import read
from sprat.splade import SpladeEncoder

app = typer.Typer(help="List, convert, quantize and compare SPLADE models.", no_args_is_help=True)

_TEXTS = 200

_TextsFile = Annotated[
    str | None,
    typer.Option("--texts", metavar="FILE", help="What to encode; by default this Python's reference."),
]


@app.command("list")
def list_models(
    folders: Annotated[
        list[str] | None, typer.Argument(metavar="FOLDER...", help="By default the hub's cache.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Print the ONNX models below some folders that have a tokenizer: size, limit of tokens, file.

    sprat models list models/
    """
    for folder in [Path(name) for name in folders or ()] or [_hub_cache()]:
        if not folder.is_dir():
            raise MissingFileError(f"{folder}: there is no such folder")
        for file in sorted(folder.rglob("*.onnx")):
            home = next((place for place in (file.parent, file.parent.parent) if _is_home(place)), None)
            if home is not None:
                size = sum(part.stat().st_size for part in file.parent.glob(file.name + "*"))
                limit = position_limit(home)
                if as_json:
                    output.print_json({"path": str(file), "bytes": size, "token_limit": limit})
                    continue
                tokens = "any length" if limit is None else f"{limit} tokens"
                _say(f"{size / 1e6:8.1f} MB  {tokens:>12}  {file}")


@app.command()
def convert(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FOLDER", help="With the weights of a BertForMaskedLM or DistilBertForMaskedLM."
        ),
    ],
    output: Annotated[str, typer.Option("--output", "-o", metavar="FOLDER", help="Where model.onnx goes.")],
) -> None:
    """Make an ONNX model from weights; PyTorch is needed for a pytorch_model.bin only."""
    made = _from_weights.convert(_folder(source), Path(output))
    _say(f"{made}: {made.stat().st_size / 1e6:.1f} MB")


@app.command()
def quantize(
    source: Annotated[str, typer.Argument(metavar="MODEL", help="A folder, or an ONNX file in it.")],
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="By default model_int8.onnx beside it."),
    ] = None,
    decoder_only: Annotated[
        bool, typer.Option("--decoder-only", help="The product with the vocabulary alone: nearly exact.")
    ] = False,
    texts_file: _TextsFile = None,
    threads: options.Threads = 0,
) -> None:
    """Make a model with weights of 8 bits, and compare its vectors with the old one's.

    sprat models quantize model/
    """
    folder, file = _model(source)
    target = folder / file.with_name("model_int8.onnx") if output is None else Path(output)
    if target.resolve() == (folder / file).resolve():
        raise InvalidArgumentError(f"{target} would be overwritten, and is also the input")
    _model_tools.quantize(folder / file, target, decoder_only=decoder_only)
    _say(f"{target}: {target.stat().st_size / 1e6:.1f} MB, was {(folder / file).stat().st_size / 1e6:.1f} MB")
    if target.parent.resolve() == (folder / file).parent.resolve():
        second = SpladeEncoder(folder, model_file=os.path.relpath(target, folder), threads=threads)
        first = SpladeEncoder(folder, model_file=str(file), threads=threads)
        _report(_model_tools.compare(first, second, _texts(texts_file)))


@app.command()
def check(
    first: Annotated[str, typer.Argument(metavar="MODEL", help="A folder, or an ONNX file in it.")],
    second: Annotated[str, typer.Argument(metavar="OTHER", help="Another one of the same vocabulary.")],
    texts_file: _TextsFile = None,
    threads: options.Threads = 0,
) -> None:
    """Print how far the vectors of two models are apart.

    sprat models check model/ model/model_int8.onnx
    """
    (one_folder, one), (other_folder, other) = _model(first), _model(second)
    _report(
        _model_tools.compare(
            SpladeEncoder(one_folder, model_file=str(one), threads=threads),
            SpladeEncoder(other_folder, model_file=str(other), threads=threads),
            _texts(texts_file),
        )
    )


def _report(found: Comparison) -> None:
    _say(f"{found.texts} texts, first model and second:")
    _say(f"  cosine             {found.cosine_mean:.4f} mean, {found.cosine_least:.4f} least")
    _say(f"  20 largest terms   {found.terms_kept:.1%} kept")
    _say(f"  10 best neighbours {found.neighbours_kept:.1%} kept")
    _say(f"  weights of a text  {found.weights[0]:.1f} and {found.weights[1]:.1f}")
    _say(f"  CPU time           {found.seconds[0]:.2f} s and {found.seconds[1]:.2f} s")


def _texts(path: str | None) -> list[str]:
    if path is None:
        return [passage.text for passage in demo.passages(demo.python_topics())[:_TEXTS]]
    return list(read(path))


def _model(name: str) -> tuple[Path, Path]:
    """Return a model's folder, and its ONNX file within."""
    path = Path(name)
    if path.is_dir():
        for file in (Path("model.onnx"), Path("onnx") / "model.onnx"):
            if (path / file).is_file():
                return path, file
        raise MissingFileError(f"{path} has no model.onnx; name the file")
    if not path.is_file():
        raise MissingFileError(f"{name}: there is no such model")
    for folder in (path.parent, path.parent.parent):
        if _is_home(folder):
            return folder, path.relative_to(folder)
    raise MissingFileError(f"{name}: there is no tokenizer.json beside it")


def _is_home(folder: Path) -> bool:
    return (folder / "tokenizer.json").is_file()


def _folder(name: str) -> Path:
    if not Path(name).is_dir():
        raise MissingFileError(f"{name}: there is no such folder")
    return Path(name)


def _hub_cache() -> Path:
    try:
        from huggingface_hub.constants import HF_HUB_CACHE
    except ImportError:
        raise InvalidArgumentError("say which folder: the hub's cache is not known here") from None
    Path(HF_HUB_CACHE).mkdir(parents=True, exist_ok=True)
    return Path(HF_HUB_CACHE)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
