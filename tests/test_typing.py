"""The program that type checkers see also runs."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent / "typing"))

import user

TEXTS = {"a": "a cat sat", "b": "dogs run", "c": "cats and dogs"}


def test_a_users_program_does_what_its_types_say(tmp_path):
    texts = list(TEXTS.values())

    assert user.analyse("Running dogs") == ["run", "dog"]
    assert user.encode(texts, tmp_path) == (3, 4)
    assert np.array_equal(user.search(texts, "dogs"), [[1, 2]])
    assert user.retrieve(TEXTS, "cat")[0] == "a"
    assert user.move(texts, "dogs") > 0
    assert user.refused().startswith("k1 must be")
