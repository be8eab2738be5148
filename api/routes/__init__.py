"""One file per resource; each route is a Door that names its operation."""
