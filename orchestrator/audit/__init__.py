"""Numbers that cannot be right, in a record and in others' tables (``docs/audit.md``). Pure."""
