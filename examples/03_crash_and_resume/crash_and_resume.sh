#!/usr/bin/env bash
# Kills the server with SIGKILL while checkouts are under way, starts it again, and sees them end.
# Needs curl and jq. Usage: crash_and_resume.sh [BUILD_FOLDER]
set -euo pipefail
build=${1:-build/release}
port=${MAKEGOOD_PORT:-8700}
server=http://127.0.0.1:$port
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$folder"' EXIT

wait_for() {  # a command that is to succeed, at most 20 seconds
    for _ in {1..200}; do
        if "$@" >/dev/null 2>&1; then return 0; fi
        sleep 0.1
    done
    echo "not within 20 seconds: $*" >&2
    return 1
}

# The backends of a shop, on free ports that they write into a file.
"$build/storefront" --data "$folder/storefront" --ports-file "$folder/ports" --skus 100 \
    >/dev/null &
wait_for test -s "$folder/ports"
url() { jq -r ".$1" "$folder/ports"; }

serve() {
    "$build/makegood" serve --config /dev/null --listen "127.0.0.1:$port" --data "$folder/data" \
        --cart "$(url cart)" --catalog "$(url catalog)" --inventory "$(url inventory)" \
        --payment "$(url payments)" --order "$(url orders)" --fulfillment "$(url fulfillment)" \
        --notification "$(url notifications)" 2>>"$folder/log" &
    makegood=$!
    wait_for curl --silent --fail "$server/readyz"
}
serve

# Payments take their time from here on, so that the kill comes in the middle of them.
curl --silent --fail -X PUT "$(url payments)/v1/behaviour" -H "Content-Type: application/json" \
    -d '{"rules":[{"call":"POST /v1/authorizations","mode":"slow","delay_ms":1500}]}' >/dev/null

start() {  # the order of customer $1, always under the same key
    curl --silent --fail-with-body "$server/v1/checkouts" \
        -H "Content-Type: application/json" -H "Idempotency-Key: order-$1" -d '{
            "customer_id": "cus_'"$1"'", "currency": "USD",
            "items": [{"sku": "SKU-'"$1"'", "quantity": 1}],
            "payment": {"method": "card", "token": "tok_visa"}}'
}
for customer in {1..20}; do start "$customer" | jq -r .id; done >"$folder/ids"
echo "20 checkouts are accepted; $(curl --silent "$server/v1/checkouts?status=running&limit=100" |
    jq '.items | length') of them are under way"

echo "kill -9 $makegood"
kill -KILL "$makegood"
wait "$makegood" 2>/dev/null || true

serve
grep " is ready" "$folder/log" | tail -1

completed=0
while read -r id; do
    status=$(curl --silent -H "Prefer: wait=20" "$server/v1/checkouts/$id" | jq -r .status)
    if [[ $status == completed ]]; then completed=$((completed + 1)); fi
done <"$folder/ids"
echo "$completed of 20 completed after the restart"

for customer in {1..20}; do start "$customer" | jq -r .id; done | cmp - "$folder/ids"
echo "the same keys give the same 20 checkouts"

curl --silent "$(url payments)/v1/ledger" | jq '{authorized_total, captured, pending, duplicates}'
[[ $(curl --silent "$(url payments)/v1/ledger" | jq .duplicates) == 0 ]]
"$build/makegood" verify --data "$folder/data"
[[ $completed == 20 ]]
