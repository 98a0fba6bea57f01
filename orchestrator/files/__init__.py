"""Names, reading and writing of the files in the checkout and in results/."""
