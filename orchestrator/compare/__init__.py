"""Two records, row by row: which rows are faster or slower, and by how much. Pure."""
