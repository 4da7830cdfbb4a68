#!/usr/bin/env python3
"""The parts of script/bench that judge and draw: a wrong sum here would be a wrong report."""

import sqlite3
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "process")]

import bench  # noqa: E402
from makegood_bench import flame_graph, payload, plots, targets  # noqa: E402
from makegood_bench.loads import ended  # noqa: E402
from makegood_bench.plan import Plan  # noqa: E402
from makegood_bench.report import table  # noqa: E402
from makegood_bench.stores import _decades  # noqa: E402

SCRIPT = """lane-0
\t    55d1 makegood::engine::step(makegood::saga_record&, std::vector<int> const&)
\t    55d2 makegood::lane::drive()
\t    55d3 clone3

lane-0
\t    55d9 sqlite3_step
\t    55d2 makegood::lane::drive()
\t    55d3 clone3

lane-0
\t    55d9 sqlite3_step
\t    55d2 makegood::lane::drive()
\t    55d3 clone3
"""


def latency(p50: float = 1, p99: float = 2, p999: float = 3, count: int = 10) -> dict:
    return {"count": count, "p50_ms": p50, "p95_ms": p99, "p99_ms": p99, "p999_ms": p999, "max_ms": p999}


def row(rate: float, clients: int = 64, cpu: float = 100, **more) -> dict:
    return {"per_second": rate, "clients": clients, "rate": 0, "server_cpu_us": cpu, "completed": latency(),
            "other": 0, "unanswered": 0, "workload": "four-call", "problem": "", **more}


def four_call(*rows: dict, **more) -> dict:
    return {"rows": list(rows), "payload_bytes": 2_000, "event_bytes": 900, "record_bytes": 300,
            "row_writes_per_transition": 2.5, **more}


def verdict(results: dict, measure: str) -> targets.Verdict:
    return next(each for each in targets.verdicts(results) if each.measure == measure)


class TargetsTest(unittest.TestCase):
    def test_the_best_number_of_clients_is_judged(self):
        results = {"four-call": four_call(row(7_999), row(8_000, clients=256))}
        self.assertTrue(verdict(results, "four-call, closed loop").met)
        results = {"four-call": four_call(row(7_999), row(5_000, clients=256))}
        self.assertFalse(verdict(results, "four-call, closed loop").met)

    def test_half_of_the_bare_server_is_enough_and_less_is_not(self):
        bare = {"rows": [row(4_000), row(10_000), row(50_000, workload="full")]}
        self.assertTrue(verdict({"four-call": four_call(row(5_000)), "bare": bare}, "four-call against bare").met)
        self.assertFalse(verdict({"four-call": four_call(row(4_999)), "bare": bare}, "four-call against bare").met)

    def test_each_percentile_of_a_target_counts(self):
        for slow in ({"p50": 8.1}, {"p99": 20.1}, {"p999": 50.1}):
            part = {"rows": [{**row(1_667), "rate": 1_667, "completed": latency(**slow)}]}
            self.assertFalse(verdict({"open-loop": part}, "open loop at 1,667/s, backends 1 ms").met, slow)

    def test_what_was_not_measured_or_was_skipped_has_no_verdict(self):
        self.assertEqual(targets.verdicts({"machine": {}}), [])
        self.assertEqual(targets.verdicts({"finished": {"skipped": "no room"}}), [])

    def test_an_overload_without_refusals_is_missed(self):
        storm = {**row(9_000), "refused": latency(count=0), "refused_from_sent": latency(count=0),
                 "refused_with_retry_after": 0}
        part = {"storm": storm, "accepted_share": 1.0, "recovered_share": 1.0, "all_say_when": False,
                "resident_before_mib": 1, "resident_peak_mib": 2, "resident_after_mib": 1}
        self.assertFalse(verdict({"overload": part}, "overload: refusals").met)
        self.assertFalse(verdict({"overload": part}, "overload: Retry-After").met)


    def test_a_retention_that_leaves_something_or_does_nothing_beside_the_load_is_missed(self):
        part = {"rows": [row(1_667)], "outdated": 9, "beside_load": 9, "keys_left": 0, "sagas_left": 0, "seconds": 1.0}
        names = ("retention beside a load", "what is outdated goes")
        self.assertTrue(all(verdict({"retention": part}, name).met for name in names))
        for wrong, name in (({"beside_load": 0}, names[0]), ({"keys_left": 1}, names[1]), ({"sagas_left": 1}, names[1])):
            self.assertFalse(verdict({"retention": {**part, **wrong}}, name).met, wrong)


class WrongsTest(unittest.TestCase):
    def test_a_checkout_that_ended_otherwise_is_told(self):
        found = bench.wrongs({"full": {"rows": [row(1), {**row(1), "other": 3, "problem": "500 broken"}]}})
        self.assertEqual(found, ["full: 3 checkouts did not end as they should: 500 broken"])

    def test_loads_that_are_not_in_a_list_are_looked_at_too(self):
        self.assertEqual(len(bench.wrongs({"memory": {"load": {**row(1), "unanswered": 2}}})), 1)

    def test_only_a_storm_may_leave_checkouts_without_an_answer(self):
        storm = {**row(1), "unanswered": 9}
        self.assertEqual(bench.wrongs({"overload": {"storm": storm, "after": row(1)}}), [])


class PayloadTest(unittest.TestCase):
    def test_sums_are_found_by_column_whatever_the_tables_are_called(self):
        with tempfile.TemporaryDirectory() as folder:
            db = sqlite3.connect(Path(folder) / "lane-0.db")
            db.execute("CREATE TABLE some_log (saga BLOB, event BLOB)")
            db.execute("CREATE TABLE some_state (saga BLOB, record BLOB)")
            db.executemany("INSERT INTO some_log VALUES (?, ?)", [(b"1", b"12345"), (b"1", b"123")])
            db.execute("INSERT INTO some_state VALUES (?, ?)", (b"1", b"1234567"))
            db.commit()
            db.close()
            self.assertEqual(payload.payload_of(Path(folder)),
                             {"event_bytes": 8, "event_rows": 2, "record_bytes": 7, "record_rows": 1})

    def test_counts_of_all_connections_are_added_up(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "writes"
            file.write_text("rows 3\nrows 4\npayload 100\n")
            self.assertEqual(payload.counted_writes(file), {"rows": 7, "payload": 100})


class FlameGraphTest(unittest.TestCase):
    def test_equal_stacks_are_one_and_begin_with_the_thread(self):
        self.assertEqual(flame_graph.fold(SCRIPT), Counter({
            ("lane-0", "clone3", "lane::drive", "sqlite3_step"): 2,
            ("lane-0", "clone3", "lane::drive", "engine::step"): 1}))

    def test_the_hottest_function_is_the_innermost(self):
        name, share = flame_graph.hottest(flame_graph.fold(SCRIPT), 1)[0]
        self.assertEqual(name, "sqlite3_step")
        self.assertAlmostEqual(share, 2 / 3)

    def test_children_lie_within_their_parents(self):
        frames = {name: (begin, begin + share) for _, begin, share, name in
                  flame_graph._frames(flame_graph.fold(SCRIPT), 3)}
        self.assertAlmostEqual(frames["lane::drive"][1], 1)
        self.assertAlmostEqual(frames["engine::step"][1], 1 / 3)
        self.assertAlmostEqual(frames["sqlite3_step"][0], 1 / 3)
        xml.fromstring(flame_graph.svg_of(flame_graph.fold(SCRIPT), "a <title>"))


class PlotsTest(unittest.TestCase):
    def test_every_value_lies_on_its_scale(self):
        for values in ([0.3, 7], [1, 1_024], [16, 16], [0, 1e6], [2.5]):
            for scale in (plots.LinearScale(values), plots.LogScale(values)):
                for value in [*values, *scale.ticks()]:
                    self.assertGreaterEqual(scale.place(value), 0, (values, value))
                    self.assertLessEqual(scale.place(value), 1 + 1e-9, (values, value))

    def test_a_linear_scale_begins_at_nothing(self):
        self.assertEqual(plots.LinearScale([900, 1_000]).ticks()[0], 0)

    def test_a_chart_names_axes_and_series(self):
        chart = plots.Chart("Title", plots.Axis("clients", True), plots.Axis("checkouts a second"))
        chart.series["a & b"] = [(16, 100), (64, 900)]
        chart.levels["bare"] = 1_500
        text = "".join(xml.fromstring(plots.svg_of(chart)).itertext())
        for word in ("Title", "clients", "checkouts a second", "a & b", "bare", "1.5k"):
            self.assertIn(word, text)


class PlanTest(unittest.TestCase):
    def test_a_size_given_as_1e7_is_a_whole_number(self):
        self.assertEqual(repr(Plan(build=Path()).with_values(finished=1e7).finished), "10000000")

    def test_a_large_store_is_measured_on_its_way(self):
        self.assertEqual(_decades(10_000_000), [100_000, 1_000_000, 10_000_000])
        self.assertEqual(_decades(10_000), [10_000])


class TextTest(unittest.TestCase):
    def test_ended_sagas_are_those_of_that_name_whatever_their_end(self):
        metrics = {'makegood_sagas_ended_total{saga="checkout",status="completed"}': 3,
                   'makegood_sagas_ended_total{saga="checkout",status="failed"}': 2,
                   'makegood_sagas_ended_total{saga="fulfilment",status="completed"}': 1}
        self.assertEqual(ended(metrics, "checkout"), 5)

    def test_a_table_keeps_its_columns_apart(self):
        self.assertEqual(table(("a", "long"), [("wide", "b")]), "a     long\nwide  b")


if __name__ == "__main__":
    unittest.main()
