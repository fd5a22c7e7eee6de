#!/bin/sh
# Bring the catalogues up to date with the words in code and templates, then compile them.
# New words stay empty in the .po files until somebody writes them; pages show English meanwhile.
set -eu
cd "$(dirname "$0")/.."
pybabel=.venv/bin/pybabel
folder=accredit/locale
$pybabel -q extract -F $folder/babel.cfg -k lazy_gettext -k lazy_ngettext:1,2 -k ugettext -k ungettext:1,2 -k N_ -k _l \
  --add-location=file --sort-by-file --no-wrap --project=accredit --copyright-holder="the accredit authors" \
  --header-comment="# Words of accredit, collected by make translations." \
  --msgid-bugs-address="the issue tracker" --last-translator="nobody yet" -o $folder/messages.pot .
$pybabel -q update --no-wrap --no-fuzzy-matching --ignore-pot-creation-date -i $folder/messages.pot -d $folder
$pybabel -q compile -d $folder
