"""Statistics: histograms, intervals, ranks. Pure, and independent of the record."""
