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
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

Layout = Mapping[str, Sequence[tuple[int, float]]]
"""Name -> its (block, value) pairs, at least one for each name."""
Array = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """``means``: each name's mean in an average block. ``covariance``: of the means, in the order
    of the names and in units of the residuals' variance, right for differences of means.
    ``deviation``: the residuals' standard deviation; None without freedom. ``freedom``: its degrees
    of freedom. ``blocks``: whether the model has effects of blocks.
    """

    means: dict[str, float]
    covariance: Array
    deviation: float | None
    freedom: int
    blocks: bool


def fitted(layout: Layout, *, blocks: bool = True) -> Fitted:
    """The model's least-squares fit (the intrablock analysis: Montgomery, section 4.4.3).

    Args:
        layout: at least one name.
        blocks: False leaves effects of blocks out (a one-way layout). They are left out as well
            where the values cannot tell them apart from the names' means.
    """
    columns = {block: n for n, block in enumerate({b for p in layout.values() for b, _ in p})}
    counts, sums = np.zeros((2, len(layout), len(columns)))
    for row, pairs in enumerate(layout.values()):
        for block, value in pairs:
            counts[row, columns[block]] += 1
            sums[row, columns[block]] += value
    of_names, of_blocks = counts.sum(axis=1), counts.sum(axis=0)
    # What the values tell of the names once each block may have any effect.
    information = np.diag(of_names) - counts / of_blocks @ counts.T
    if blocks := blocks and len(columns) > 1 and _connected(information):
        covariance = np.linalg.pinv(information, hermitian=True)
        names = covariance @ (sums.sum(axis=1) - counts @ (sums.sum(axis=0) / of_blocks))
        effects = (sums.sum(axis=0) - names @ counts) / of_blocks
        names, effects = names + effects.mean(), effects - effects.mean()
    else:
        covariance = np.diag(1 / of_names)
        names, effects = sums.sum(axis=1) / of_names, np.zeros(len(columns))
    squares = sum(
        float(value - names[row] - effects[columns[block]]) ** 2
        for row, pairs in enumerate(layout.values())
        for block, value in pairs
    )
    freedom = int(of_names.sum()) - len(layout) - (len(columns) - 1 if blocks else 0)
    return Fitted(
        means=dict(zip(layout, map(float, names), strict=True)),
        covariance=covariance,
        deviation=sqrt(squares / freedom) if freedom else None,
        freedom=freedom,
        blocks=blocks,
    )


def _connected(information: Array) -> bool:
    """Whether all names can be compared within blocks, directly or by way of other names."""
    names = len(information)
    return names > 1 and bool(np.linalg.matrix_rank(information, hermitian=True) == names - 1)
