"""The real binaries as processes: started, killed, watched and audited.

For the tests, the demo and the examples; Python's standard library only. The usual way in:

    with Shop(Binaries.of("build/release")) as shop:
        checkout = shop.checkouts.complete(shop.order(token="tok_visa"))
        assert not Balance(shop).problems()
"""

from .balance import Balance
from .binaries import Binaries
from .broker import Broker, NoBroker
from .checkouts import ENDS, Checkouts, way
from .deadline import PATIENCE_SECONDS, NotInTime, wait_until
from .load import in_parallel
from .server import CommandResult, Server
from .shop import Shop
from .storefront import Storefront
from .wire import Answer, Endpoint, Json, NoAnswer

__all__ = [
    "Answer", "Balance", "Binaries", "Broker", "Checkouts", "CommandResult", "ENDS", "Endpoint",
    "Json", "NoAnswer", "NoBroker", "NotInTime", "PATIENCE_SECONDS", "Server", "Shop", "Storefront",
    "in_parallel", "wait_until", "way",
]
