"""A record in the formats that other tools read. Pure."""
