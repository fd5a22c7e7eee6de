#!/usr/bin/env bash
# Sets up a fresh Debian or Ubuntu machine for `make demo` (runtime) or `make test` (dev): system packages, .venv, locks.
# Every step that is already done is skipped, so it costs a fraction of a second the second time.
set -euo pipefail
cd "$(dirname "$0")/.."
kind="${1:-runtime}"
lock=requirements.lock
packages=(python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)
if [ "$kind" = dev ]; then
  lock=requirements-dev.lock
  # libatomic1: the browser tests' driver brings a node of its own, which needs it.
  # strace: make faults lets system calls fail.
  packages+=(chromium poppler-utils libatomic1 strace)
fi

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }

python="${PYTHON:-python3}"
command -v "$python" >/dev/null || { say "Python 3.11 or later is needed: sudo apt-get install python3"; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
  || { say "Python 3.11 or later is needed; this is $("$python" -V). Name another with PYTHON=python3.12 make …"; exit 1; }

missing=()
for package in "${packages[@]}"; do
  # Debian's own venv package is needed only for Debian's own Python.
  if [ "$package" = python3-venv ] && "$python" -c 'import ensurepip, venv' 2>/dev/null; then continue; fi
  # Newer releases renamed some libraries for 64-bit time (t64).
  # Of the two names one is always unknown, which dpkg-query calls an error.
  known=$(dpkg-query -W -f='${Status}\n' "$package" "${package}t64" 2>/dev/null || true)
  grep -q '^install ok installed' <<<"$known" || missing+=("$package")
done
if [ "${#missing[@]}" -gt 0 ]; then
  as_root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null && sudo -n true 2>/dev/null && as_root=(sudo) \
      || { say "Please run once, then try again:  sudo apt-get install -y ${missing[*]}"; exit 1; }
  fi
  say "Installing system packages: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

stamp=".venv/.$kind-$(sha256sum "$lock" | cut -c1-16)"
if [ ! -e "$stamp" ]; then
  say "Setting up .venv from $lock (once)"
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --use-pep517 --require-hashes -r "$lock"
  site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  pwd > "$site/_accredit_checkout.pth"
  printf '#!/bin/sh\nexec "%s/.venv/bin/python" -m accredit "$@"\n' "$PWD" > .venv/bin/accredit
  chmod +x .venv/bin/accredit
  rm -f .venv/."$kind"-*
  touch "$stamp"
  [ "$kind" = dev ] && touch ".venv/.runtime-$(sha256sum requirements.lock | cut -c1-16)"
fi

# Verifiers by others, for the conformance tests, which skip and say so where node is missing or older than 20.
peers=tests/conformance/node
if [ "$kind" = dev ] && node=$(node --version 2>/dev/null) && [ "${node%%.*}" != "$node" ]; then
  number="${node#v}"
  stamp="$peers/node_modules/.installed-$(sha256sum "$peers/package-lock.json" | cut -c1-16)"
  if [ "${number%%.*}" -ge 20 ] && command -v npm >/dev/null && [ ! -e "$stamp" ]; then
    say "Installing other verifiers from $peers/package-lock.json (once)"
    if (cd "$peers" && npm ci --silent --no-progress >&2); then
      touch "$stamp"
    else
      say "npm could not install them, so the tests against other verifiers will be skipped"
    fi
  fi
fi
exit 0
