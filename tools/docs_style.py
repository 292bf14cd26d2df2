"""A hook of mkdocs: colours for code without a server, names in docstrings as code, and room on a phone."""

from __future__ import annotations

import re
from typing import Any

from markdown import Extension
from markdown.preprocessors import Preprocessor
from mkdocs.structure.files import File
from pygments.formatters import HtmlFormatter

_ROLE = re.compile(r":(?:attr|class|data|exc|func|meth|mod):`~?([^`]+)`")
_STYLE = """
h1, h2, h3, h4, p, li, td { overflow-wrap: anywhere; }
.highlight pre, .doc-contents pre { overflow-x: auto; }
.col-md-9 table { display: block; overflow-x: auto; }
"""


class _Roles(Extension):  # type: ignore[misc]
    """Docstrings name things as Sphinx does: what stands in a role becomes code."""

    def extendMarkdown(self, md: Any) -> None:
        class Plain(Preprocessor):  # type: ignore[misc]
            def run(self, lines: list[str]) -> list[str]:
                return _ROLE.sub(r"`\1`", "\n".join(lines)).split("\n")

        md.preprocessors.register(Plain(md), "roles", 100)


def on_config(config: Any) -> Any:
    """Read docstrings in our way."""
    config.markdown_extensions.append(_Roles())
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the style sheet that mkdocs.yml names."""
    light = HtmlFormatter(style="default").get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark").get_style_defs("[data-bs-theme=dark] .highlight")
    files.append(File.generated(config, "sprat.css", content=f"{light}\n{dark}\n{_STYLE}"))
    return files
