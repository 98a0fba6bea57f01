"""Files of the checkout and of results/: what they are called, how they are read and written."""
