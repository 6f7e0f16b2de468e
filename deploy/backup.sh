#!/bin/sh
# A checked copy of the database each night, while the server runs: copy to /etc/cron.daily/salala. Fourteen are kept.
set -eu
folder=${SALALA_BACKUPS:-/var/backups/salala}
DATA_DIR=${DATA_DIR:-/var/lib/salala} salala backup --force "$folder/$(date +%F).db"
find "$folder" -name '????-??-??.db' -mtime +13 -delete
