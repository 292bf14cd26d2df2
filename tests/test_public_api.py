"""What users can name is what tests/golden/public_api.txt lists; `python tests/test_public_api.py` writes it.

The sources are read, not run: signatures of modules whose libraries are not installed are listed too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "python" / "sprat"
LISTING = Path(__file__).parent / "golden" / "public_api.txt"
# Their interface is the command line; `sprat --help` and docs/cli.md tell of it.
PROGRAMS = {"cli", "demo"}
# All that is meant to be used of these is in their own __all__.
WHOLES = ("sprat.retriever.", "sprat.integrations.haystack.")

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def path_of(module: str) -> Path:
    path = PACKAGE.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def names_in(module: str) -> dict[str, ast.stmt | tuple[str, str]]:
    """Return what a module's top level binds: statements, and (module, name) for imports from sprat."""
    found: dict[str, ast.stmt | tuple[str, str]] = {}
    for statement in ast.parse(path_of(module).read_text()).body:
        if isinstance(statement, Definition):
            found[statement.name] = statement
        elif isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith("sprat"):
            for alias in statement.names:
                found[alias.asname or alias.name] = (str(statement.module), alias.name)
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            found |= {target.id: statement for target in targets if isinstance(target, ast.Name)}
    return found


def definition(module: str, name: str) -> tuple[str, ast.stmt | None]:
    """Follow imports to the module that binds a name; to nothing if that is a module, or the extension's."""
    if module == "sprat._core" or not path_of(module).exists():
        return module, None
    found = names_in(module).get(name)
    if isinstance(found, tuple):
        return definition(*found) if found != (module, name) else (module, None)
    return module, found


def exported(module: str) -> list[str]:
    listed = names_in(module).get("__all__")
    if isinstance(listed, ast.Assign):
        return sorted(ast.literal_eval(listed.value))
    own = (name for name, bound in names_in(module).items() if isinstance(bound, Definition))
    return sorted(name for name in own if not name.startswith("_"))


def is_public(name: str) -> bool:
    return not name.startswith("_") or (name.endswith("__") and name != "__all__")


def lines_of(name: str, module: str) -> Iterator[str]:
    where, bound = definition(module, name)
    if isinstance(bound, ast.ClassDef):
        yield f"class {name}({', '.join(map(ast.unparse, bound.bases))})"
        yield from sorted(set(members(where, bound)))
    elif isinstance(bound, ast.FunctionDef | ast.AsyncFunctionDef):
        yield signature(name, bound)
    else:
        yield name


def members(module: str, of: ast.ClassDef) -> Iterator[str]:
    """Yield what a class defines, and what it inherits from classes that users cannot name."""
    for member in of.body:
        if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef) and is_public(member.name):
            decorators = "".join(f"@{ast.unparse(decorator)} " for decorator in member.decorator_list)
            yield f"  {decorators}{signature(member.name, member)}"
        elif isinstance(member, ast.AnnAssign) and is_public(ast.unparse(member.target)):
            yield f"  {ast.unparse(member.target)}: {ast.unparse(member.annotation)}"
    for base in map(ast.unparse, of.bases):
        where, inherited = definition(module, base)
        if isinstance(inherited, ast.ClassDef) and (base.startswith("_") or is_private(where)):
            yield from members(where, inherited)


def is_private(module: str) -> bool:
    return any(part.startswith("_") for part in module.split("."))


def signature(name: str, of: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    start = "async def" if isinstance(of, ast.AsyncFunctionDef) else "def"
    returned = "" if of.returns is None else f" -> {ast.unparse(of.returns)}"
    return f"{start} {name}({ast.unparse(of.args)}){returned}"


def modules() -> Iterator[str]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        parts = parts[:-1] if parts and parts[-1] == "__init__" else parts
        module = ".".join(("sprat", *parts))
        if not is_private(module) and not set(parts) & PROGRAMS and not module.startswith(WHOLES):
            yield module


def listing() -> str:
    lines: list[str] = []
    for module in modules():
        lines += ["", f"[{module}]"]
        for name in exported(module):
            lines += lines_of(name, module)
    return "\n".join(lines).lstrip() + "\n"


def test_the_public_names_and_signatures_are_those_listed():
    changed = "the public interface changed: see CONTRIBUTING.md, Changes to the interface"

    assert listing().splitlines() == LISTING.read_text().splitlines(), changed


if __name__ == "__main__":
    LISTING.write_text(listing())
