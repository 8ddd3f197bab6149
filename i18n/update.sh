#!/usr/bin/env bash
# Brings i18n/*.ts up to date with the texts of the source. New ones are marked unfinished until somebody translates them.
set -euo pipefail
cd "$(dirname "$0")/.."
lupdate=$(qmake6 -query QT_HOST_BINS 2>/dev/null || true)/lupdate
[ -x "$lupdate" ] || lupdate=/usr/lib/qt6/bin/lupdate
for ts in i18n/runnel_*.ts; do
    language=${ts#i18n/runnel_} language=${language%.ts}
    plural=
    [ "$language" = en ] && plural=-pluralonly
    "$lupdate" -silent -I . -locations none -no-obsolete $plural ui -ts "$ts" -source-language en -target-language "$language"
done
