#include "app/practice/messages.h"

#include "wallet/chain/fee_rates.h"

#include <algorithm>

namespace runnel::practice {

namespace {

const json::value* member(const json::value& value, std::string_view name) {
    const auto* const object = value.if_object();
    return object == nullptr ? nullptr : object->if_contains(name);
}

std::optional<std::uint64_t> number(const json::value& value, std::string_view name,
                                    std::uint64_t most) {
    const auto* const found = member(value, name);
    if (found == nullptr) return std::nullopt;
    boost::system::error_code error;
    const auto out = found->to_number<std::uint64_t>(error);
    if (error || !(found->is_int64() || found->is_uint64()) || out > most) return std::nullopt;
    return out;
}

std::optional<std::string_view> text(const json::value& value, std::string_view name) {
    const auto* const found = member(value, name);
    if (found == nullptr || !found->is_string()) return std::nullopt;
    return std::string_view(found->get_string());
}

std::optional<BlockHash> hash(const json::value& value) {
    const auto found = text(value, "hash");
    if (!found) return std::nullopt;
    const auto out = from_display_hex<BlockHash>(*found);
    return out ? std::optional(*out) : std::nullopt;
}

}  // namespace

json::object to_json(const News& news) {
    return {{"tip", to_json(news.tip)},
            {"mempool", news.mempool},
            {"fees",
             {{"urgent", news.fees.urgent.raw()},
              {"normal", news.fees.normal.raw()},
              {"slow", news.fees.slow.raw()},
              {"mempool_min", news.fees.mempool_min.raw()}}}};
}

std::optional<News> read_news(const json::value& value) {
    const auto* const tip = member(value, "tip");
    const auto* const fees = member(value, "fees");
    if (tip == nullptr || fees == nullptr) return std::nullopt;
    const auto block = read_known_block(*tip);
    const auto pool = number(value, "mempool", UINT64_MAX);
    if (!block || !pool) return std::nullopt;
    News out{*block, *pool, {}};
    FeeratePerKw least = feerate_floor;
    for (const auto& [name, field] :
         {std::pair("mempool_min", &out.fees.mempool_min), std::pair("slow", &out.fees.slow),
          std::pair("normal", &out.fees.normal), std::pair("urgent", &out.fees.urgent)}) {
        const auto rate = number(*fees, name, UINT32_MAX);
        if (!rate) return std::nullopt;
        *field = std::clamp(FeeratePerKw(static_cast<std::uint32_t>(*rate)), least,
                            chain::feerate_ceiling);
        least = *field;
    }
    out.fees.known = true;
    return out;
}

json::object to_json(const chain::KnownBlock& block) {
    return {{"height", block.height.raw()}, {"hash", display_hex(block.hash)}};
}

std::optional<chain::KnownBlock> read_known_block(const json::value& value) {
    const auto height = number(value, "height", INT32_MAX);
    const auto found = hash(value);
    if (!height || !found) return std::nullopt;
    return chain::KnownBlock{BlockHeight(static_cast<std::uint32_t>(*height)), *found};
}

json::object block_json(const BlockHash& block_hash, const bitcoin::Block& block) {
    return {{"hash", display_hex(block_hash)}, {"hex", to_hex(block.serialise())}};
}

std::optional<std::vector<chain::CheckedBlock>> read_blocks(const json::value& answer) {
    const auto* const list = member(answer, "blocks");
    if (list == nullptr || !list->is_array()) return std::nullopt;
    std::vector<chain::CheckedBlock> out;
    for (const auto& entry : list->get_array()) {
        const auto wanted = hash(entry);
        const auto hex = text(entry, "hex");
        if (!wanted || !hex) return std::nullopt;
        auto block = chain::check_block(*hex, *wanted, Network::practice);
        if (!block) return std::nullopt;
        if (!out.empty() && block->header.previous != out.back().hash) return std::nullopt;
        out.push_back(std::move(*block));
    }
    return out;
}

json::array transactions_json(const std::vector<ports::TxPtr>& transactions) {
    json::array out;
    out.reserve(transactions.size());
    for (const auto& tx : transactions) out.emplace_back(to_hex(tx->serialise()));
    return out;
}

std::optional<std::vector<ports::TxPtr>> read_transactions(const json::value& value,
                                                           std::size_t most) {
    const auto* const list = member(value, "transactions");
    if (list == nullptr || !list->is_array() || list->get_array().size() > most)
        return std::nullopt;
    std::vector<ports::TxPtr> out;
    for (const auto& entry : list->get_array()) {
        if (!entry.is_string()) return std::nullopt;
        const auto bytes = from_hex(std::string_view(entry.get_string()));
        if (!bytes) return std::nullopt;
        auto tx = bitcoin::Transaction::parse(*bytes);
        if (!tx) return std::nullopt;
        out.push_back(std::make_shared<const bitcoin::Transaction>(std::move(*tx)));
    }
    return out;
}

}  // namespace runnel::practice
