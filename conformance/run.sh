#!/usr/bin/env bash
# Runs a command against a real Parse Server that exists only as long as the command:
#
#   conformance/run.sh [-server 9|8|7|6|5|mongodb] [-nodes N] [-contract iso9001|prompt] COMMAND...
#
# The servers are the newest Parse Server of each version on PostgreSQL, and the newest of all on its
# MongoDB adapter with FerretDB below; -contract says whose Cloud Code it runs. The command finds the
# server in ISOAUDIT_PARSE_URL, _SERVER, _CONTRACT, _GRAPHQL_URL, _APP_ID, _REST_KEY, _JS_KEY and
# _MASTER_KEY; with several nodes ISOAUDIT_PARSE_NODES lists their URLs. Ports are free ones, so any
# number of these may run side by side. Its exit status is the command's. PARSE_MAX_LIMIT=50 in the
# environment gives the servers the option maxLimit.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
server=9 nodes=1 contract=iso9001
usage() { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2; }
while [[ ${1-} == -* ]]; do
  case $1 in
    -server) server=${2-} ;;
    -nodes) nodes=${2-} ;;
    -contract) contract=${2-} ;;
    *) usage ;;
  esac
  shift 2 || usage
done
(($# > 0)) || usage
[[ $server =~ ^(9|8|7|6|5|mongodb)$ && $contract =~ ^(iso9001|prompt)$ ]] || usage
# Older versions lack the cache that nodes share; the stand-in for MongoDB serves one connection.
((nodes == 1)) || [[ $server == 9 ]] || { echo "conformance: several nodes are run with -server 9 only" >&2; exit 2; }

"$here/install.sh" "$server" "$( ((nodes == 1)) || echo redis)"

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

"$here/stack.sh" up "$server" "$nodes" "$contract"
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
