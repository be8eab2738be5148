#!/bin/sh
# Runs once, on an empty volume: one role and its databases for Temporal, one for Holdfast; neither sees the other's.
set -eu
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set=temporal="$TEMPORAL_DB_PASSWORD" --set=holdfast="$HOLDFAST_DB_PASSWORD" <<'SQL'
CREATE ROLE temporal LOGIN PASSWORD :'temporal';
CREATE ROLE holdfast LOGIN PASSWORD :'holdfast';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
CREATE DATABASE holdfast OWNER holdfast;
REVOKE CONNECT ON DATABASE temporal, temporal_visibility, holdfast FROM PUBLIC;
SQL
