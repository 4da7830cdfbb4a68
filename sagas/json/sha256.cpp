#include "sagas/json/sha256.hpp"

#include <openssl/evp.h>

#include <memory>

#include "engine/assert.hpp"

namespace makegood::json {
namespace {

// OpenSSL's one-call form takes locks and allocates to find the algorithm, each time anew: that
// costs more than the hash of a request.
class hasher {
public:
    std::array<std::uint8_t, 32> operator()(std::string_view text) {
        std::array<std::uint8_t, 32> digest;
        unsigned size = 0;
        const bool hashed = EVP_DigestInit_ex2(context_.get(), algorithm_.get(), nullptr) == 1
                            && EVP_DigestUpdate(context_.get(), text.data(), text.size()) == 1
                            && EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1;
        ASSERT(hashed && size == digest.size());
        return digest;
    }

private:
    std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm_{
        EVP_MD_fetch(nullptr, "SHA256", nullptr), &EVP_MD_free};
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{
        EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

}  // namespace

std::array<std::uint8_t, 32> sha256(std::string_view text) {
    thread_local hasher mine;
    return mine(text);
}

}  // namespace makegood::json
