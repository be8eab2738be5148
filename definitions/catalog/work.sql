-- What is done on a work order, and for a supplier, beside the sample records: filled by the templates `installation` and
-- `supplier-onboarding`, empty at first.
CREATE TABLE IF NOT EXISTS hours (
  id TEXT PRIMARY KEY, work_order_id TEXT NOT NULL REFERENCES work_orders(id), kind TEXT NOT NULL, person TEXT,
  day TEXT, minutes NUMERIC NOT NULL, note TEXT);
CREATE TABLE IF NOT EXISTS materials (
  id TEXT PRIMARY KEY, work_order_id TEXT NOT NULL REFERENCES work_orders(id), item TEXT NOT NULL, article TEXT,
  count NUMERIC NOT NULL, unit TEXT);
CREATE TABLE IF NOT EXISTS pictures (
  id TEXT PRIMARY KEY, work_order_id TEXT NOT NULL REFERENCES work_orders(id), kind TEXT NOT NULL, file TEXT NOT NULL,
  name TEXT, type TEXT, sha256 TEXT, caption TEXT);
CREATE TABLE IF NOT EXISTS accounts (
  id TEXT PRIMARY KEY, supplier_id TEXT NOT NULL REFERENCES suppliers(id), status TEXT NOT NULL, idempotency_key TEXT UNIQUE);
