#!/usr/bin/env bash
# Starts a checkout with curl, sees it end, and reads how it got there.
# Needs curl and jq, and a server: `script/demo --keep` leaves one running and prints its URL.
set -euo pipefail
server=${MAKEGOOD_SERVER:-http://127.0.0.1:8700}

# The order as the shop sends it. The payment is a token from the payment provider, never a card.
order=$(jq -n --arg customer "cus_$RANDOM" '{
    customer_id: $customer,
    items: [{sku: "SKU-1", quantity: 2}],
    currency: "USD",
    payment: {method: "card", token: "tok_visa"},
    shipping_address: {name: "Ada", city: "Turin"}
}')

# The key makes it safe to send this twice: the same key is the same checkout.
key="web-$RANDOM-$RANDOM"

# `Prefer: wait=20` answers when the checkout has ended, or with 202 after 20 seconds.
start() {
    curl --silent --show-error --fail-with-body "$server/v1/checkouts" \
        --header "Content-Type: application/json" \
        --header "Idempotency-Key: $key" \
        --header "Prefer: wait=20" \
        --data "$order"
}

echo "POST $server/v1/checkouts"
checkout=$(start)
id=$(jq -r .id <<<"$checkout")
jq '{id, status, order_id, total}' <<<"$checkout"

echo "The same again, as after a timeout: the same checkout, and nothing is charged twice."
again=$(start)
[[ $(jq -r .id <<<"$again") == "$id" ]]

echo "GET $server/v1/checkouts/$id/journal"
curl --silent --show-error --fail-with-body "$server/v1/checkouts/$id/journal" |
    jq -r '.items[] | "\(.seq)  \(.event)  →  \(.to)"'

# A checkout that could not be is answered with 200 as well: its status and reason say what became
# of it. Nothing of it is left at the backends.
echo "The same order with a card that is declined:"
key="$key-declined"
order=$(jq '.payment.token = "tok_declined"' <<<"$order")
declined=$(start)
jq '{id, status, reason}' <<<"$declined"

[[ $(jq -r .status <<<"$checkout") == completed ]]
[[ $(jq -r .status <<<"$declined") == compensated ]]
