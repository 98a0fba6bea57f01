"""The lab's values: frozen dataclasses, units in their names, no logic except small properties."""
