"""The values that a person may set for interactive use; `lab` and the image check them alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from labwire.client import MOST_USERS
from labwire.values import HOLDS

Users = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,6}$(?!\n)",
        description=f"a whole number from 1 to {MOST_USERS:,}",
        extra={HOLDS: lambda text: 1 <= int(text) <= MOST_USERS},
    ),
]
RunTime = Annotated[
    str,
    Meta(
        pattern=r"^([0-9]{1,5}|(?=[0-9])([0-9]{1,3}h)?([0-9]{1,4}m)?([0-9]{1,5}s)?)$(?!\n)",
        description="a time greater than 0, such as 120s, 5m or 1h30m",
        extra={HOLDS: lambda text: re.search("[1-9]", text) is not None},
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The variables of the first test."""

    LAB_USERS: Users
    LAB_RUN_TIME: RunTime
