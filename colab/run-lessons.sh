#!/bin/sh
# Runs every lesson with the packages of the machine it is on, meant to be Colab's image, and compares what comes out with
# what is stored. Our tools go into an environment of their own, which sees that machine's packages and replaces none.
set -eu
cd "$(dirname "$0")/.."

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
# Without pip, which venv would take from ensurepip, a module that Colab's Python lacks; the machine's own pip does.
python3 -m venv --system-site-packages --without-pip "$tools"
"$tools/bin/python" -m pip install --quiet --no-deps --constraint requirements.lock \
    --editable . nbval coverage vl-convert-python
"$tools/bin/python" -m pytest lectures "$@"
