#!/usr/bin/env python3
"""A TCP proxy that treats some exchanges badly; network.py runs it and tells it what to do.

Usage: unruly_proxy.py SEED CONTROL_PORT ROUTE:LISTEN_PORT:TARGET_PORT …

Control: a line of JSON, answered by one. `{"rules": {ROUTE: {"fates": {FATE: rate, …},
"delay_ms": N, "cut_all": true}}}` replaces the rules of those routes; every answer is
`{"struck": {FATE: count}, "held": N}`. A fate is drawn for every request that passes:

    stall_request   held until the rule ends, then sent on: a call that arrives late
    stall_answer    the answer is held until the rule ends
    delay           the request is held for up to delay_ms
    cut_request     half of the request is sent on, then both sides are closed
    cut_answer      half of the answer is sent on, then both sides are closed
    lose_answer     the answer is read and dropped, both sides are closed
    reset           nothing is sent on, the caller gets a reset (SO_LINGER 0)
"""

import asyncio
import json
import random
import socket
import struct
import sys
from collections import Counter
from dataclasses import dataclass, field

CHUNK = 256 * 1024
ADDRESS = "127.0.0.1"


@dataclass
class Rule:
    fates: dict[str, float] = field(default_factory=dict)
    delay_ms: int = 0
    cut_all: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def draw(self, chance: random.Random) -> str:
        drawn = chance.random()
        for fate, rate in self.fates.items():
            drawn -= rate
            if drawn < 0:
                return fate
        return "pass"


class Route:
    """Everything between one port that callers know and the one where the service listens."""

    def __init__(self, name: str, target: int, seed: str, proxy: "Proxy") -> None:
        self.rule = Rule()
        self._target = target
        self._proxy = proxy
        self._seed = f"{seed}/{name}"
        self._accepted = 0
        self._live: set[Passage] = set()

    def obey(self, rule: Rule) -> None:
        before, self.rule = self.rule, rule
        before.ended.set()
        if rule.cut_all:
            for passage in list(self._live):
                self._proxy.struck["cut_all"] += 1
                passage.reset()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._accepted += 1
        chance = random.Random(f"{self._seed}/{self._accepted}")
        try:
            onward = await asyncio.open_connection(ADDRESS, self._target)
        except OSError:
            writer.close()
            return
        passage = Passage(self, self._proxy, chance, (reader, writer), onward)
        self._live.add(passage)
        try:
            await asyncio.gather(passage.requests(), passage.answers())
        except OSError:
            pass  # one side went away: so does the other
        finally:
            passage.close()
            self._live.discard(passage)


Side = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Passage:
    """One connection. Callers send a request and wait for its answer, one at a time."""

    def __init__(
        self, route: Route, proxy: "Proxy", chance: random.Random, caller: Side, service: Side
    ) -> None:
        self._route = route
        self._proxy = proxy
        self._chance = chance
        self._from_caller, self._to_caller = caller
        self._from_service, self._to_service = service
        self._fate_of_answer = ("pass", route.rule)

    async def requests(self) -> None:
        while chunk := await self._from_caller.read(CHUNK):
            rule = self._route.rule
            fate = rule.draw(self._chance)
            self._proxy.struck[fate] += 1
            if fate == "reset":
                return self.reset()
            if fate == "cut_request":
                self._to_service.write(chunk[:len(chunk) // 2])
                await self._to_service.drain()
                return self.close()
            if fate == "stall_request":
                await self._hold(rule)
            elif fate == "delay":  # the pause is the fault; nobody waits for it to pass
                await asyncio.sleep(self._chance.uniform(0, rule.delay_ms / 1000))
            else:
                self._fate_of_answer = (fate, rule)
            self._to_service.write(chunk)
            await self._to_service.drain()
        self._to_service.write_eof()  # what is under way is still answered

    async def answers(self) -> None:
        while chunk := await self._from_service.read(CHUNK):
            fate, rule = self._fate_of_answer
            self._fate_of_answer = ("pass", rule)
            if fate == "lose_answer":
                return self.close()
            if fate == "cut_answer":
                self._to_caller.write(chunk[:len(chunk) // 2])
                await self._to_caller.drain()
                return self.close()
            if fate == "stall_answer":
                await self._hold(rule)
            self._to_caller.write(chunk)
            await self._to_caller.drain()
        self.close()

    async def _hold(self, rule: Rule) -> None:
        self._proxy.held += 1
        try:
            await rule.ended.wait()
        finally:
            self._proxy.held -= 1

    def close(self) -> None:
        self._to_caller.close()
        self._to_service.close()

    def reset(self) -> None:
        self._to_service.close()
        if self._to_caller.is_closing():
            return  # it went away by itself
        abrupt = struct.pack("ii", 1, 0)
        self._to_caller.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, abrupt)
        self._to_caller.transport.abort()


class Proxy:
    def __init__(self, seed: str) -> None:
        self.seed = seed
        self.struck: Counter[str] = Counter()
        self.held = 0
        self._routes: dict[str, Route] = {}

    async def open_route(self, name: str, listen: int, target: int) -> None:
        route = self._routes[name] = Route(name, target, self.seed, self)
        await asyncio.start_server(route.accept, ADDRESS, listen, backlog=1024)

    async def obey(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            for name, rule in json.loads(line).get("rules", {}).items():
                self._routes[name].obey(Rule(**rule))
            told = {"struck": self.struck, "held": self.held}
            writer.write(json.dumps(told).encode() + b"\n")
            await writer.drain()
        writer.close()


async def main() -> None:
    seed, control, *routes = sys.argv[1:]
    proxy = Proxy(seed)
    for route in routes:
        name, listen, target = route.split(":")
        await proxy.open_route(name, int(listen), int(target))
    server = await asyncio.start_server(proxy.obey, ADDRESS, int(control))
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
