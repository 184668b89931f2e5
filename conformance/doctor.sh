#!/usr/bin/env bash
# Gets a Parse Server wrong in every way that isoaudit doctor knows, and fails unless the
# doctor names each, and nothing else, and finds nothing wrong before and after:
#
#   conformance/run.sh [-server NAME] conformance/doctor.sh
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/.."
: "${ISOAUDIT_STACK:?start this through conformance/run.sh}"
url=$ISOAUDIT_PARSE_URL folder=$ISOAUDIT_STACK/doctor
mkdir "$folder"
go build -o "$folder/isoaudit" ./cmd/isoaudit
export ISOAUDIT_APP_ID=$ISOAUDIT_PARSE_APP_ID ISOAUDIT_REST_KEY=$ISOAUDIT_PARSE_REST_KEY ISOAUDIT_MASTER_KEY=$ISOAUDIT_PARSE_MASTER_KEY
seeded=0

# finds LEVEL CHECK [URL]: the doctor has this result, and each other result is ok or a warning.
finds() {
  local out status=0
  out=$("$folder/isoaudit" doctor -url "${3-$url}" 2>"$folder/err") || status=$?
  if ! grep -q "^$1 *$2: " <<<"$out" || grep "^wrong" <<<"$out" | grep -qv "^$1 *$2: " || [[ $1 == wrong && $status != 3 ]]; then
    printf 'doctor: want "%s %s" and nothing else wrong; status %s:\n%s\n' "$1" "$2" "$status" "$out" >&2
    cat "$folder/err" >&2
    exit 1
  fi
  seeded=$((seeded + 1))
  grep -A1 "^$1 *$2: " <<<"$out"
}

# request METHOD PATH BODY: a request of the administrator who gets something wrong.
request() {
  curl -fsS -X "$1" "$url/$2" -H "X-Parse-Application-Id: $ISOAUDIT_APP_ID" -H "X-Parse-REST-API-Key: $ISOAUDIT_REST_KEY" \
    -H "X-Parse-Master-Key: $ISOAUDIT_MASTER_KEY" -H 'Content-Type: application/json' -d "${3-}"
}

# another OPTIONS [MAIN]: a Parse Server beside the first, with other options or Cloud Code; its URL is in $other.
servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true; wait || true' EXIT
another() {
  local n=${#servers[@]} packages=$here/parse/versions/$ISOAUDIT_PARSE_SERVER deadline=$((SECONDS + 60))
  [[ -d $packages ]] || packages=$here/parse
  (cd "$folder" && PORT=0 URL_FILE=$folder/$n.url PARSE_SERVER_FOLDER=$packages DATABASE_URI=$("$here/stack.sh" uri) \
    PARSE_OPTIONS=$1 CLOUD_MAIN=${2-$here/../cloud/main.js} exec node "$here/parse/start.js" >"$folder/$n.log" 2>&1 </dev/null) &
  servers+=($!)
  until [[ -s $folder/$n.url ]] && curl -fsS "$(<"$folder/$n.url")/health" >/dev/null 2>&1; do
    kill -0 "${servers[-1]}" 2>/dev/null && ((SECONDS < deadline)) || { tail -n 30 "$folder/$n.log" >&2; exit 1; }
    sleep 0.1
  done
  other=$(<"$folder/$n.url")
}

"$folder/isoaudit" schema apply -url "$url" >/dev/null
healthy() { "$folder/isoaudit" doctor -url "$url" >"$folder/out" || { echo "doctor: something is wrong on a right server" >&2; cat "$folder/out" >&2; exit 1; }; }
healthy
finds warning roles

finds wrong address "${url%/parse}"
finds wrong address http://127.0.0.1:1/parse
ISOAUDIT_APP_ID=Audits finds wrong 'application id'
ISOAUDIT_REST_KEY='' finds wrong 'REST key'
ISOAUDIT_MASTER_KEY=guess finds wrong 'master key'

request PUT schemas/AuditPlan '{"classLevelPermissions":{"find":{"*":true},"get":{"*":true},"create":{"*":true},"update":{"*":true},"delete":{"*":true}}}' >/dev/null
finds wrong permissions
"$folder/isoaudit" schema apply -url "$url" >/dev/null
request PUT schemas/AuditPlan '{"fields":{"scope":{"__op":"Delete"}}}' >/dev/null
finds wrong classes
"$folder/isoaudit" schema apply -url "$url" >/dev/null
request PUT schemas/AuditFinding '{"indexes":{"AuditFinding_ref":{"__op":"Delete"}}}' >/dev/null
finds wrong indexes
"$folder/isoaudit" schema apply -url "$url" >/dev/null
id=$(request GET roles | node -e 'console.log(JSON.parse(require("fs").readFileSync(0)).results[0].objectId)')
request DELETE "roles/$id" >/dev/null
finds wrong 'role definitions'
"$folder/isoaudit" schema apply -url "$url" >/dev/null

another '{"masterKeyIps":["192.0.2.1"]}'
finds wrong 'master key' "$other"
another '{}' "$folder/none.js"
finds wrong 'Cloud Code' "$other"
cp -r cloud "$folder/cloud"
sed -i 's/^const VERSION = .*/const VERSION = 1;/' "$folder/cloud/main.js"
another '{}' "$folder/cloud/main.js"
finds wrong 'Cloud Code' "$other"
another '{"liveQuery":{"classNames":["AuditPlan"]}}'
finds wrong 'live query classes' "$other"
another '{"allowClientClassCreation":true}'
finds wrong 'class creation' "$other"
another '{"idempotencyOptions":{"paths":["functions/.*"]},"maxLimit":50,"masterKeyIps":["0.0.0.0/0","::/0"]}'
finds warning idempotency "$other"
finds warning maxLimit "$other"
finds warning masterKeyIps "$other"
healthy
echo "doctor: $seeded faults of a server were named on $ISOAUDIT_PARSE_SERVER"
