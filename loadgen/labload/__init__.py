"""The lab's load: each Locust user is one HTTP connection. The engine never retries."""
