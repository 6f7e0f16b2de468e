#!/bin/sh
# A checked copy of the database each night, while the server runs: copy to /etc/cron.daily/salala. Fourteen are kept.
set -eu
folder=${SALALA_BACKUPS:-/var/backups/salala}
settings=${SALALA_CONF:-/etc/salala.conf}
kind=db
if [ -e "$settings" ]; then
    set -- --config "$settings"
    # Of PostgreSQL it is what pg_dump makes.
    if grep -q '^DATABASE_URL=.' "$settings"; then kind=dump; fi
fi
copy=$folder/$(date +%F).$kind
# Users' files never change: what the night before has is linked, and takes no room again.
last=$(find "$folder" -maxdepth 1 -name "????-??-??.$kind.files" | sort | tail -n 1)
if [ -n "$last" ] && [ ! -e "$copy.files" ]; then cp -al "$last" "$copy.files"; fi
DATA_DIR=${DATA_DIR:-/var/lib/salala} salala backup --force "$@" "$copy"
find "$folder" -maxdepth 1 -name "????-??-??.$kind" -mtime +13 | while read -r old; do
    rm -rf "$old" "$old.files"
done
