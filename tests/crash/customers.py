"""Those who order while things break: they ask until they are answered, and some ask twice."""

import threading
from collections.abc import Callable

from makegood_process import (
    Answer, Checkouts, Json, NoAnswer, Storefront, in_parallel, wait_until)

from mixed_orders import Plan

THREADS = 32
# Longer than everything that a round breaks, one after another.
PATIENCE_SECONDS = 150.0


class Customers:
    """`checkouts` is what they reach; `listed` what an honest list says of it."""

    def __init__(
        self, plans: list[Plan], checkouts: Checkouts, listed: Checkouts, storefront: Storefront
    ) -> None:
        self.plans = plans
        self.requests = 0  # that came to an answer
        self.give_up = threading.Event()  # nobody mends any more what is broken
        self._checkouts = checkouts
        self._listed = listed
        self._storefront = storefront
        self._accepted: set[str] = set()
        self._failures: list[AssertionError] = []
        self._lock = threading.Lock()

    @property
    def accepted(self) -> int:
        return len(self._accepted)

    def order(self) -> None:
        """Every order, some at a time: the next when one was answered. Twins go side by side."""
        requests = [(plan, twin) for plan in self.plans for twin in range(1 + plan.twins)]
        in_parallel(lambda each: self._place_unless_over(*each), requests, threads=THREADS)
        if self._failures:
            raise self._failures[0]

    def _place_unless_over(self, plan: Plan, twin: int) -> None:
        try:
            self._place(plan, twin)
        except AssertionError as failure:
            self._failures.append(failure)
            self.give_up.set()  # the others need not go on

    def _place(self, plan: Plan, twin: int) -> None:
        for repeat in range(1 + plan.repeats):
            wait = plan.wait if repeat == 0 else None
            answer = self._until_answered(
                plan.key, lambda wait=wait: self._checkouts.start(plan.body, plan.key, wait))
            assert answer.status in (200, 202), f"{plan}: {answer}"
            with self._lock:
                self.requests += 1
                plan.checkout_ids.add(answer.body["id"])
                self._accepted.add(answer.body["id"])
            assert len(plan.checkout_ids) == 1, f"one key, several checkouts: {plan}"
            if repeat == 0 and twin == 0:
                self._change_minds(plan)

    def _change_minds(self, plan: Plan) -> None:
        if plan.is_parked:
            self._act(plan, "park", actor="trainee", reason="the wrong button")
        if plan.cancels:
            self._act(plan, "cancel", actor="customer", reason="changed their mind")

    def _act(self, plan: Plan, verb: str, **body: str) -> None:
        checkout_id = plan.checkout_id
        self._until_decided(checkout_id, lambda: self._checkouts.act(checkout_id, verb, **body))

    def _until_decided(self, checkout_id: str, act: Callable[[], Answer]) -> None:
        answer = self._until_answered(checkout_id, act)
        assert answer.status in (200, 202, 409), f"an answer that was not expected: {answer}"

    def _until_answered(self, about: str, ask: Callable[[], Answer]) -> Answer:
        """Again and again, whatever happens to the request or its answer."""
        def decided() -> Answer | None:
            assert not self.give_up.is_set(), "somebody else failed"
            try:
                answer = ask()
            except NoAnswer:
                return None
            return None if answer.status in (429, 503) else answer

        return wait_until(f"an answer about {about}", decided, PATIENCE_SECONDS)

    # -- those whose bank asks them ------------------------------------------------------------

    def answer_their_banks(self, over: threading.Event) -> None:
        mine = {plan.body["customer_id"]: plan for plan in self.plans if plan.kind.customer}
        while not over.wait(0.05):
            try:
                waiting = list(self._listed.listed(status="awaiting_customer"))
            except (NoAnswer, AssertionError):
                continue  # the server is down, or just coming up
            for checkout in waiting:
                plan = mine.get(checkout["customer_id"])
                if plan and not plan.acted:
                    plan.acted = self._answer_bank(checkout, plan.kind.customer)

    def _answer_bank(self, checkout: Json, result: str) -> bool:
        # Too late at the bank is as good as done; the engine hears it until it answers.
        if not self._storefront.customer_acts(checkout, result):
            return False
        checkout_id = checkout["id"]
        self._until_decided(
            checkout_id, lambda: self._checkouts.signal_payment(checkout_id, result))
        return True
