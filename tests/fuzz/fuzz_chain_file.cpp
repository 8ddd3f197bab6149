// Any bytes as the file that a practice chain is, and as one record more of a whole one: a chain
// that can be read again and is the same, or damage that is named.
#include "app/runnel-practice/durable_chain.h"
#include "core/bitcoin/script.h"
#include "core/crypto/hash.h"
#include "tests/fuzz/scratch.h"

#include <cstdlib>

namespace {

using namespace runnel;

void require(bool holds) {
    if (!holds) std::abort();
}

constexpr UnixTime start{1'700'000'000};

/// A chain with a block of somebody's, and a transaction that waits.
Bytes whole_file(const std::filesystem::path& path) {
    {
        auto chain = practice::DurableChain::open(path, start, 7);
        require(chain.has_value());
        const auto anybody = bitcoin::p2wsh(bitcoin::Script{0x52});
        require(chain->faucet(anybody, Sat(50'000)).has_value());
        chain->mine(1, start);
        require(chain->faucet(anybody, Sat(60'000)).has_value());
    }
    const auto bytes = store::read_file(path, 1'000'000);
    require(bytes.has_value());
    return *bytes;
}

/// Its length and checksums are right: what it says is what has to be looked at.
Bytes record_of(ByteView kind_and_payload) {
    Writer out;
    out.u32(static_cast<std::uint32_t>(kind_and_payload.size() - 1)).u8(kind_and_payload[0]);
    Bytes bytes = out.take();
    const auto check = crypto::sha256(ByteView(bytes));
    runnel::append(bytes, check.view().first(4));
    runnel::append(bytes, kind_and_payload.subspan(1));
    const auto sum = crypto::sha256(ByteView(bytes));
    runnel::append(bytes, sum.view().first(8));
    return bytes;
}

void read(const std::filesystem::path& path, const Bytes& bytes) {
    require(store::replace_file(path, bytes).has_value());
    const auto first = practice::DurableChain::open(path, start, 7);
    if (!first) {
        require(!first.error().cause.empty());
        return;
    }
    const auto second = practice::DurableChain::open(path, start, 7);
    require(second.has_value() && second->chain().tip() == first->chain().tip());
    require(second->chain().mempool().size() == first->chain().mempool().size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || size > 100'000) return 0;
    static const fuzz::Scratch scratch;
    static const auto whole = whole_file(scratch.folder() / "whole");
    const ByteView input(data, size);
    // The first bit chooses, so that neither way starves the other.
    if ((data[0] & 0x80) != 0) {
        read(scratch.folder() / "chain", to_bytes(input.subspan(1)));
    } else {
        auto longer = whole;
        runnel::append(longer, record_of(input));
        read(scratch.folder() / "chain", longer);
    }
    return 0;
}
