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
DATA_DIR=${DATA_DIR:-/var/lib/salala} salala backup --force "$@" "$folder/$(date +%F).$kind"
find "$folder" -name "????-??-??.$kind" -mtime +13 -delete
