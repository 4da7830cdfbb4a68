"""What happens to checkouts, read as server-sent events, as pages and by `makegood events`: all the same."""

import collections
import json
import pathlib
import socket
import unittest
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

from makegood_process import in_parallel, wait_until
from makegood_process.announced import COMPLETED, DECLINED, FULFILLED, types_in_order
from makegood_process.binaries import Binaries
from makegood_process.child_process import ChildProcess
from makegood_process.event_stream import EventStream
from makegood_process.shop_test import ShopTest
from makegood_process.wire import Json

KILLS = 2
CHECKOUTS = 75


class EventsAreRead(ShopTest):
    # -- reading -------------------------------------------------------------------------------------

    def pages(self, **query: str) -> list[Json]:
        """All that are kept and match, page by page."""
        items: list[Json] = []
        after, more = "start", True
        while more:
            target = "/v1/events?" + urllib.parse.urlencode({**query, "after": after, "limit": "100"})
            answer = self.shop.server.endpoint.call("GET", target, headers={"Accept": "application/json"})
            self.assertEqual(answer.status, 200, answer)
            items += answer.body["items"]
            after, more = answer.body["next"], answer.body["more"]
        return items

    def printed(self, *flags: str | pathlib.Path) -> list[Json]:
        said = self.shop.server.command("events", "--json", *flags)
        self.assertEqual(said.exit_code, 0, said)
        return [json.loads(line) for line in said.out.splitlines()]

    def follow(self) -> ChildProcess:
        """`makegood events --follow`, from the start; its log holds what it prints."""
        following = ChildProcess(
            [Binaries.from_environment().makegood, "events", "--json", "--follow", "--interval", "20ms",
             "--server", self.shop.server.url], self.shop.folder / "followed.jsonl")
        following.start()
        self.addCleanup(lambda: following.runs and following.kill())
        return following

    @staticmethod
    def followed(following: ChildProcess) -> list[Json]:
        return [json.loads(line) for line in following.said().splitlines() if line.startswith("{")]

    # -- the load ------------------------------------------------------------------------------------

    def drive(self, number: int) -> Json:
        """One checkout to its end, through restarts of the server."""
        token = "tok_declined" if number % 5 == 0 else "tok_visa"
        return self.shop.checkouts.end_through_restarts(
            self.shop.order(token, customer=f"cus_{number % 7}"), f"stream-{number}")

    def drive_through_kills(self) -> list[Json]:
        """The server is killed each time that another part of the checkouts has ended."""
        with ThreadPoolExecutor(8) as pool:
            driven = [pool.submit(self.drive, number) for number in range(CHECKOUTS)]
            for kill in range(1, KILLS + 1):
                wait_until("some have ended", lambda: sum(
                    each.done() for each in driven) >= CHECKOUTS * kill // (KILLS + 1))
                self.shop.server.process.kill()
                self.shop.server.start()
            done = [each.result() for each in driven]
        self.shop.checkouts.wait_for_fulfilments()
        return done

    # -- what is expected ----------------------------------------------------------------------------

    def assert_whole(self, events: list[Json], checkouts: list[Json]) -> None:
        """Each event once; of each checkout all of them, in its order."""
        ids = [each["id"] for each in events]
        self.assertEqual(len(ids), len(set(ids)), "an event came twice")
        of_saga: dict[str, list[Json]] = collections.defaultdict(list)
        for each in events:
            of_saga[each["subject"]].append(each)
        types = {saga: types_in_order(told) for saga, told in of_saga.items()}
        for checkout in checkouts:
            completed = checkout["status"] == "completed"
            self.assertEqual(types[checkout["id"]], COMPLETED if completed else DECLINED, checkout)
            if completed:
                fulfilment = self.shop.checkouts.read(checkout["id"])["fulfilment_id"]
                self.assertEqual(types[fulfilment], FULFILLED)

    def test_every_reader_has_every_event_once_and_in_order_whoever_is_killed(self) -> None:
        following = self.follow()
        with EventStream(self.shop.server.url, "after=start") as stream, \
                EventStream(self.shop.server.url, "after=start&type=checkout.c*") as ends:
            checkouts = self.drive_through_kills()
            all_of_them = self.pages()
            wait_until("the stream has told all", lambda: len(stream.events) >= len(all_of_them))
            ended = [each for each in all_of_them if each["type"].startswith("checkout.c")]
            wait_until("the ends are told", lambda: len(ends.events) >= len(ended))
            wait_until("they are printed", lambda: len(self.followed(following)) >= len(all_of_them))
        self.assertTrue(following.runs, following.tail())
        self.assert_whole(stream.events, checkouts)
        self.assertEqual(stream.events, all_of_them)
        self.assertEqual(ends.events, ended)
        self.assertEqual(len(ended), len(checkouts))
        self.assertEqual(self.followed(following), all_of_them)
        self.assertEqual((stream.gaps, stream.refused), ([], None))
        self.assertGreater(stream.connections, 1)
        self.assertEqual(self.printed(), all_of_them)
        self.assertEqual(self.printed("--data", self.shop.server.data), all_of_them)

    def test_events_are_filtered_and_limited(self) -> None:
        first, second = (self.complete(self.shop.order(customer=customer)) for customer in ("cus_a", "cus_b"))
        self.shop.checkouts.wait_for_fulfilments()
        for flags, query in (
                (("--customer", "cus_a"), {"customer_id": "cus_a"}),
                (("--id", second["id"]), {"id": second["id"]}),
                (("--type", "checkout.completed,fulfilment.*"), {"type": "checkout.completed,fulfilment.*"})):
            wanted = self.pages(**query)
            self.assertTrue(0 < len(wanted) < len(self.pages()), wanted)
            self.assertEqual(self.printed(*flags), wanted)
        self.assertEqual({each["subject"] for each in self.pages(id=second["id"])}, {second["id"]})
        self.assertEqual({each["partitionkey"] for each in self.pages(customer_id="cus_a")}, {"cus_a"})

        some = self.shop.server.command("events", "--limit", "3", "--type", "checkout.*")
        self.assertEqual(some.exit_code, 0, some)
        self.assertEqual(len(some.out.splitlines()), 3)
        self.assertIn(first["id"], some.out)
        after = some.talk.split("--after ")[1].strip()
        self.assertEqual(len(self.printed("--after", after, "--type", "checkout.*")), 7)
        self.assertEqual(self.printed("--follow", "--limit", "3", "--type", "checkout.*"),
                         self.pages(type="checkout.*")[:3])
        wrong = self.shop.server.command("events", "--after", "7-7")
        self.assertEqual(wrong.exit_code, 2, wrong)
        self.assertIn("/after", wrong.talk)

    def test_a_reader_that_does_not_read_holds_up_nobody(self) -> None:
        large = {f"m{each}": "x" * 500 for each in range(20)}
        in_parallel(lambda _: self.complete(self.shop.order(metadata=large)), range(60))
        deaf = socket.socket()
        self.addCleanup(deaf.close)
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        host, port = self.shop.server.listen.split(":")
        deaf.connect((host, int(port)))
        deaf.sendall(b"GET /v1/events?after=start HTTP/1.1\r\nHost: a\r\n\r\n")
        with EventStream(self.shop.server.url) as stream:
            wait_until("the stream is open", lambda: stream.last_id is not None)
            done = in_parallel(self.drive, range(20))
            wait_until("the others are told", lambda: sum(
                each["type"] in ("checkout.completed", "checkout.compensated") for each in stream.events) == len(done))


class NoEventsAreKept(ShopTest):
    settings = ShopTest.settings + "[events]\nkeep = false\n"

    def test_who_wants_them_is_told_what_to_do(self) -> None:
        self.complete(self.shop.order())
        refused = self.shop.server.command("events")
        self.assertEqual(refused.exit_code, 3, refused)
        self.assertIn("events-not-kept", refused.talk)
        statistics = self.shop.server.endpoint.get("/v1/statistics")
        self.assertEqual(statistics["events_waiting"], 0)


if __name__ == "__main__":
    unittest.main()
