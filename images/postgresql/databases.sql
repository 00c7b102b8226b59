-- The two databases, each its owner's alone; run at every start, so that a new password in the Secret counts.
\set ON_ERROR_STOP on
\set hub_password `cat "$SECRET_FOLDER/hub.db.password"`
\set archive_password `cat "$SECRET_FOLDER/archive.database.password"`
SELECT format('CREATE ROLE %I LOGIN', name) FROM (VALUES ('hub'), ('archive')) AS wanted (name)
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT format('CREATE DATABASE %I OWNER %I', name, name) FROM (VALUES ('hub'), ('archive')) AS wanted (name)
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec
ALTER ROLE hub PASSWORD :'hub_password';
ALTER ROLE archive PASSWORD :'archive_password';
REVOKE ALL ON DATABASE hub FROM PUBLIC;
REVOKE ALL ON DATABASE archive FROM PUBLIC;
