#!/usr/bin/env bash
# Restores a dump of an auditserver into a Parse Server, dumps that, restores it into
# another auditserver, and fails unless all three dumps hold the same:
#
#   conformance/run.sh [-server 9|mongodb] conformance/dump.sh
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/.."
: "${ISOAUDIT_STACK:?start this through conformance/run.sh}"
folder=$ISOAUDIT_STACK/dump
mkdir "$folder"

# The server of the stack has Cloud Code and rows of other checks: this one has neither.
uri=$("$here/stack.sh" uri)
if [[ $uri == postgres* ]]; then
  "$here/stack.sh" sql -d postgres -c 'CREATE DATABASE dump'
  PGOPTIONS='' "$here/stack.sh" sql -d dump -c 'CREATE EXTENSION postgis'
fi
key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
(cd "$folder" && PORT=0 URL_FILE=$folder/url PARSE_SERVER_FOLDER=$here/parse DATABASE_URI=${uri%/*}/dump CLOUD_MAIN=/nowhere \
  PARSE_OPTIONS="{\"allowCustomObjectId\":true,\"maintenanceKey\":\"$key\",\"maintenanceKeyIps\":[\"127.0.0.1\",\"::1\"],\"cloud\":null}" \
  exec node "$here/parse/start.js" >"$folder/server.log" 2>&1 </dev/null) &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true' EXIT
deadline=$((SECONDS + 60))
until [[ -s $folder/url ]] && curl -fsS "$(<"$folder/url")/health" >/dev/null 2>&1; do
  kill -0 $server 2>/dev/null && ((SECONDS < deadline)) || { tail -n 30 "$folder/server.log" >&2; exit 1; }
  sleep 0.1
done
ISOAUDIT_RESTORE_URL=$(<"$folder/url") ISOAUDIT_RESTORE_MAINTENANCE_KEY=$key \
  go run ./conformance/travel || { tail -n 30 "$folder/server.log" >&2; exit 1; }
