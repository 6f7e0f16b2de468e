#!/bin/sh
# certbot's deploy hook for a Salala that ends TLS itself: puts the new pair where the server may read it, and has
# it read anew. Copy to /etc/letsencrypt/renewal-hooks/deploy/salala; docs/operations.md has the other steps.
set -eu
target=${SALALA_TLS_DIR:-/etc/salala-tls}
group=${SALALA_TLS_GROUP:-salala-tls}
# Each file is put in place whole. Between the two the server may see a pair that does not match, which it refuses
# and goes on with the old one; the signal comes when both are there.
for pair in fullchain.pem:cert.pem privkey.pem:key.pem; do
    install -m 0640 -g "$group" "$RENEWED_LINEAGE/${pair%%:*}" "$target/.${pair##*:}"
    mv "$target/.${pair##*:}" "$target/${pair##*:}"
done
if systemctl --quiet is-active salala; then
    systemctl reload salala
fi
