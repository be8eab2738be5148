#!/bin/sh
# Brings Temporal's two databases to the schema of this release. Safe to run again: what is there is left alone.
set -eu
for pair in temporal:temporal temporal_visibility:visibility; do
  database=${pair%%:*} schema=${pair##*:}
  sql() { temporal-sql-tool --plugin postgres12 --ep postgres -p 5432 -u temporal --db "$database" "$@"; }
  sql setup-schema -v 0.0 || echo "$database has a schema already"
  sql update-schema -d "/etc/temporal/schema/postgresql/v12/$schema/versioned"
done
