#!/bin/sh
# Run once by the PostgreSQL image on an empty volume: the database `lapor` with its owner and the program's account, by
# the passwords in the secrets. The owner needs no right to create roles or extensions.
set -eu
password() { sed -E 's#^postgresql://[^:]+:([^@]+)@.*#\1#' "/run/secrets/$1"; }

# By standard input, so that no password stands in the list of processes.
psql -Xq -v ON_ERROR_STOP=1 -U "${POSTGRES_USER:-postgres}" -d postgres <<EOF
CREATE ROLE lapor_owner LOGIN PASSWORD '$(password database_owner_url)';
CREATE ROLE lapor LOGIN PASSWORD '$(password database_url)';
CREATE ROLE lapor_program NOLOGIN;
CREATE ROLE lapor_walled NOLOGIN;
GRANT lapor_program, lapor_walled TO lapor_owner WITH ADMIN OPTION;
CREATE DATABASE lapor OWNER lapor_owner TEMPLATE template0 ENCODING 'UTF8'
    LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C';
REVOKE ALL ON DATABASE lapor FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE lapor TO lapor;
\connect lapor
CREATE EXTENSION pg_trgm;
EOF
