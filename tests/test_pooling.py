"""The largest logit of each term: every kernel gives NumPy's bits."""

from __future__ import annotations

import random

import numpy as np
import pytest

from sprat import _core
from sprat.errors import InvalidArgumentError

SEED = random.randrange(2**32)
# Where a kernel may cut wrongly: around the width of its registers, and around the columns taken at a time.
WIDTHS = [*range(1, 68), 127, 128, 129, 4095, 4096, 4097, 8200]
ORDINARY = [0.0, -0.0, 1.0, -1.0, 65504.0, -65504.0, 2.0**-24, np.inf, -np.inf]


def logits(tokens: int, width: int, dtype: type) -> np.ndarray:
    random = np.random.default_rng([SEED, tokens, width])
    made = random.normal(0, 2, (tokens, width)).astype(dtype)
    odd = random.random(made.shape) < 0.1
    made[odd] = random.choice(ORDINARY, int(odd.sum())).astype(dtype)
    return made


def largest(values: np.ndarray, isa: str) -> np.ndarray | None:
    if values.dtype == np.float32:
        return _core.largest_logits(values, np.zeros(0, np.float32), isa)
    found = _core.largest_half_logits(values.view(np.int16), isa)
    return None if found is None else found.view(np.float16)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("isa", _core.isas())
def test_every_kernel_gives_the_bits_of_numpy(isa, dtype):
    print(f"logits of seed {SEED}")
    for width in WIDTHS:
        for tokens in (0, 1, 3, 4, 5, 9):
            values = logits(tokens, width, dtype)

            found = largest(values, isa)

            expected = values.max(0, initial=0) + dtype(0)  # of two zeros NumPy takes any
            assert (found + dtype(0)).tobytes() == expected.tobytes(), (width, tokens)
            assert found.tobytes() == largest(values, "portable").tobytes(), (width, tokens)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("isa", _core.isas())
def test_no_kernel_overlooks_what_is_not_a_number(isa, dtype):
    for width in (1, 7, 16, 33, 67):
        for tokens in (1, 4, 6):
            for row, column in {(0, 0), (tokens - 1, width - 1), (tokens // 2, width // 2)}:
                for nan in (np.nan, -np.nan):
                    values = np.ones((tokens, width), dtype)
                    values[row, column] = nan

                    assert largest(values, isa) is None, (width, tokens, row, column)


@pytest.mark.parametrize("isa", _core.isas())
def test_a_bias_may_be_added_behind_the_largest(isa):
    """The sums of all tokens with the bias, and their largest, are the same bits."""
    for width in WIDTHS:
        values = logits(7, width, np.float32)
        bias = np.random.default_rng([SEED, width]).normal(0, 1e-3, width).astype(np.float32)

        found = _core.largest_logits(values, bias, isa)

        expected = (values + bias).max(0, initial=0)
        assert (found + np.float32(0)).tobytes() == (expected + np.float32(0)).tobytes(), width


@pytest.mark.parametrize(("logit", "bias"), [(np.inf, -np.inf), (-np.inf, np.inf), (1, np.nan)])
def test_a_sum_that_is_not_a_number_is_seen(logit, bias):
    values, added = np.ones((3, 20), np.float32), np.zeros(20, np.float32)
    values[:, 11], added[11] = logit, bias

    assert _core.largest_logits(values, added, "portable") is None


def test_a_logit_that_is_not_a_number_is_seen_before_a_bias_is_added():
    values, added = np.ones((3, 20), np.float32), np.zeros(20, np.float32)
    values[1, 11] = np.nan

    assert _core.largest_logits(values, added, "portable") is None


def test_kernels_that_are_not_there_are_refused():
    with pytest.raises(ValueError, match=r"isa must be one of portable.* on this machine, got z80"):
        largest(np.ones((1, 1), np.float32), "z80")


def test_a_bias_of_another_length_is_refused():
    with pytest.raises(InvalidArgumentError, match="length of bias must be 0 or 4, got 3"):
        _core.largest_logits(np.ones((2, 4), np.float32), np.ones(3, np.float32), "portable")
