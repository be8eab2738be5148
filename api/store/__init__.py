"""The database: append-only events, the read model folded from them, people and their rights, the command inbox."""
