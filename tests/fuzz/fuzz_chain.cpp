// Any text as what a bitcoind answers: typed answers, and what is accepted is what was asked for.
// What a person writes to name one: fuzz_bitcoind_url.cpp.
#include "core/crypto/hash.h"
#include "wallet/chain/bitcoind_answers.h"
#include "wallet/chain/block_check.h"
#include "wallet/chain/zmq_listener.h"

#include <boost/json/parse.hpp>

#include <cstdlib>

namespace {

using namespace runnel;

void as_endpoint(std::string_view text) {
    const auto endpoint = chain::zmq_endpoint(text, "127.0.0.1");
    if (endpoint && !endpoint->starts_with("tcp://127.0.0.1:")) std::abort();
}

/// A block that says itself which one it is, so that more than its hash is looked at.
void as_block(std::string_view text) {
    const auto bytes = from_hex(text);
    BlockHash wanted;
    if (bytes && bytes->size() >= 80)
        wanted = BlockHash(crypto::sha256d(ByteView(*bytes).subspan(0, 80)).raw());
    const auto header = chain::check_header(text, wanted, Network::regtest);
    if (header && header->hash() != wanted) std::abort();
    const auto block = chain::check_block(text, wanted, Network::regtest);
    if (!block) return;
    if (block->hash != wanted || block->transactions.empty() ||
        block->txids.size() != block->transactions.size())
        std::abort();
    if (block->txids.front() != block->transactions.front().txid() ||
        bitcoin::merkle_root(block->txids).raw() != block->header.merkle_root.raw()) {
        std::abort();
    }
}

void as_transaction(const boost::json::value& answer) {
    const auto text = chain::read_text(answer);
    const auto bytes = text ? from_hex(*text) : std::nullopt;
    const auto tx = bytes ? bitcoin::Transaction::parse(*bytes)
                          : Result<bitcoin::Transaction, DecodeError>(fail(DecodeError::truncated));
    if (chain::read_transaction(answer, Txid())) std::abort();
    if (!tx) return;
    const auto read = chain::read_transaction(answer, tx->txid());
    if (read && read->txid() != tx->txid()) std::abort();
}

void as_answer(const boost::json::value& answer) {
    if (const auto info = chain::read_chain_info(answer);
        info && info->work != *chain::read_work(answer))
        std::abort();
    static_cast<void>(chain::read_version(answer));
    if (const auto hash = chain::read_hash<BlockHash>(answer);
        hash && chain::read_hash<BlockHash>(boost::json::string(display_hex(*hash))) != hash) {
        std::abort();
    }
    if (chain::read_zmq_offers(answer).size() > 64) std::abort();
    if (const auto mempool = chain::read_mempool(answer);
        mempool && mempool->size() != answer.as_array().size())
        std::abort();
    static_cast<void>(chain::read_spenders(answer));
    static_cast<void>(chain::read_estimate(answer));
    for (const char* const field : {"mempoolminfee", "minrelaytxfee", "feerate"})
        static_cast<void>(chain::read_feerate(answer, field));
    static_cast<void>(chain::read_number(answer, "blocks"));
    static_cast<void>(chain::read_package_outcome(answer, Hash256()));
    as_transaction(answer);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    as_endpoint(text);
    as_block(text);
    static_cast<void>(chain::means_already_there(text));
    boost::system::error_code error;
    const auto answer = boost::json::parse(text, error);
    if (!error) as_answer(answer);
    return 0;
}
