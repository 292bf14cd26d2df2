"""Charts as SVG, of nothing but numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sprat._pages.markup import Element, element

_WIDTH, _HEIGHT = 360, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 10, 38
_POINTS = 160  # of a line: more than anyone can tell apart


class Line(NamedTuple):
    """What to draw; values descend and are at least 1."""

    name: str
    values: NDArray[Any]
    colour: str


def rank_plot(lines: Sequence[Line], horizontal: str, vertical: str) -> Element:
    """Draw values against their ranks, both in powers of ten, with a line that falls as 1/rank does."""
    most_x = max(2.0, *(len(line.values) for line in lines))
    most_y = max(2.0, *(float(line.values[0]) for line in lines))
    decades_x, decades_y = math.log10(most_x), math.log10(most_y)

    def place(rank: float, value: float) -> tuple[float, float]:
        x = _LEFT + (_WIDTH - _LEFT - _RIGHT) * math.log10(rank) / decades_x
        return x, _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * math.log10(max(1.0, value)) / decades_y

    drawing = _canvas(horizontal, vertical)
    for power in range(math.floor(decades_x) + 1):
        _tick(drawing, place(10**power, 1)[0], None, _short(10**power))
    for power in range(math.floor(decades_y) + 1):
        _tick(drawing, None, place(1, 10**power)[1], _short(10**power))
    ends = [place(1, most_y), place(most_y, 1) if most_y <= most_x else place(most_x, most_y / most_x)]
    drawing.append(element("polyline", points=_points(ends), class_="dashed"))
    for line in lines:
        ranks = np.unique(np.geomspace(1, len(line.values), _POINTS).astype(np.int64))
        places = [place(rank, float(line.values[rank - 1])) for rank in ranks.tolist()]
        drawing.append(element("polyline", points=_points(places), class_=f"line {line.colour}"))
    return drawing


def histogram(counts: Sequence[int], bounds: Sequence[float], horizontal: str, vertical: str) -> Element:
    """Draw a block for each of ``counts``; ``bounds`` has one number more."""
    drawing = _canvas(horizontal, vertical)
    most = max(counts)
    step = (_WIDTH - _LEFT - _RIGHT) / len(counts)
    height = _HEIGHT - _TOP - _BOTTOM
    for value in _round_values(most):
        _tick(drawing, None, _HEIGHT - _BOTTOM - height * value / most, _short(value))
    first, last = bounds[0], bounds[-1]
    for value in _round_values(last):
        if value >= first:
            x = _LEFT + (_WIDTH - _LEFT - _RIGHT) * (value - first) / (last - first)
            _tick(drawing, x, None, _short(value))
    for number, count in enumerate(counts):
        if count:
            tall = max(1.0, height * count / most)
            block = element(
                "rect",
                element("title", f"{bounds[number]:,.0f} to {bounds[number + 1] - 1:,.0f}: {count:,}"),
                x=f"{_LEFT + number * step + 0.5:.2f}",
                y=f"{_HEIGHT - _BOTTOM - tall:.2f}",
                width=f"{max(0.5, step - 1):.2f}",
                height=f"{tall:.2f}",
                class_="block",
            )
            drawing.append(block)
    return drawing


def differences(values: Sequence[float], names: Sequence[str], vertical: str) -> Element:
    """Draw differences around zero, in the order given: up is blue, down is red."""
    drawing = _canvas("query", vertical)
    most = max(max(map(abs, values), default=0.0), 1e-9)
    middle = (_TOP + _HEIGHT - _BOTTOM) / 2
    reach = (_HEIGHT - _TOP - _BOTTOM) / 2
    for share in (-1.0, 0.0, 1.0):
        _tick(drawing, None, middle - reach * share, f"{share * most:+.2g}" if share else "0")
    step = (_WIDTH - _LEFT - _RIGHT) / max(1, len(values))
    for number, (value, name) in enumerate(zip(values, names)):
        tall = max(0.6, reach * abs(value) / most)
        drawing.append(
            element(
                "rect",
                element("title", f"{name}: {value:+.4f}"),
                x=f"{_LEFT + number * step:.2f}",
                y=f"{middle - tall if value >= 0 else middle:.2f}",
                width=f"{max(0.4, step * 0.86):.2f}",
                height=f"{tall:.2f}",
                class_="block" if value >= 0 else "block down",
            )
        )
    return drawing


def _canvas(horizontal: str, vertical: str) -> Element:
    drawing = element(
        "svg", viewBox=f"0 0 {_WIDTH} {_HEIGHT}", role="img", aria_label=f"{vertical} by {horizontal}"
    )
    middle_x, middle_y = (_LEFT + _WIDTH - _RIGHT) / 2, (_TOP + _HEIGHT - _BOTTOM) / 2
    drawing.append(element("text", horizontal, x=middle_x, y=_HEIGHT - 4, text_anchor="middle"))
    turned = f"rotate(-90 10 {middle_y})"
    drawing.append(element("text", vertical, x=10, y=middle_y, text_anchor="middle", transform=turned))
    return drawing


def _tick(drawing: Element, x: float | None, y: float | None, label: str) -> None:
    """Draw a line of the grid, vertical at ``x`` or horizontal at ``y``, and say what it stands for."""
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    x1, y1, x2, y2 = (_LEFT, y, right, y) if x is None else (x, _TOP, x, bottom)
    places = {name: f"{place:.2f}" for name, place in zip(("x1", "y1", "x2", "y2"), (x1, y1, x2, y2))}
    drawing.append(element("line", class_="grid", **places))
    if x is None:
        drawing.append(element("text", label, x=_LEFT - 5, y=f"{(y or 0) + 4:.2f}", text_anchor="end"))
    else:
        drawing.append(element("text", label, x=f"{x:.2f}", y=bottom + 15, text_anchor="middle"))


def _points(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _round_values(most: float) -> list[float]:
    """Return three to six round numbers from 0 to ``most``."""
    step = 10.0 ** math.floor(math.log10(max(most, 1)))
    for factor in (0.1, 0.2, 0.5, 1.0, 2.0):
        if most / (step * factor) <= 5.5 and step * factor >= 1:
            break
    return [step * factor * number for number in range(math.floor(most / (step * factor)) + 1)]


def _short(value: float) -> str:
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"
