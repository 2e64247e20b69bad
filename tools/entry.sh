#!/usr/bin/env bash
# What every tool needs before its TypeScript can run: a Node that is new enough, and the packages of package-lock.json.
# Called by the tools beside it as: entry.sh TOOL ARGUMENTS...
set -euo pipefail
tools=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
checkout=$(dirname "$tools")
tool=$1
shift

fail() {
  echo "failed: $1" >&2
  echo "try: $2" >&2
  exit 1
}

command -v node >/dev/null || fail 'there is no Node.js' 'install Node.js 20.19 or later, with npm'
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
  fail "Node.js $(node --version) is too old" 'install Node.js 20.19 or later'
command -v npm >/dev/null || fail 'there is no npm beside Node.js' 'install npm'

# The lock file's own text decides: a checkout touches dates.
wanted=$(sha256sum <"$checkout/package-lock.json" | cut -c1-64)
stamp=$checkout/node_modules/.from-lock
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
  mkdir -p "$checkout/.planes"
  exec 9>"$checkout/.planes/.npm.lock"
  flock 9
  if [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
    began=$SECONDS
    echo 'npm ci ...'
    (cd "$checkout" && npm ci --no-audit --no-fund 9>&-) >"$checkout/.planes/npm.log" 2>&1 || {
      tail -n 30 "$checkout/.planes/npm.log" >&2
      fail 'npm ci did not succeed (its last lines are above)' 'see that npm reaches its registry, then run this again'
    }
    echo "$wanted" >"$stamp"
    echo "npm ci: ok, $((SECONDS - began)) s"
  fi
  exec 9>&-
fi

exec node --import "file://$checkout/node_modules/tsx/dist/loader.mjs" "$tools/cli/$tool.ts" "$@"
