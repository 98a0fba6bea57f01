"""Names of the services in `docker-compose.yml` that are not frameworks."""

from orchestrator.model.together import REFERENCE

COMPOSE_FILE = "docker-compose.yml"
LOCUST_MASTER = "locust"
LOCUST_WORKER = "locust-worker"
# Only for the cross-check. They have a Compose profile, so `docker compose up` leaves them out.
WRK, WRK_COUNTER, CROSSCHECK = "wrk", "wrk-counter", "crosscheck"
# Only for the interactive use: what checks the values before anything is measured.
GUARD, VALUES = "one-framework-at-a-time", "values-locust-can-use"
# Only for the cost table: the server that every service is compared with.
COST_PROFILE = "cost"
TOOLS = (LOCUST_WORKER, REFERENCE)
"""Those whose images `make images` builds, and an archive of images has, beside the services'."""
# Services that are not in the set 2019. `docker compose up flask-waitress` starts one; a
# command without names leaves them out.
BEYOND_2019 = "beyond-2019"
# What workloads need beside a service. A command without names leaves it out.
DATABASE = "database"
NEEDED = (LOCUST_MASTER, LOCUST_WORKER, WRK, WRK_COUNTER, REFERENCE)
PROFILES = (CROSSCHECK, COST_PROFILE, BEYOND_2019, DATABASE)
"""Compose profiles of blocks that `docker compose up` leaves out."""
