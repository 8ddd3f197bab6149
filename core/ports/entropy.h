// Entropy of one turn: 32 fresh bytes, expanded per event and purpose, never reused and never
// logged. The core has no randomness of its own; whoever knows a turn's bytes can replay it
// exactly.
#pragma once

#include "core/base/secret.h"
#include "core/crypto/hash.h"

#include <cstdint>
#include <string_view>

namespace runnel::ports {

class Entropy {
public:
    explicit Entropy(const Secret32& fresh) : m_fresh(fresh) {}

    /// 32 bytes for one purpose of one event; each (event, purpose) is asked for once.
    Secret32 expand(std::uint64_t event, std::string_view purpose) const {
        std::array<std::uint8_t, 8> number{};
        for (std::size_t i = 0; i < 8; ++i) number[i] = static_cast<std::uint8_t>(event >> (8 * i));
        return crypto::hmac_sha256(m_fresh.reveal(), {number, bytes_of(purpose)});
    }

private:
    Secret32 m_fresh;
};

}  // namespace runnel::ports
