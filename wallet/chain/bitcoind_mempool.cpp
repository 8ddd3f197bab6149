// What is not in a block yet: broadcasts, the mempool, feerates.
#include "core/bitcoin/consensus.h"
#include "wallet/chain/bitcoind_impl.h"

#include <algorithm>

namespace runnel::chain {

namespace json = boost::json;

namespace {

/// 16 of the largest standard transactions stay within the size limit of an answer.
constexpr std::size_t transactions_at_once = 16;
/// Fetched in one round, so that a large mempool does not hold up blocks.
constexpr std::size_t transactions_per_round = 2'000;
constexpr std::size_t spends_at_once = 500;

json::array text_param(std::string text) {
    json::array out;
    out.emplace_back(std::move(text));
    return out;
}

json::object outpoint_param(const bitcoin::OutPoint& outpoint) {
    json::object out;
    out["txid"] = display_hex(outpoint.txid);
    out["vout"] = static_cast<std::int64_t>(outpoint.index);
    return out;
}

std::string hex_of(const ports::TxPtr& tx) { return to_hex(tx->serialise()); }

/// What it takes here, which weight does not tell: a witness of a thousand empty items weighs a
/// thousand and takes thirty times that, and mempools are anybody's to fill.
std::size_t memory_of(const bitcoin::Transaction& tx) {
    constexpr std::size_t block = 16;  // of the allocator, for each vector
    std::size_t out = sizeof(tx) + 3 * block;
    for (const auto& input : tx.inputs) {
        out += sizeof(input) + input.script_sig.size() + 2 * block;
        for (const auto& item : input.witness) out += sizeof(item) + item.size() + block;
    }
    for (const auto& output : tx.outputs) out += sizeof(output) + output.script.size() + block;
    return out;
}

}  // namespace

void BitcoindSource::Impl::keep_in_pool(const Txid& txid, const ports::TxPtr& tx) {
    const std::size_t memory = memory_of(*tx);
    const bool room = m_pool_memory + memory <= m_options.pool_memory_most;
    if (!m_pool.emplace(txid, room ? tx : nullptr).second) return;
    if (room) m_pool_memory += memory;
    else ++m_pool_bare;
}

void BitcoindSource::Impl::drop_from_pool(const Txid& txid) {
    m_heard.erase(txid);
    m_told.erase(txid);
    const auto found = m_pool.find(txid);
    if (found == m_pool.end()) return;
    if (found->second) m_pool_memory -= memory_of(*found->second);
    else --m_pool_bare;
    m_pool.erase(found);
}

/// A transaction by ZMQ: from a mempool, or from a block, or from anybody who holds that port.
void BitcoindSource::Impl::hear(ByteView raw) {
    auto parsed = bitcoin::Transaction::parse(raw);
    if (!parsed || !bitcoin::total_output(*parsed)) return;
    const auto tx = std::make_shared<const bitcoin::Transaction>(std::move(*parsed));
    const Txid txid = tx->txid();
    if (m_pool.contains(txid) || m_pool.size() >= m_options.mempool_most) return;
    keep_in_pool(txid, tx);
    if (!m_filter.touches(*tx, txid)) return;
    m_heard.emplace(txid, tx);
    poke();
}

auto BitcoindSource::Impl::tell_heard() -> Step {
    while (!m_heard.empty() && !m_stopped) {
        std::vector<std::pair<Txid, ports::TxPtr>> some;
        std::vector<RpcCall> calls;
        for (const auto& [txid, tx] : m_heard) {
            some.emplace_back(txid, tx);
            calls.push_back({"getmempoolentry", text_param(display_hex(txid))});
            if (some.size() == 100) break;
        }
        auto answers = co_await ask_all(std::move(calls));
        if (!answers) co_return fail(answers.error());
        for (std::size_t i = 0; i < some.size(); ++i) {
            // A block that came meanwhile has taken it out.
            if (m_heard.erase(some[i].first) == 0) continue;
            if ((*answers)[i]) emit(ports::MempoolTx{some[i].second});
            else drop_from_pool(some[i].first);  // mined already, or never there
        }
    }
    co_return Result<void, Trouble>();
}

auto BitcoindSource::Impl::fetch_transactions(std::vector<Txid> wanted)
    -> Awaitable<std::vector<std::pair<Txid, ports::TxPtr>>> {
    std::vector<std::pair<Txid, ports::TxPtr>> out;
    for (std::size_t first = 0; first < wanted.size() && !m_stopped;
         first += transactions_at_once) {
        const std::size_t last = std::min(first + transactions_at_once, wanted.size());
        std::vector<RpcCall> calls;
        for (std::size_t i = first; i < last; ++i) {
            calls.push_back({"getrawtransaction", text_param(display_hex(wanted[i]))});
        }
        auto answers = co_await ask_all(std::move(calls));
        if (!answers) co_return fail(answers.error());
        for (std::size_t i = first; i < last; ++i) {
            const auto& answer = (*answers)[i - first];
            if (!answer) continue;  // mined or evicted meanwhile
            auto tx = read_transaction(*answer, wanted[i]);
            if (!tx)
                co_return fail(
                    Trouble{SourceTrouble::bad_answer, "getrawtransaction: another transaction"});
            out.emplace_back(wanted[i], std::move(tx));
        }
    }
    co_return out;
}

auto BitcoindSource::Impl::read_pool() -> Step {
    m_pool_due = Clock::now() + (m_zmq_txs ? m_options.timing.mempool_poll_with_zmq
                                           : m_options.timing.mempool_poll);
    if (m_filter.empty()) co_return Result<void, Trouble>();
    auto info = co_await ask("getmempoolinfo", {});
    if (!info) co_return fail(info.error());
    const auto size = read_number(*info, "size");
    if (!size || *size < 0)
        co_return fail(Trouble{SourceTrouble::bad_answer, "getmempoolinfo without size"});
    if (static_cast<std::uint64_t>(*size) > m_options.mempool_most) {
        m_pool.clear();
        m_pool_memory = m_pool_bare = 0;
        RUNNEL_STEP(look_up_spends());
        co_return Result<void, Trouble>();
    }
    auto answer = co_await ask("getrawmempool", {});
    if (!answer) co_return fail(answer.error());
    const auto ids = read_mempool(*answer);
    if (!ids) co_return fail(Trouble{SourceTrouble::bad_answer, "getrawmempool: no list of ids"});
    const std::unordered_set<Txid> there(ids->begin(), ids->end());
    std::vector<Txid> left;
    for (const auto& [txid, tx] : m_pool) {
        if (!there.contains(txid)) left.push_back(txid);
    }
    for (const auto& txid : left) drop_from_pool(txid);
    std::vector<Txid> fresh;
    for (const auto& txid : *ids) {
        if (m_pool.contains(txid)) continue;
        if (fresh.size() == transactions_per_round) {
            poke();
            m_pool_due = Clock::now();
            break;
        }
        fresh.push_back(txid);
    }
    auto fetched = co_await fetch_transactions(std::move(fresh));
    if (!fetched) co_return fail(fetched.error());
    // First every output that pays us, then who spends it: the order within a mempool is nobody's
    // promise.
    for (const auto& [txid, tx] : *fetched) m_filter.learn(*tx, txid);
    for (const auto& [txid, tx] : *fetched) {
        if (m_pool.contains(txid)) continue;  // heard by ZMQ while we asked
        keep_in_pool(txid, tx);
        if (m_filter.touches(*tx, txid)) emit(ports::MempoolTx{tx});
    }
    co_return Result<void, Trouble>();
}

/// For a mempool too large to be read: are watched outputs spent in it? Payments to us are then
/// seen when ZMQ tells of them or when they confirm.
auto BitcoindSource::Impl::look_up_spends() -> Step {
    const auto outpoints = m_filter.outpoints();
    std::vector<Txid> spenders;
    for (std::size_t first = 0; first < outpoints.size() && !m_stopped; first += spends_at_once) {
        json::array list;
        for (std::size_t i = first; i < std::min(first + spends_at_once, outpoints.size()); ++i) {
            list.push_back(outpoint_param(outpoints[i]));
        }
        json::array params;
        params.push_back(std::move(list));
        auto answer = co_await m_rpc.call("gettxspendingprevout", std::move(params));
        if (!answer && is_refusal(answer.error(), rpc_no_such_method)) {
            // Before bitcoind 24 nobody can be asked: such spends are seen when they confirm.
            m_spends_due = false;
            co_return Result<void, Trouble>();
        }
        if (!answer) co_return fail(trouble_of("gettxspendingprevout", answer.error()));
        const auto found = read_spenders(*answer);
        if (!found)
            co_return fail(Trouble{SourceTrouble::bad_answer, "gettxspendingprevout: no list"});
        for (const auto& txid : *found) {
            if (!m_told.contains(txid)) spenders.push_back(txid);
        }
    }
    auto fetched = co_await fetch_transactions(std::move(spenders));
    if (!fetched) co_return fail(fetched.error());
    for (const auto& [txid, tx] : *fetched) {
        if (m_told.insert(txid).second && m_filter.touches(*tx, txid)) emit(ports::MempoolTx{tx});
    }
    m_spends_due = false;
    co_return Result<void, Trouble>();
}

auto BitcoindSource::Impl::serve_broadcasts() -> Step {
    while (!m_broadcasts.empty() && !m_stopped) {
        // Taken out only when answered: a connection that breaks now leaves it for the next
        // session.
        const Waiting next = m_broadcasts.front();
        const auto& transactions = next.transactions;
        ports::TxPtr rival;
        if (next.gives_way) {
            auto found = co_await rival_of(transactions.front());
            if (!found) co_return fail(found.error());
            rival = std::move(*found);
            if (!is_next(next.number)) continue;  // taken back while we asked
        }
        if (rival) {
            const Txid txid = rival->txid();
            (void)m_filter.touches(*rival, txid);
            emit(ports::MempoolTx{rival});
            for (const auto& tx : transactions) {
                emit(
                    ports::BroadcastResult{tx->txid(), false, "gives way to " + display_hex(txid)});
            }
        } else if (transactions.size() == 1) {
            auto result = co_await send_one(transactions.front());
            if (!result) co_return fail(result.error());
            emit(std::move(*result));
        } else {
            RUNNEL_STEP(send_package(transactions, next.number));
        }
        if (is_next(next.number)) m_broadcasts.pop_front();
        m_pool_due = Clock::now();
    }
    co_return Result<void, Trouble>();
}

bool BitcoindSource::Impl::is_next(std::uint64_t number) const {
    return !m_broadcasts.empty() && m_broadcasts.front().number == number;
}

auto BitcoindSource::Impl::send_one(ports::TxPtr tx) -> Awaitable<ports::BroadcastResult> {
    if (m_stopped) co_return fail(Trouble{SourceTrouble::unreachable, "stopped"});
    ports::BroadcastResult out;
    out.txid = tx->txid();
    auto answer = co_await m_rpc.call("sendrawtransaction", text_param(hex_of(tx)));
    if (answer) {
        out.accepted = read_hash<Txid>(*answer) == out.txid;
        if (!out.accepted)
            co_return fail(Trouble{SourceTrouble::bad_answer, "sendrawtransaction: another id"});
        co_return out;
    }
    const RpcFailure& failure = answer.error();
    if (failure.kind != RpcFailure::Kind::refused || failure.code == rpc_warming_up) {
        co_return fail(trouble_of("sendrawtransaction", failure));
    }
    out.accepted = failure.code == rpc_already_in_chain || means_already_there(failure.message);
    if (!out.accepted) out.reason = failure.message;
    co_return out;
}

/// Another transaction in its mempool that spends what this one spends; null: none.
auto BitcoindSource::Impl::rival_of(ports::TxPtr tx) -> Awaitable<ports::TxPtr> {
    const Txid txid = tx->txid();
    json::array list;
    for (const auto& input : tx->inputs) list.push_back(outpoint_param(input.previous));
    json::array params;
    params.push_back(std::move(list));
    auto answer = co_await m_rpc.call("gettxspendingprevout", std::move(params));
    // bitcoind before 24. What is known of its mempool has to do: not to send at all would be worse
    // than to send beside a rival.
    if (!answer && is_refusal(answer.error(), rpc_no_such_method))
        co_return rival_in_pool(*tx, txid);
    if (!answer) co_return fail(trouble_of("gettxspendingprevout", answer.error()));
    const auto spenders = read_spenders(*answer);
    if (!spenders)
        co_return fail(Trouble{SourceTrouble::bad_answer, "gettxspendingprevout: no list"});
    std::vector<Txid> rivals;
    for (const auto& spender : *spenders) {
        if (spender != txid) rivals.push_back(spender);
    }
    auto fetched = co_await fetch_transactions(std::move(rivals));
    if (!fetched) co_return fail(fetched.error());
    for (const auto& [found, rival] : *fetched) {
        // Only what really conflicts: the answer is a claim like any other.
        for (const auto& input : rival->inputs) {
            for (const auto& own : tx->inputs) {
                if (input.previous == own.previous) co_return ports::TxPtr(rival);
            }
        }
    }
    co_return ports::TxPtr();
}

ports::TxPtr BitcoindSource::Impl::rival_in_pool(const bitcoin::Transaction& tx,
                                                 const Txid& txid) const {
    for (const auto& [other, held] : m_pool) {
        if (held == nullptr || other == txid) continue;
        for (const auto& input : held->inputs) {
            for (const auto& own : tx.inputs) {
                if (input.previous == own.previous) return held;
            }
        }
    }
    return nullptr;
}

/// A parent that pays too little for itself, and the child that pays for both. Whatever the package
/// does not achieve is tried one by one: a parent that confirmed meanwhile, a bitcoind without
/// submitpackage.
auto BitcoindSource::Impl::send_package(std::vector<ports::TxPtr> transactions,
                                        std::uint64_t number) -> Step {
    json::array list;
    for (const auto& tx : transactions) list.emplace_back(hex_of(tx));
    json::array params;
    params.push_back(std::move(list));
    auto answer = co_await m_rpc.call("submitpackage", std::move(params));
    if (!answer && (answer.error().kind != RpcFailure::Kind::refused ||
                    answer.error().code == rpc_warming_up)) {
        co_return fail(trouble_of("submitpackage", answer.error()));
    }
    std::vector<ports::BroadcastResult> results;
    for (const auto& tx : transactions) {
        ports::BroadcastResult result;
        result.txid = tx->txid();
        if (answer) {
            const auto outcome = read_package_outcome(*answer, tx->wtxid());
            result.accepted = outcome && (outcome->empty() || means_already_there(*outcome));
            result.reason = result.accepted ? "" : outcome ? escaped(*outcome) : "package refused";
        } else {
            result.reason = answer.error().message;
        }
        if (!result.accepted) {
            // Taken back while the package was on its way: not sent a second time.
            if (!is_next(number)) co_return Result<void, Trouble>();
            auto alone = co_await send_one(tx);
            if (!alone) co_return fail(alone.error());
            if (alone->accepted) result = std::move(*alone);
            else if (!answer) result.reason = alone->reason;
        }
        results.push_back(std::move(result));
    }
    // A child that is in a block or a mempool proves its parent, even one whose outputs are all
    // spent by now and of which bitcoind therefore only says that its inputs are gone.
    for (const auto& input : transactions.back()->inputs) {
        for (auto& result : results) {
            if (!results.back().accepted || result.txid != input.previous.txid) continue;
            result.accepted = true;
            result.reason.clear();
        }
    }
    for (auto& result : results) emit(std::move(result));
    co_return Result<void, Trouble>();
}

auto BitcoindSource::Impl::read_fees() -> Step {
    m_fees_due = Clock::now() + m_options.timing.fee_poll;
    std::vector<RpcCall> calls;
    for (const int blocks : {2, 6, 144}) {
        json::array params;
        params.emplace_back(blocks);
        calls.push_back({"estimatesmartfee", std::move(params)});
    }
    calls.push_back({"getmempoolinfo", {}});
    auto answers = co_await ask_all(std::move(calls));
    if (!answers) co_return fail(answers.error());
    const auto estimate = [&](std::size_t i) -> std::optional<std::uint64_t> {
        if (!(*answers)[i]) return std::nullopt;
        return read_estimate(*(*answers)[i]);
    };
    FeeAnswers found;
    found.next = estimate(0);
    found.six = estimate(1);
    found.day = estimate(2);
    if (const auto& info = (*answers)[3]; info) {
        found.mempool_min = read_feerate(*info, "mempoolminfee");
        found.relay_min = read_feerate(*info, "minrelaytxfee");
    }
    const auto fees = fee_estimates(found);
    if (m_fees == fees) co_return Result<void, Trouble>();
    m_fees = fees;
    emit(ports::FeesChanged{fees});
    co_return Result<void, Trouble>();
}

}  // namespace runnel::chain
