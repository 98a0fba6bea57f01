"""Everything outside the lab's own logic, each foreign thing in one file."""
