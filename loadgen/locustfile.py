"""The lab's Locust file, for a master, a worker, or one process as both."""

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

# Twice a second, so that what the master reports each second is at most half a second old.
runners.WORKER_REPORT_INTERVAL = 0.5
# Most seconds that Locust waits, after it changed the number of users, for the workers to confirm.
os.environ.setdefault("LOCUST_WAIT_FOR_WORKERS_REPORT_AFTER_RAMP_UP", "10")
# Whenever users are added, a worker calls this once for each option and builds a parser each time:
# 60 to 100 ms in total, in which it sends and receives nothing. The result is constant.
argument_parser.default_args_dict = functools.cache(argument_parser.default_args_dict)

# With thousands of busy sockets in one loop, gevent can miss an incoming message. pyzmq knows this
# bug and polls as a remedy, but only every 11.6 s.
zmq.green.core._Socket._gevent_bug_timeout = 0.05

events: Any = locust.events  # has no types
events.init_command_line_parser.add_listener(add_options)
events.init.add_listener(install)
events.test_start.add_listener(start_test)
events.test_stopping.add_listener(before_stop)
events.test_stop.add_listener(stop_test)
events.report_to_master.add_listener(report_to_master)
