#!/usr/bin/env bash
# Installs what one server of run.sh needs: the locked Node packages, and from Debian
# PostgreSQL with PostGIS (and Redis, asked for with "redis"). What is there stays as it is.
#
#   install.sh 9|8|7|6|5|mongodb [redis]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
server=$1

node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null ||
  { echo "conformance: Node.js 20.19 or newer is needed; install it first" >&2; exit 1; }

packages=()
[[ $server == mongodb ]] || compgen -G '/usr/share/postgresql/*/extension/postgis.control' >/dev/null || packages+=(postgresql postgresql-postgis)
[[ ${2-} != redis ]] || command -v redis-server >/dev/null || packages+=(redis-server)
if ((${#packages[@]})); then
  command -v apt-get >/dev/null || { echo "conformance: install ${packages[*]} and run again" >&2; exit 1; }
  sudo=; ((EUID == 0)) || sudo=sudo
  # Debian's package brings a cluster of its own, on port 5432; this stack leaves it alone.
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
fi

# node_packages FOLDER: what its lock file says.
node_packages() {
  local wanted stamp=$1/node_modules/.installed-lock
  wanted=$(sha256sum <"$1/package-lock.json")
  [[ ! -f $stamp || $(<"$stamp") != "$wanted" ]] || return 0
  # No install scripts: nothing here needs one, so no package gets to run code.
  (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  echo "$wanted" >"$stamp"
}

# Several runs may share this folder: one installs, the others wait for it.
exec 9>"$here/parse/.install.lock"
flock 9
node_packages "$here/parse" # Parse Server 9, and the JavaScript SDK for the checks of every server
[[ ! -d $here/parse/versions/$server ]] || node_packages "$here/parse/versions/$server"
