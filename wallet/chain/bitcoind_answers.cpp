#include "wallet/chain/bitcoind_answers.h"

#include "core/bitcoin/consensus.h"

#include <algorithm>
#include <array>
#include <limits>

namespace runnel::chain {

namespace json = boost::json;
using Kind = RpcFailure::Kind;

namespace {

const json::value* field(const json::value& answer, std::string_view name) {
    const auto* object = answer.if_object();
    return object == nullptr ? nullptr
                             : object->if_contains(json::string_view(name.data(), name.size()));
}

std::optional<std::uint32_t> height_field(const json::value& answer, std::string_view name) {
    const auto number = read_number(answer, name);
    if (!number || *number < 0 || *number > std::numeric_limits<std::int32_t>::max())
        return std::nullopt;
    return static_cast<std::uint32_t>(*number);
}

std::optional<std::string_view> text_field(const json::value& answer, std::string_view name) {
    const auto* value = field(answer, name);
    return value == nullptr ? std::nullopt : read_text(*value);
}

}  // namespace

std::string_view to_string(SourceTrouble trouble) {
    switch (trouble) {
        case SourceTrouble::unreachable: return "unreachable";
        case SourceTrouble::unauthorised: return "unauthorised";
        case SourceTrouble::starting: return "starting";
        case SourceTrouble::catching_up: return "catching_up";
        case SourceTrouble::wrong_network: return "wrong_network";
        case SourceTrouble::pruned: return "pruned";
        case SourceTrouble::bad_answer: return "bad_answer";
        case SourceTrouble::history_unknown: return "history_unknown";
    }
    return "unknown";
}

bool is_refusal(const RpcFailure& failure, int code) {
    return failure.kind == Kind::refused && failure.code == code;
}

Trouble trouble_of(std::string_view method, const RpcFailure& failure) {
    Trouble out;
    out.detail = std::string(method) + ": " + std::string(to_string(failure.kind));
    if (failure.kind == Kind::refused) out.detail += " " + std::to_string(failure.code);
    if (!failure.message.empty()) out.detail += " (" + failure.message + ")";
    switch (failure.kind) {
        case Kind::unreachable:
        case Kind::timeout:
        case Kind::busy: out.kind = SourceTrouble::unreachable; break;
        case Kind::unauthorised: out.kind = SourceTrouble::unauthorised; break;
        case Kind::too_large:
        case Kind::malformed: out.kind = SourceTrouble::bad_answer; break;
        case Kind::refused:
            if (failure.code == rpc_warming_up) {
                out.kind = SourceTrouble::starting;
            } else if (failure.message.find("pruned") != std::string::npos) {
                out.kind = SourceTrouble::pruned;
            } else {
                out.kind = SourceTrouble::bad_answer;
            }
            break;
    }
    return out;
}

std::optional<std::string_view> read_text(const json::value& answer) {
    const auto* text = answer.if_string();
    if (text == nullptr) return std::nullopt;
    return std::string_view(text->data(), text->size());
}

std::optional<std::int64_t> read_number(const json::value& answer, std::string_view name) {
    const auto* value = field(answer, name);
    if (value == nullptr || !value->is_int64()) return std::nullopt;
    return value->get_int64();
}

std::optional<ChainInfo> read_chain_info(const json::value& answer) {
    ChainInfo out;
    const auto chain = text_field(answer, "chain");
    const auto blocks = height_field(answer, "blocks");
    const auto headers = height_field(answer, "headers");
    const auto* best = field(answer, "bestblockhash");
    const auto hash = best == nullptr ? std::nullopt : read_hash<BlockHash>(*best);
    const auto* download = field(answer, "initialblockdownload");
    const auto work = read_work(answer);
    if (!chain || !blocks || !headers || !hash || download == nullptr || !download->is_bool() ||
        !work) {
        return std::nullopt;
    }
    out.chain = std::string(*chain);
    out.blocks = *blocks;
    out.headers = *headers;
    out.best = *hash;
    out.initial_download = download->get_bool();
    out.work = *work;
    return out;
}

bool is_catching_up(const ChainInfo& info, Network network) {
    return network != Network::regtest && (info.initial_download || info.headers > info.blocks);
}

std::optional<Work> read_work(const json::value& answer) {
    const auto text = text_field(answer, "chainwork");
    const auto bytes = text && text->size() == 64 ? from_hex(*text) : std::nullopt;
    if (!bytes) return std::nullopt;
    Work out{};
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return out;
}

std::optional<std::int64_t> read_version(const json::value& answer) {
    return read_number(answer, "version");
}

std::vector<ZmqOffer> read_zmq_offers(const json::value& answer) {
    std::vector<ZmqOffer> out;
    const auto* list = answer.if_array();
    if (list == nullptr) return out;
    for (const auto& entry : *list) {
        const auto type = text_field(entry, "type");
        const auto address = text_field(entry, "address");
        if (type && address) out.push_back({std::string(*type), std::string(*address)});
        if (out.size() == 64) break;
    }
    return out;
}

std::optional<std::vector<Txid>> read_mempool(const json::value& answer) {
    const auto* list = answer.if_array();
    if (list == nullptr) return std::nullopt;
    std::vector<Txid> out;
    out.reserve(list->size());
    for (const auto& entry : *list) {
        const auto txid = read_hash<Txid>(entry);
        if (!txid) return std::nullopt;
        out.push_back(*txid);
    }
    return out;
}

ports::TxPtr read_transaction(const json::value& answer, const Txid& wanted) {
    const auto text = read_text(answer);
    const auto bytes = text ? from_hex(*text) : std::nullopt;
    if (!bytes) return nullptr;
    auto tx = bitcoin::Transaction::parse(*bytes);
    if (!tx || tx->txid() != wanted || !bitcoin::total_output(*tx)) return nullptr;
    return std::make_shared<const bitcoin::Transaction>(std::move(*tx));
}

std::optional<std::vector<Txid>> read_spenders(const json::value& answer) {
    const auto* list = answer.if_array();
    if (list == nullptr) return std::nullopt;
    std::vector<Txid> out;
    for (const auto& entry : *list) {
        const auto* spender = field(entry, "spendingtxid");
        const auto txid = spender == nullptr ? std::nullopt : read_hash<Txid>(*spender);
        if (txid) out.push_back(*txid);
    }
    return out;
}

std::optional<std::uint64_t> read_feerate(const json::value& answer, std::string_view name) {
    const auto* value = field(answer, name);
    if (value == nullptr) return std::nullopt;
    if (value->is_double()) return sat_per_kvb(value->get_double());
    if (value->is_int64()) return sat_per_kvb(static_cast<double>(value->get_int64()));
    return std::nullopt;
}

std::optional<std::uint64_t> read_estimate(const json::value& answer) {
    return read_feerate(answer, "feerate");
}

std::optional<std::string> read_package_outcome(const json::value& answer, const Hash256& wtxid) {
    const auto* results = field(answer, "tx-results");
    const auto* one = results == nullptr ? nullptr : field(*results, display_hex(wtxid));
    if (one == nullptr || !one->is_object()) return std::nullopt;
    const auto error = text_field(*one, "error");
    return error ? std::string(*error) : std::string();
}

bool means_already_there(std::string_view reason) {
    static constexpr std::array<std::string_view, 5> words{
        "txn-already-in-mempool", "txn-already-known", "txn-same-nonwitness-data-in-mempool",
        "already in block chain", "already in utxo set"};
    for (const auto& word : words) {
        if (reason.find(word) != std::string_view::npos) return true;
    }
    return false;
}

}  // namespace runnel::chain
