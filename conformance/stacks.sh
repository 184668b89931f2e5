#!/usr/bin/env bash
# The cards of docs/stacks.md, as conformance/parse/stacks.js runs them, on a server with the
# schema of the six classes.
#
#   go run ./conformance/embedded conformance/stacks.sh
#   conformance/run.sh conformance/stacks.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
: "${ISOAUDIT_PARSE_URL:?start this as above}"
command -v curl >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends curl; }
test -d conformance/parse/node_modules || npm ci --prefix conformance/parse --ignore-scripts --no-audit --no-fund --loglevel=error
export ISOAUDIT_APP_ID=$ISOAUDIT_PARSE_APP_ID ISOAUDIT_REST_KEY=$ISOAUDIT_PARSE_REST_KEY ISOAUDIT_MASTER_KEY=$ISOAUDIT_PARSE_MASTER_KEY
go run ./cmd/isoaudit schema apply -url "$ISOAUDIT_PARSE_URL" >/dev/null
node conformance/parse/stacks.js
