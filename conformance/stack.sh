#!/usr/bin/env bash
# The real servers the conformance suite runs against, in one folder ($ISOAUDIT_STACK):
# PostgreSQL with PostGIS (or FerretDB in the place of MongoDB), one or more Parse Server
# processes, Redis where there are several.
#
#   stack.sh up SERVER NODES [CONTRACT]   makes the folder, starts everything, writes $ISOAUDIT_STACK/env
#   stack.sh down                stops everything and removes the folder
#   stack.sh database start|stop   stopped at once, as in a crash
#   stack.sh node N start|kill   kill is SIGKILL: what a crash looks like
#   stack.sh uri                 the address of the database, with its password
#   stack.sh sql ARGUMENTS...    psql as the owner of everything
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${ISOAUDIT_STACK:?the folder of the stack; conformance/run.sh sets it}"
dir=$ISOAUDIT_STACK

shopt -s nullglob
candidates=(/usr/lib/postgresql/*/bin)
bin=${candidates[-1]-}
[[ -n $bin ]] || bin=$(dirname "$(command -v pg_ctl || echo /missing/pg_ctl)")

# PostgreSQL refuses to run as root; Debian's package brings a user for it.
as_postgres() {
  if ((EUID == 0)); then runuser -u postgres -- "$@"; else "$@"; fi
}

# A free port below those that systems give to connections and to whoever asks for any:
# what is stopped and started again finds it free.
free_port() {
  node -e 'const { createServer } = require("net");
    const next = () => {
      const server = createServer(), port = 10000 + Math.floor(20000 * Math.random());
      server.on("error", next).listen(port, "127.0.0.1", () => { console.log(port); server.close(); });
    };
    next()'
}

# wait_for SECONDS WHAT COMMAND...: polls until the command succeeds.
wait_for() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || { echo "conformance: $what did not come up" >&2; return 1; }
    sleep 0.1
  done
}

postgres_start() {
  # The pool of two nodes, the tests' own connections and some room. What is written lives
  # as long as the run: the system has it, and a stop as in a crash loses nothing.
  as_postgres "$bin/pg_ctl" -D "$dir/pg" -l "$dir/pg/server.log" -w -t 30 \
    -o "-p $(<"$dir/pg.port") -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=60 -c fsync=off" start >/dev/null
}

postgres_stop() { as_postgres "$bin/pg_ctl" -D "$dir/pg" -m immediate -w stop >/dev/null; }

postgres_create() {
  mkdir "$dir/pg"
  ((EUID != 0)) || chown postgres "$dir/pg"
  random_key >"$dir/pg.password"
  chmod 644 "$dir/pg.password" # readable to initdb's user; the folder itself is closed afterwards
  as_postgres "$bin/initdb" -D "$dir/pg" -U parse --auth=scram-sha-256 --pwfile="$dir/pg.password" --encoding=UTF8 --locale=C.UTF-8 >/dev/null
  chmod 600 "$dir/pg.password"
  local try
  for try in 1 2 3; do # somebody may take the free port before PostgreSQL does
    free_port >"$dir/pg.port"
    postgres_start && break
    ((try < 3)) || { cat "$dir/pg/server.log" >&2; return 1; }
  done
  sql -d postgres -c 'CREATE DATABASE parse'
  sql -d parse -c 'CREATE EXTENSION postgis'
}

sql() { PGPASSWORD=$(<"$dir/pg.password") "$bin/psql" -qX -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$(<"$dir/pg.port")" -U parse "$@"; }

# FerretDB, built from its Go module: MongoDB's protocol over files of SQLite.
mongodb_create() {
  go build -C "$here/mongodb" -o "$dir/mongodb" .
  mkdir "$dir/data"
  local try
  for try in 1 2 3; do # somebody may take the free port before it does
    free_port >"$dir/mongodb.port"
    mongodb_start && break
    ((try < 3)) || { cat "$dir/mongodb.log" >&2; return 1; }
  done
}

# It says itself that it listens: whoever had its port meanwhile would answer as well.
mongodb_start() {
  rm -f "$dir/mongodb.ready"
  "$dir/mongodb" "$(<"$dir/mongodb.port")" "$dir/data" "$dir/mongodb.ready" >>"$dir/mongodb.log" 2>&1 </dev/null &
  echo $! >"$dir/mongodb.pid"
  wait_for 30 FerretDB test -e "$dir/mongodb.ready" || { tail -n 5 "$dir/mongodb.log" >&2; return 1; }
}

mongodb_stop() { stop_process KILL "$dir/mongodb.pid"; }

redis_start() {
  free_port >"$dir/redis.port"
  redis-server --bind 127.0.0.1 --port "$(<"$dir/redis.port")" --save '' --appendonly no --dir "$dir" >"$dir/redis.log" 2>&1 &
  echo $! >"$dir/redis.pid"
  wait_for 10 Redis redis-cli -p "$(<"$dir/redis.port")" ping
}

node_start() {
  local n=$1
  [[ -f $dir/node$n.port ]] || free_port >"$dir/node$n.port" # a node that comes back has the port it had
  rm -f "$dir/node$n.url"
  set -a; . "$dir/env"; set +a
  local folder=$here/parse/versions/$ISOAUDIT_PARSE_SERVER
  [[ -d $folder ]] || folder=$here/parse
  mkdir -p "$dir/work"
  (cd "$dir/work" && # the file adapter keeps files below the working folder; nodes share it
    PORT=$(<"$dir/node$n.port") URL_FILE=$dir/node$n.url CLOUD_MAIN=$dir/cloud/main.js \
    PARSE_SERVER_FOLDER=$folder DATABASE_URI=$(database_uri) \
    REDIS_URL=$([[ ! -f $dir/redis.port ]] || echo "redis://127.0.0.1:$(<"$dir/redis.port")") \
    exec node "$here/parse/start.js" >>"$dir/node$n.log" 2>&1 </dev/null) &
  echo $! >"$dir/node$n.pid"
  wait_for 60 "Parse Server $n" node_healthy "$n" || { tail -n 30 "$dir/node$n.log" >&2; return 1; }
}

database() { if [[ $(. "$dir/env"; echo "$ISOAUDIT_PARSE_SERVER") == mongodb ]]; then echo mongodb; else echo postgres; fi; }

database_uri() {
  if [[ $(database) == mongodb ]]; then
    echo "mongodb://127.0.0.1:$(<"$dir/mongodb.port")/parse"
  else
    echo "postgres://parse:$(<"$dir/pg.password")@127.0.0.1:$(<"$dir/pg.port")/parse"
  fi
}

node_healthy() {
  kill -0 "$(<"$dir/node$1.pid")" && [[ -s $dir/node$1.url ]] && curl -fsS "$(<"$dir/node$1.url")/health"
}

node_kill() { stop_process KILL "$dir/node$1.pid"; }

# stop_process SIGNAL PIDFILE: a process of this stack, by its id, until it is gone.
stop_process() {
  [[ -f $2 ]] || return 0
  local pid
  pid=$(<"$2")
  rm "$2"
  kill -s "$1" "$pid" 2>/dev/null || return 0
  local i
  for ((i = 0; i < 100; i++)); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.05
  done
  kill -s KILL "$pid" 2>/dev/null || true
}

random_key() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

up() {
  local server=$1 nodes=$2 contract=$3 n
  umask 077
  mkdir -p "$dir"
  chmod 711 "$dir" # PostgreSQL's user must reach its own folder below
  {
    echo "ISOAUDIT_PARSE_SERVER=$server"
    echo "ISOAUDIT_PARSE_CONTRACT=$contract"
    echo "ISOAUDIT_PARSE_APP_ID=conformance"
    echo "ISOAUDIT_PARSE_REST_KEY=$(random_key)"
    echo "ISOAUDIT_PARSE_JS_KEY=$(random_key)"
    echo "ISOAUDIT_PARSE_MASTER_KEY=$(random_key)"
  } >"$dir/env"
  # The Cloud Code of this repository as it is, or the folder that users of the other contract deploy.
  if [[ $contract == iso9001 ]]; then
    ln -s "$here/../cloud" "$dir/cloud"
  else
    (cd "$here/.." && go run ./cmd/isoaudit cloud -contract "$contract" "$dir/cloud") >/dev/null
  fi
  "$(database)_create"
  ((nodes == 1)) || redis_start
  for ((n = 1; n <= nodes; n++)); do node_start "$n"; done # the first one makes the system tables
  local urls=()
  for ((n = 1; n <= nodes; n++)); do urls+=("$(<"$dir/node$n.url")"); done
  {
    echo "ISOAUDIT_PARSE_URL=${urls[0]}"
    echo "ISOAUDIT_PARSE_GRAPHQL_URL=${urls[0]%/parse}/graphql"
    echo "ISOAUDIT_PARSE_NODES=$(IFS=,; echo "${urls[*]}")"
  } >>"$dir/env"
}

down() {
  [[ -d $dir ]] || return 0
  local file
  for file in "$dir"/node*.pid "$dir/redis.pid" "$dir/mongodb.pid"; do stop_process TERM "$file"; done
  [[ ! -f $dir/pg/postmaster.pid ]] || postgres_stop || true
  rm -rf "$dir"
}

case ${1-} in
  up) up "${2:?which server}" "${3:-1}" "${4:-iso9001}" ;;
  down) down ;;
  database) "$(database)_${2:?start or stop}" ;;
  sql) sql "${@:2}" ;;
  uri) database_uri ;;
  node) "node_${3:?start or kill}" "${2:?number of the node}" ;;
  *) sed -n '2,13s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
