"""The lab's values: frozen, keyword-only, units in their names. No logic but small properties."""
