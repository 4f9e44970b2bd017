"""The table contracts: one module a table, each with types, key, grain and the why of its columns."""
