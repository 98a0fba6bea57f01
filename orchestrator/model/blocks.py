"""Names of the services in `docker-compose.yml` that are not frameworks."""

LOCUST_MASTER = "locust"
LOCUST_WORKER = "locust-worker"
# Only for the cross-check. They have a Compose profile, so `docker compose up` leaves them out.
WRK, WRK_COUNTER = "wrk", "wrk-counter"
