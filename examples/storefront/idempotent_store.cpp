#include "examples/storefront/idempotent_store.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <vector>

#include "examples/storefront/broken_rules.hpp"

namespace storefront {
namespace {
namespace json = boost::json;

constexpr std::chrono::days answers_kept_for{30};

json::value ordered(const json::value& value) {
    if (const auto* array = value.if_array()) {
        json::array members;
        for (const auto& each : *array) {
            members.push_back(ordered(each));
        }
        return members;
    }
    const auto* object = value.if_object();
    if (object == nullptr) return value;
    std::vector<const json::key_value_pair*> pairs;
    for (const auto& each : *object) {
        pairs.push_back(&each);
    }
    std::sort(pairs.begin(), pairs.end(), [](const auto* left, const auto* right) {
        return left->key() < right->key();
    });
    json::object members;
    for (const auto* each : pairs) {
        members.emplace(each->key(), ordered(each->value()));
    }
    return members;
}

}  // namespace

idempotent_store::idempotent_store(database& store, instant now) : store_(store) {
    store_.script(
        "CREATE TABLE IF NOT EXISTS answers("
        "  key TEXT PRIMARY KEY,"
        "  fingerprint TEXT NOT NULL,"
        "  call TEXT NOT NULL,"  // for people who look into the file
        "  status INTEGER NOT NULL,"
        "  body TEXT NOT NULL,"
        "  at TEXT NOT NULL"
        ") WITHOUT ROWID"
    );
    store_.run("DELETE FROM answers WHERE at < ?1", {rfc3339(now - answers_kept_for)});
}

std::optional<answer> idempotent_store::first_answer(
    const call& repeated, std::string_view fingerprint
) {
    auto kept = store_.select(
        "SELECT fingerprint, status, body FROM answers WHERE key = ?1", {repeated.key}
    );
    if (!kept.next()) return std::nullopt;
    if (kept.text(0) != fingerprint && !is_broken(rule::other_payload)) {
        throw refusal(
            422, "idempotency_key_reused",
            fmt::format(
                "the key {} was used for another request; use a fresh key for a new request",
                repeated.key
            )
        );
    }
    return answer{
        .status = static_cast<unsigned>(kept.integer(1)),
        .body = json::parse(kept.text(2)).as_object(),
        .replayed = true};
}

void idempotent_store::keep(
    const call& answered, std::string_view fingerprint, const answer& first
) {
    store_.run(
        "INSERT INTO answers(key, fingerprint, call, status, body, at) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
        {answered.key, fingerprint, answered.method + ' ' + answered.path,
         static_cast<std::int64_t>(first.status), json::serialize(first.body), answered.at}
    );
}

std::string fingerprint_of(const call& arrived) {
    const auto canonical = fmt::format(
        "{} {}\n{}", arrived.method, arrived.path, json::serialize(ordered(arrived.body))
    );
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    EVP_Digest(canonical.data(), canonical.size(), digest.data(), &length, EVP_sha256(), nullptr);
    std::string digits;
    digits.reserve(std::size_t{2} * length);
    for (unsigned position = 0; position < length; ++position) {
        fmt::format_to(std::back_inserter(digits), "{:02x}", digest[position]);
    }
    return digits;
}

}  // namespace storefront
