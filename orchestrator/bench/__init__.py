"""The bench: one trial after the other, each saved as it ends. Knows ports, never adapters."""
