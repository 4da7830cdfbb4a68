"""Whether the backends' OpenAPI document and the storefront speak of the same calls."""

import pathlib
import re
import unittest

from running_storefront import StorefrontTest

ROOT = pathlib.Path(__file__).resolve().parents[3]
DOCUMENT = ROOT / "adapters" / "participants" / "backends.openapi.yaml"
SERVICE_OF_TAG = {
    "cart": "cart", "catalog": "catalog", "inventory": "inventory", "payment": "payments",
    "order": "orders", "fulfillment": "fulfillment", "notification": "notifications"}


def operations():
    """(operation, tag, method, path, whether it has a key), read by the document's indentation."""
    path = method = None
    found = {}
    for line in DOCUMENT.read_text().splitlines():
        if match := re.fullmatch(r"  (/v1/\S+):", line):
            path = match[1]
        elif match := re.fullmatch(r"    (get|put|post|delete):", line):
            method = match[1].upper()
        elif match := re.fullmatch(r"      operationId: (\w+)", line):
            name = match[1]
            found[name] = {"method": method, "path": path, "keyed": False}
        elif match := re.fullmatch(r"      tags: \[(\w+)\]", line):
            found[name]["service"] = SERVICE_OF_TAG[match[1]]
        elif line.startswith("      parameters:") and "idempotency_key" in line:
            found[name]["keyed"] = True
    return found


class ContractDocument(StorefrontTest):
    def test_the_document_names_every_call_of_the_contract(self):
        self.assertEqual(set(operations()), {
            "read_cart", "clear_cart", "quote", "reserve_inventory", "confirm_inventory",
            "release_inventory", "read_reservation", "authorize_payment", "void_payment",
            "capture_payment", "refund_payment", "create_order", "cancel_order",
            "request_shipment", "cancel_shipment", "notify"})

    def test_the_storefront_answers_every_call_of_the_document(self):
        for name, each in operations().items():
            with self.subTest(name):
                path = re.sub(r"\{\w+\}", "unheard-of", each["path"])
                answer = self.store.call(each["service"], each["method"], path)
                if name == "clear_cart":
                    self.assertEqual(answer.status, 204)
                elif each["keyed"]:
                    self.assert_answer(answer, 400, "idempotency_key_missing")
                else:
                    self.assertNotIn(answer.code, ("unknown_path", "method_not_allowed"))


if __name__ == "__main__":
    unittest.main()
