#!/bin/sh
# Prints each alarm of a namespace, with kcat and jq. Takes options of kcat: -e stops at the end, -o end starts there.
set -eu
kcat -C -q -b "$KAFKA_BOOTSTRAP" -t "${TOCSIN_NAMESPACE:-tocsin}.crises" -o beginning -X isolation.level=read_committed "$@" |
    jq --unbuffered -r '
        select(.type | IN("crisis.opened", "crisis.escalated", "crisis.reopened"))
        | [.id, .crisis.severity, .crisis.brand, .crisis.reasons[]?] | @tsv'
