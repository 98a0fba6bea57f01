"""The lab's Locust file: `locust -f locustfile.py`, as a master, a worker or both in one."""

import functools
import os
from typing import Any

import locust
import zmq.green.core
from locust import argument_parser, runners

from labload.install import before_stop, install, report_to_master, start_test, stop_test
from labload.workers.options import add_options
from labload.workers.user import LabFastHttpUser, LabHttpUser, LabUser

__all__ = ["LabFastHttpUser", "LabHttpUser", "LabUser"]

# Twice a second: what the master says of each second is never much older than that.
runners.WORKER_REPORT_INTERVAL = 0.5
# How long Locust waits after a change, at most, until the workers say that all users are there.
os.environ.setdefault("LOCUST_WAIT_FOR_WORKERS_REPORT_AFTER_RAMP_UP", "10")
# A worker asks for this (constant) once for each option whenever users are added, building a
# parser each time: together 60 to 100 ms in which nothing is sent or received.
argument_parser.default_args_dict = functools.cache(argument_parser.default_args_dict)

# With thousands of busy sockets in the same loop, gevent can miss that a message has arrived;
# pyzmq knows of it and looks by itself, but only every 11.6 s.
zmq.green.core._Socket._gevent_bug_timeout = 0.05

events: Any = locust.events  # which has no types
events.init_command_line_parser.add_listener(add_options)
events.init.add_listener(install)
events.test_start.add_listener(start_test)
events.test_stopping.add_listener(before_stop)
events.test_stop.add_listener(stop_test)
events.report_to_master.add_listener(report_to_master)
