// One of every message, each once with every optional field and once without: what round trips and
// mutations start from.
#pragma once

#include "core/wire/message.h"

#include <vector>

namespace runnel::test {

/// `n` times the generator, for n of 1 to 6.
crypto::PublicKey point(int n);

/// Bytes that count up from `first`.
template <typename F>
F counting(std::uint8_t first) {
    F out;
    for (std::size_t i = 0; i < F::size_bytes; ++i) {
        out.raw()[i] = static_cast<std::uint8_t>(first + i);
    }
    return out;
}

std::vector<wire::Message> sample_messages();

}  // namespace runnel::test
