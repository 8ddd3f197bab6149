#include "app/runnel-practice/chain_methods.h"

#include <algorithm>
#include <array>

namespace runnel::practice {

using control::bad_request;
using control::Outcome;

namespace {

constexpr std::array<std::string_view, 5> methods{"news", "blocks", "locate", "mempool",
                                                  "broadcast"};
constexpr std::uint64_t most_blocks = 1000;
/// An answer is ended behind the block that reaches this, in bytes.
constexpr std::size_t enough = std::size_t{4} << 20;
constexpr std::size_t most_located = 10'000;

/// What a quiet chain asks: a little more than the least, so that fees are there to be seen.
constexpr ports::FeeEstimates quiet_fees{FeeratePerKw(2500), FeeratePerKw(1000), FeeratePerKw(500),
                                         feerate_floor, true};

std::optional<std::uint64_t> number(const json::object& params, std::string_view name) {
    const auto* const value = params.if_contains(name);
    if (value == nullptr || !(value->is_int64() || value->is_uint64())) return std::nullopt;
    boost::system::error_code error;
    const auto out = value->to_number<std::uint64_t>(error);
    return error ? std::nullopt : std::optional(out);
}

bool is_there(const Result<sim::Accepted, sim::Rejection>& result) {
    return result || result.error().reason == sim::MempoolReject::already_known ||
           result.error().reason == sim::MempoolReject::already_confirmed;
}

json::object result_json(const Result<sim::Accepted, sim::Rejection>& result) {
    const bool accepted = is_there(result);
    return {{"accepted", accepted},
            {"reason", accepted ? std::string_view() : sim::relay_word(result.error().reason)}};
}

}  // namespace

News ChainMethods::news() const {
    return {
        {m_chain.chain().height(), m_chain.chain().tip()}, m_chain.mempool_changes(), quiet_fees};
}

bool ChainMethods::knows(std::string_view method) const {
    return std::find(methods.begin(), methods.end(), method) != methods.end();
}

Outcome ChainMethods::call(std::string_view method, const json::object& params) {
    if (method == "blocks") return blocks(params);
    if (method == "locate") return locate(params);
    if (method == "broadcast") return broadcast(params);
    if (method == "mempool") {
        std::vector<ports::TxPtr> waiting;
        for (const auto* entry : m_chain.chain().mempool().entries()) waiting.push_back(entry->tx);
        return json::value(json::object{{"transactions", transactions_json(waiting)}});
    }
    return json::value(to_json(news()));
}

Outcome ChainMethods::blocks(const json::object& params) const {
    const auto& chain = m_chain.chain();
    const auto most = number(params, "most");
    if (!most || *most == 0)
        return fail(bad_request("most", "a whole number, one or more, is needed"));
    std::uint64_t height = 0;
    if (const auto* const after = params.if_contains("after")) {
        const auto known = read_known_block(*after);
        if (!known) return fail(bad_request("after", "height and hash of a block are needed"));
        if (chain.hash_at(known->height) != known->hash)
            return json::value(json::object{{"gone", true}});
        height = std::uint64_t{known->height.raw()} + 1;
    } else {
        const auto from = number(params, "from");
        if (!from) return fail(bad_request("from", "a height is needed"));
        height = *from;
    }
    json::array list;
    std::size_t size = 0;
    for (; height <= chain.height().raw() && list.size() < std::min(*most, most_blocks) &&
           size < enough;
         ++height) {
        const BlockHeight at(static_cast<std::uint32_t>(height));
        list.emplace_back(block_json(*chain.hash_at(at), *chain.block(at)));
        size += list.back().get_object()["hex"].get_string().size();
    }
    return json::value(json::object{{"blocks", std::move(list)}});
}

Outcome ChainMethods::locate(const json::object& params) const {
    const auto* const blocks = params.if_contains("blocks");
    if (blocks == nullptr || !blocks->is_array() || blocks->get_array().size() > most_located) {
        return fail(bad_request("blocks", "a list is needed"));
    }
    const auto& list = blocks->get_array();
    for (std::size_t i = list.size(); i-- > 0;) {
        const auto known = read_known_block(list[i]);
        if (!known) return fail(bad_request("blocks", "height and hash of each block are needed"));
        if (m_chain.chain().hash_at(known->height) == known->hash)
            return json::value(json::object{{"found", i}});
    }
    return json::value(json::object{{"found", nullptr}});
}

Outcome ChainMethods::broadcast(const json::object& params) {
    const auto transactions = read_transactions(params, 2);
    if (!transactions || transactions->empty())
        return fail(bad_request("transactions", "one or two are needed, as hex"));
    json::array results;
    if (transactions->size() == 1) {
        results.emplace_back(result_json(m_chain.submit(*transactions->front())));
    } else {
        auto both = m_chain.submit_package(*transactions->front(), *transactions->back());
        // A child that is in the mempool or in a block proves its parent.
        const bool proven = is_there(both.child);
        results.emplace_back(proven ? json::object{{"accepted", true}, {"reason", ""}}
                                    : result_json(both.parent));
        results.emplace_back(result_json(both.child));
    }
    return json::value(json::object{{"results", std::move(results)}});
}

}  // namespace runnel::practice
