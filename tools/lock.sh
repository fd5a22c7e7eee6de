#!/usr/bin/env bash
# Lock files record names, versions and hashes, and no address of any registry.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet uv
options=(--universal --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet)
"$venv/bin/uv" pip compile pyproject.toml "${options[@]}" -o requirements.lock
"$venv/bin/uv" pip compile pyproject.toml --extra dev "${options[@]}" -o requirements-dev.lock
