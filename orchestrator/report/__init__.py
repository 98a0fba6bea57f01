"""Makes a report from a record. Pure: no Docker, no clock, the same bytes each time."""
