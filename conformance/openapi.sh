#!/usr/bin/env bash
# The OpenAPI document of a server, written by isoaudit gen: valid, and enough for a client
# in another language to go through the workflow.
#
#   go run ./conformance/embedded conformance/openapi.sh
#   conformance/run.sh conformance/openapi.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
: "${ISOAUDIT_PARSE_URL:?start this as above}"
test -d conformance/openapi/node_modules || npm ci --prefix conformance/openapi --ignore-scripts --no-audit --no-fund --loglevel=error
program=$(mktemp)
trap 'rm -f "$program"' EXIT
go build -o "$program" ./cmd/isoaudit
export ISOAUDIT_APP_ID=$ISOAUDIT_PARSE_APP_ID ISOAUDIT_REST_KEY=$ISOAUDIT_PARSE_REST_KEY ISOAUDIT_MASTER_KEY=$ISOAUDIT_PARSE_MASTER_KEY
"$program" schema apply -url "$ISOAUDIT_PARSE_URL" >/dev/null
"$program" gen openapi -url "$ISOAUDIT_PARSE_URL" -class AuditPlan -class AuditFinding -class CorrectiveAction | node conformance/openapi/check.js
