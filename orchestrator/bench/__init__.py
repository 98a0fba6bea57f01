"""The bench runs one trial after the other and saves each. It uses ports, never adapters."""
