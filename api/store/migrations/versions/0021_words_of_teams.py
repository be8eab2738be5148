"""Words of runs say who may see the run, so that a search goes along those within sight and passes over the others.

The table is made anew: a column joins its key. A release before it goes on writing rows for everybody, which lead to
the run as well.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

OF_TEAMS = """INSERT INTO words (kind, word, teams_key, at, "of")
    SELECT w.kind, w.word, coalesce(runs.teams_key, ''), w.at, w."of" FROM old_words w
    LEFT JOIN runs ON w.kind = 'run' AND runs.id = w."of" """
OF_ALL = 'INSERT INTO words (kind, word, at, "of") SELECT DISTINCT kind, word, at, "of" FROM old_words'


def upgrade() -> None:
    _anew(("kind", "word", "teams_key", "at", "of"), OF_TEAMS)


def downgrade() -> None:
    _anew(("kind", "word", "at", "of"), OF_ALL)


def _anew(names: tuple[str, ...], rows: str) -> None:
    op.rename_table("words", "old_words")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE old_words RENAME CONSTRAINT words_pk TO old_words_pk")
    columns = [sa.Column(name, CODE, nullable=False, server_default=_default(name)) for name in names]
    op.create_table("words", *columns, sa.PrimaryKeyConstraint(*names, name=op.f("words_pk")))
    op.execute(rows)
    op.drop_table("old_words")


def _default(name: str) -> sa.TextClause | None:
    return sa.text("''") if name == "teams_key" else None
