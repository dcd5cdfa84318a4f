#!/bin/sh
# slhpeers.sh: puts two others who sign by SLH-DSA into bin/.slh, unless they are there: the npm packages
# @noble/post-quantum, and node of version 24 (some 120 MB), which has OpenSSL 3.5 in it. Then it runs the tests that
# ask them. From then on `make test` runs those too; before, they skip. It needs npm.
set -eu
cd "$(dirname "$0")/../.."
bin=${BIN:-$PWD/bin}
[ -e bin/.slh/node_modules/@noble/post-quantum ] ||
    npm install --no-fund --no-audit --prefix bin/.slh @noble/post-quantum node@24
BIN=$bin exec bats -f 'noble|OpenSSL' t/slh-dsa.bats
