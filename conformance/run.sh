#!/usr/bin/env bash
# Runs a command against a real Parse Server that exists only as long as the command:
#
#   conformance/run.sh [-nodes N] COMMAND...
#
# The command finds the server in ISOAUDIT_PARSE_URL, _GRAPHQL_URL, _APP_ID, _REST_KEY, _JS_KEY and
# _MASTER_KEY; with several nodes ISOAUDIT_PARSE_NODES lists their URLs. Ports are free ones, so any
# number of these may run side by side. Its exit status is the command's.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
nodes=1
if [[ ${1-} == -nodes ]]; then nodes=$2; shift 2; fi
(($# > 0)) || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }

"$here/install.sh" "$( ((nodes == 1)) || echo redis)"

parent=$(mktemp -d "${TMPDIR:-/tmp}/isoaudit-stack.XXXXXX")
chmod 711 "$parent"
export ISOAUDIT_STACK=$parent/stack

command=
finish() {
  trap '' INT TERM HUP
  [[ -z $command ]] || kill -TERM -- "-$command" 2>/dev/null || true
  [[ ! -d $ISOAUDIT_STACK || -z ${KEEP_LOGS-} ]] || cp "$ISOAUDIT_STACK"/*.log "$KEEP_LOGS"/
  "$here/stack.sh" down
  rm -rf "$parent"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

"$here/stack.sh" up "$nodes"
set -a; . "$ISOAUDIT_STACK/env"; set +a

# In the background, so that a signal to this script is handled at once, and in a process
# group of its own, so that what the command started ends with it.
set -m
"$@" <&0 &
command=$!
set +m
status=0
wait "$command" || status=$?
command=
exit "$status"
