#!/bin/sh
# duckdb.sh: puts DuckDB (the npm package @duckdb/node-api, some 70 MB) into bin/.duckdb, unless it is there, and
# runs the test that reads a table of ledger-export with it. From then on `make test` runs that test too; before,
# it skips. It needs node and npm.
set -eu
cd "$(dirname "$0")/../.."
bin=${BIN:-$PWD/bin}
[ -e bin/.duckdb/node_modules/@duckdb/node-api ] ||
    npm install --no-fund --no-audit --prefix bin/.duckdb @duckdb/node-api
BIN=$bin exec bats -f DuckDB t/ledger-export.bats
