#!/usr/bin/env bash
# Installs what the real Parse Server needs: PostgreSQL with PostGIS from Debian
# (and Redis, asked for with "redis"), and the locked Node packages. What is there stays as it is.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null ||
  { echo "conformance: Node.js 20.19 or newer is needed; install it first" >&2; exit 1; }

packages=()
compgen -G '/usr/share/postgresql/*/extension/postgis.control' >/dev/null || packages+=(postgresql postgresql-postgis)
[[ ${1-} != redis ]] || command -v redis-server >/dev/null || packages+=(redis-server)
if ((${#packages[@]})); then
  command -v apt-get >/dev/null || { echo "conformance: install ${packages[*]} and run again" >&2; exit 1; }
  sudo=; ((EUID == 0)) || sudo=sudo
  # Debian's package brings a cluster of its own, on port 5432; this stack leaves it alone.
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
fi

# Several runs may share this folder: one installs, the others wait for it.
exec 9>"$here/parse/.install.lock"
flock 9
wanted=$(sha256sum <"$here/parse/package-lock.json")
stamp=$here/parse/node_modules/.installed-lock
if [[ ! -f $stamp || $(<"$stamp") != "$wanted" ]]; then
  # No install scripts: nothing here needs one, so no package gets to run code.
  (cd "$here/parse" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  echo "$wanted" >"$stamp"
fi
