"""The lab's Locust file: `locust -f locustfile.py`, as a master, a worker or both in one."""

import functools
import os
from typing import Any

import locust
from locust import argument_parser, runners

from labload.install import install, report_to_master
from labload.options import add_options
from labload.user import LabUser

__all__ = ["LabUser"]

# Twice a second: what the master says of each second is never much older than that.
runners.WORKER_REPORT_INTERVAL = 0.5
# Locust waits after each change for the workers to say that all users are there. They do so at
# once; should one be slow, a step must not be held up for it.
os.environ.setdefault("LOCUST_WAIT_FOR_WORKERS_REPORT_AFTER_RAMP_UP", "0.2")
# A worker asks for this (constant) once for each option whenever users are added, building a
# parser each time: together 60 to 100 ms in which nothing is sent or received.
argument_parser.default_args_dict = functools.cache(argument_parser.default_args_dict)

events: Any = locust.events  # which has no types
events.init_command_line_parser.add_listener(add_options)
# As early as this, so that it runs before Locust puts its own statistics into the report: both
# then say the same.
events.report_to_master.add_listener(report_to_master)
events.init.add_listener(install)
