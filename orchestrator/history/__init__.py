"""Each service's numbers over time, and the changes in them. Pure."""
