#pragma once

#include "adapters/events/cloud_event.hpp"

namespace makegood::kafka::test {

inline cloud_event completed() {
    return {
        .id = "chk_1:7:checkout.completed",
        .source = "/makegood/shop",
        .type = "checkout.completed",
        .subject = "chk_1",
        .time = instant(duration(1'795'000'000'123)),
        .partition_key = "cus_\"42\"",
        .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        .data = R"({"status":"completed"})",
    };
}

}  // namespace makegood::kafka::test
