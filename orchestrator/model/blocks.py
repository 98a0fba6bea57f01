"""Names of the blocks of `docker-compose.yml` that are no frameworks."""

LOCUST_MASTER = "locust"
LOCUST_WORKER = "locust-worker"
# Of the cross-check alone; `docker compose up` leaves out what has a profile.
WRK, WRK_COUNTER = "wrk", "wrk-counter"
