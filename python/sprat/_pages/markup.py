"""Elements, and the two forms in which they leave: a page of its own, and a fragment for a notebook."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from string import Template
from xml.etree import ElementTree

from sprat._core import __version__

Element = ElementTree.Element
Child = Element | str | None

# What HTML has no way to write: control characters but tab and line ends, lone surrogates, noncharacters.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")


def element(tag: str, *children: Child, **attributes: object) -> Element:
    """Make an element. None is no child; in an attribute's name ``_`` means ``-``, at its end nothing."""
    made = Element(
        tag, {name.rstrip("_").replace("_", "-"): written(str(value)) for name, value in attributes.items()}
    )
    extend(made, *children)
    return made


def extend(parent: Element, *children: Child) -> None:
    """Put more into an element, behind what is in it."""
    for child in children:
        if isinstance(child, str):
            if len(parent):
                parent[-1].tail = (parent[-1].tail or "") + written(child)
            else:
                parent.text = (parent.text or "") + written(child)
        elif child is not None:
            parent.append(child)


def written(text: str) -> str:
    """Return a text with a replacement character for each one that HTML cannot hold."""
    return _UNWRITABLE.sub("\ufffd", text)


def fragment(body: Element) -> str:
    """Return markup for a notebook: the element and its style, in the colours of what is around."""
    return f"<style>{_resource('fragment.css')}</style>{_html(body)}"


def page(title: str, body: Element) -> str:
    """Return a page of its own."""
    heading = element("title", " ".join(title.split()))
    extend(body, element("footer", f"sprat {__version__}"))
    return Template(_resource("page.html")).substitute(
        title=_html(heading), style=_resource("fragment.css") + _resource("page.css"), body=_html(body)
    )


def _html(tree: Element) -> str:
    return ElementTree.tostring(tree, "unicode", "html")


@cache
def _resource(name: str) -> str:
    return files("sprat._pages").joinpath(name).read_text("utf-8")
