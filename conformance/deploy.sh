#!/usr/bin/env bash
# Follows docs/deploy.md from an empty app to the workflow, with its own SQL, server.mjs and
# commands, in a database of its own beside that of the suite:
#
#   conformance/run.sh [-server NAME] conformance/deploy.sh
#
# Fails unless everything succeeds, the first plan adds the classes and the next ones find no difference.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/.."
: "${ISOAUDIT_STACK:?start this through conformance/run.sh}"
name=$ISOAUDIT_PARSE_SERVER folder=$ISOAUDIT_STACK/deploy out=$ISOAUDIT_STACK/deploy.out

# block LANGUAGE TEXT: the one block of the document in the language that holds the text.
block() {
  awk -v fence="^ *\`\`\`$1\$" -v text="$2" '
    $0 ~ fence { inside = 1; block = ""; next }
    inside && /^ *```$/ { inside = 0; if (index(block, text)) { printf "%s", block; found++ }; next }
    inside { sub(/^   /, ""); block = block $0 "\n" }
    END { exit found != 1 }' docs/deploy.md ||
    { echo "deploy: docs/deploy.md has not one block of $1 with \"$2\"" >&2; return 1; }
}

# The folder of the server: its packages are installed, the rest is what the document says.
packages=$here/parse/versions/$name
[[ -d $packages ]] || packages=$here/parse
mkdir "$folder"
cp -r cloud "$folder/cloud"
ln -s "$packages/node_modules" "$folder/node_modules"
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
block js startApp | sed "s/1337/$port/" >"$folder/server.mjs"
case $name in
  5) sed -i 's/await ParseServer.startApp/ParseServer.start/' "$folder/server.mjs" ;;
  mongodb) # what FerretDB cannot do is left out
    sed -i -e "1i import { createRequire } from 'node:module';\nimport standIn from '$here/mongodb/shims.cjs';" \
      -e 's/^await ParseServer.startApp({/&\n  databaseOptions: standIn(createRequire(import.meta.url)),/' "$folder/server.mjs" ;;
esac

if [[ $name == mongodb ]]; then
  DATABASE_URI=mongodb://127.0.0.1:$(<"$ISOAUDIT_STACK/mongodb.port")/deploy
else
  block sql 'CREATE ROLE' | sed 's/\bparse\b/deploy/g' >"$folder/database.sql"
  "$here/stack.sh" sql -d postgres -f "$folder/database.sql"
  DATABASE_URI=postgres://deploy:change-me@127.0.0.1:$(<"$ISOAUDIT_STACK/pg.port")/deploy
fi

url=http://127.0.0.1:$port/parse
export DATABASE_URI APP_ID=audits REST_KEY=$ISOAUDIT_PARSE_REST_KEY MASTER_KEY=$ISOAUDIT_PARSE_MASTER_KEY
(cd "$folder" && exec node server.mjs >"$ISOAUDIT_STACK/deploy.log" 2>&1 </dev/null) &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" || true' EXIT
failed() { echo "deploy: $1 on $name" >&2; cat "$out" >&2 || true; tail -n 30 "$ISOAUDIT_STACK/deploy.log" >&2; exit 1; }
: >"$out"
deadline=$((SECONDS + 60))
until curl -fsS "$url/health" >/dev/null 2>&1; do
  kill -0 "$server" 2>/dev/null && ((SECONDS < deadline)) || failed "server.mjs did not come up"
  sleep 0.1
done

# step TEXT: runs the commands of the document that hold the text.
step() {
  block sh "$1" | sed "s/:1337/:$port/g" >"$folder/step.sh"
  bash -euo pipefail "$folder/step.sh" >"$out" 2>&1 || failed "\"$1\" failed"
}
count() { grep -c "$1" "$out" || true; }

step 'isoaudit schema apply'
for class in AuditPlan AuditFinding CorrectiveAction DocumentControlLog AuditReview; do
  [[ $(count "^+ add class $class\$") == 2 ]] || failed "plan and apply do not both add $class"
done
[[ $(count '^no difference$') == 1 ]] || failed "diff finds a difference"
grep '^[.!] ' "$out" | sort -u || true
export ISOAUDIT_APP_ID=$APP_ID ISOAUDIT_REST_KEY=$REST_KEY ISOAUDIT_MASTER_KEY=$MASTER_KEY
go run ./cmd/isoaudit schema plan -url "$url" >"$out" 2>&1 || failed "the second plan failed"
[[ $(head -n 1 "$out") == 'no difference' ]] || failed "the second plan is not empty"
step 'isoaudit doctor'
[[ $(count '^unknown ') == 0 ]] || failed "the doctor could not ask everything"
step examples/quickstart
[[ $(count '^closed  *IA-') == 1 && $(count '^WI-.* superseded$') == 1 ]] || failed "the quickstart did not come to its end"
echo "deploy: docs/deploy.md holds on $name: plan, apply, diff, second plan, doctor, quickstart"
