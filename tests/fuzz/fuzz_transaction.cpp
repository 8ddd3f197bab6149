// Any bytes as a transaction and as a block: what parses is canonical, and its sizes and ids are
// those of its bytes.
#include "core/bitcoin/consensus.h"
#include "core/bitcoin/transaction.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace runnel;
    const ByteView input(data, size);
    if (const auto tx = bitcoin::Transaction::parse(input)) {
        if (tx->serialise() != to_bytes(input)) std::abort();
        if (tx->weight() != tx->serialise_without_witness().size() * 3 + size) std::abort();
        const auto again = bitcoin::Transaction::parse(tx->serialise());
        if (!again || *again != *tx || again->txid() != tx->txid()) std::abort();
        if (!bitcoin::check_transaction(*tx) && !bitcoin::total_output(*tx)) std::abort();
    }
    if (const auto block = bitcoin::Block::parse(input)) {
        if (block->serialise() != to_bytes(input)) std::abort();
    }
    return 0;
}
