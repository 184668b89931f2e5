#!/usr/bin/env bash
# Known vulnerabilities in what we call, by govulncheck.
#
# The Go vulnerability database is read over the network, or from VULNDB (a
# mirror's URL, or file:///a/copy) where that is set. Ends with
#   0  checked, nothing found
#   3  vulnerabilities found: listed above
#   4  NOT CHECKED: the database could not be read. Never a pass: the caller says so.
#   1  anything else that went wrong
set -uo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT

go tool -modfile=tools/go.mod govulncheck ${VULNDB:+-db "$VULNDB"} "$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}

if [ "$status" = 1 ] && grep -q '^govulncheck: fetching vulnerabilities' "$log"; then
  echo "NOT CHECKED for vulnerabilities: the database could not be read from here."
  exit 4
fi
exit "$status"
