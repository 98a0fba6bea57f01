"""The two-way layout: what was measured, in blocks. It tells an effect of a block from chance.

Repeats of a run are blocks: each measures everything once, in a random order (a randomized complete
block design: Montgomery, Design and Analysis of Experiments, 8th edition, section 4.1). A slow or
fast stretch of the machine hits a whole block, so the model is

    value = mean of the name + effect of the block + residual

and the residuals alone are chance. It is fitted by least squares, which also serves where some
values are missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Layout = Mapping[str, Sequence[tuple[int, float]]]
"""Name -> its (block, value) pairs, at least one for each name."""
Array = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """``means``: each name's mean in an average block. ``covariance``: of the means, in the order
    of the names and in units of the residuals' variance. ``deviation``: the residuals' standard
    deviation; None without freedom. ``freedom``: its degrees of freedom. ``blocks``: whether the
    model has effects of blocks.
    """

    means: dict[str, float]
    covariance: Array
    deviation: float | None
    freedom: int
    blocks: bool


def fitted(layout: Layout, *, blocks: bool = True) -> Fitted:
    """The model's least-squares fit.

    Args:
        layout: at least one name.
        blocks: False leaves effects of blocks out (a one-way layout). They are left out as well
            where the values cannot tell them apart from the names' means.
    """
    values = np.array([value for pairs in layout.values() for _, value in pairs])
    design = _design(layout, blocks=blocks)
    width = design.shape[1]
    if blocks and np.linalg.matrix_rank(design) < width:
        return fitted(layout, blocks=False)
    covariance = np.linalg.inv(design.T @ design)
    effects = covariance @ design.T @ values
    residuals = values - design @ effects
    freedom = len(values) - width
    count = len(layout)
    return Fitted(
        means=dict(zip(layout, map(float, effects[:count]), strict=True)),
        covariance=covariance[:count, :count],
        deviation=float(np.sqrt(residuals @ residuals / freedom)) if freedom else None,
        freedom=freedom,
        blocks=width > count,
    )


def _design(layout: Layout, *, blocks: bool) -> Array:
    """A column for each name; and for each block but the last, whose effect is minus their sum."""
    pairs = [(row, block) for row, pairs in enumerate(layout.values()) for block, _ in pairs]
    names = np.eye(len(layout))[[row for row, _ in pairs]]
    found = sorted({block for _, block in pairs})
    if not blocks or len(layout) < 2 or len(found) < 2:
        return names
    codes = np.vstack([np.eye(len(found) - 1), -np.ones(len(found) - 1)])
    return np.hstack([names, codes[[found.index(block) for _, block in pairs]]])
