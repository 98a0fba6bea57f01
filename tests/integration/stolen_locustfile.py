"""The lab's Locust file, with a hypervisor's counters from a file that the test writes."""

import os
from pathlib import Path

from labload.trial import stolen
from locustfile import LabFastHttpUser, LabHttpUser, LabUser

__all__ = ["LabFastHttpUser", "LabHttpUser", "LabUser"]

stolen.PROC_STAT = Path(os.environ["LAB_TEST_PROC_STAT"])
