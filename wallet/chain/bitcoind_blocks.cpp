// Following the chain: blocks up, reorgs down, and the search of blocks that were reported before
// something was watched.
#include "wallet/chain/bitcoind_impl.h"

#include <algorithm>
#include <chrono>

// A false alarm of g++ 12 about Asio's coroutine frames, which have both operators, once one of
// them is inlined.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace runnel::chain {

namespace json = boost::json;

namespace {

/// Hashes asked for ahead in one request.
constexpr std::uint32_t hashes_at_once = 50;
/// Headers fetched at once when a search reaches below what is remembered.
constexpr std::uint32_t headers_at_once = 200;
/// Blocks searched before new ones get their turn.
constexpr int blocks_searched_at_once = 20;
/// Blocks between two words about how far a search is: each is a write to somebody's disk.
constexpr std::uint32_t progress_every = 100;
/// How much earlier than a wallet's birth its first block is looked for. A block's time may be two
/// hours ahead of the clock of those who accept it and lag behind by the median of eleven blocks;
/// the rest is for clocks that were wrong.
constexpr std::int64_t birth_margin_seconds = 24 * 3600;
/// A block that does not link to its predecessor is a reorg caught in the act; so many in a row are
/// a lie.
constexpr int unlinked_most = 5;
constexpr std::int64_t stale_tip_seconds = 90 * 60;

json::array height_param(std::uint32_t height) {
    json::array out;
    out.emplace_back(static_cast<std::int64_t>(height));
    return out;
}

/// By the hash that its best chain has at the height of our tip.
Result<bool, Trouble> is_gone(const RpcAnswer& answer, const BlockHash& tip) {
    if (!answer) {
        if (is_refusal(answer.error(), rpc_out_of_range)) return true;
        return fail(trouble_of("getblockhash", answer.error()));
    }
    const auto hash = read_hash<BlockHash>(*answer);
    if (!hash) return fail(Trouble{SourceTrouble::bad_answer, "getblockhash: no hash"});
    return *hash != tip;
}

}  // namespace

void ReportedChain::assign(const std::vector<KnownBlock>& known) {
    m_hashes.clear();
    // Only the last run without gaps is of use.
    std::size_t first = known.empty() ? 0 : known.size() - 1;
    while (first > 0 && known[first - 1].height.raw() + 1 == known[first].height.raw()) --first;
    for (std::size_t i = first; i < known.size(); ++i) push(known[i].height.raw(), known[i].hash);
}

void ReportedChain::push(std::uint32_t height, const BlockHash& hash) {
    if (m_hashes.empty()) m_base = height;
    m_hashes.push_back(hash);
}

void ReportedChain::extend_down(const std::vector<BlockHash>& below) {
    m_hashes.insert(m_hashes.begin(), below.begin(), below.end());
    m_base -= static_cast<std::uint32_t>(below.size());
}

bool BitcoindSource::Impl::is_synced() const {
    if (!at_best() || why_behind()) return false;
    // A regtest tip may be years old, and then counts as initial download.
    if (m_options.network == Network::regtest) return m_info.headers <= m_info.blocks;
    // A header comes a moment before its block.
    return m_header_of == m_chain.tip() && !m_info.initial_download &&
           m_info.headers <= m_info.blocks + 1;
}

/// All that it has is followed, and it is not what the network has: somebody keeps it from the
/// network, or shows us another one than before. An HTLC may have expired on the chain that we do
/// not see.
std::optional<std::string> BitcoindSource::Impl::why_behind() const {
    if (!at_best()) return std::nullopt;
    if (m_info.work < m_most_work || m_info.blocks < m_most_height)
        return "its tip has less work than one seen before";
    if (m_options.network == Network::regtest || m_header_of != m_chain.tip() ||
        m_info.headers > m_info.blocks)
        return std::nullopt;
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    if (now - m_tip_header.time <= stale_tip_seconds) return std::nullopt;
    return "its tip is " + std::to_string((now - m_tip_header.time) / 60) + " minutes old";
}

/// The tip remembered from before had its work, too. A source that does not know it cannot say how
/// much: then its chain has at least to be as long.
auto BitcoindSource::Impl::remember_work() -> Step {
    if (m_chain.empty()) co_return Result<void, Trouble>();
    json::array params;
    params.emplace_back(display_hex(m_chain.tip()));
    params.emplace_back(true);
    auto answer = co_await m_rpc.call("getblockheader", std::move(params));
    if (!answer && is_refusal(answer.error(), rpc_not_found)) {
        m_most_height = std::max(m_most_height, m_chain.tip_height());
        co_return Result<void, Trouble>();
    }
    if (!answer) co_return fail(trouble_of("getblockheader", answer.error()));
    const auto work = read_work(*answer);
    if (!work) co_return fail(Trouble{SourceTrouble::bad_answer, "getblockheader lacks chainwork"});
    m_most_work = std::max(m_most_work, *work);
    co_return Result<void, Trouble>();
}

auto BitcoindSource::Impl::judge_tip() -> Step {
    if (!at_best()) co_return Result<void, Trouble>();
    m_most_work = std::max(m_most_work, m_info.work);
    co_return co_await learn_tip_header();
}

/// The time of the tip is its header's, which has work; what is said beside it has none. What
/// follows it is measured by it, too.
auto BitcoindSource::Impl::learn_tip_header() -> Step {
    if (m_chain.empty() || m_header_of == m_chain.tip()) co_return Result<void, Trouble>();
    const BlockHash tip = m_chain.tip();
    auto header = co_await header_of(tip);
    if (!header) co_return fail(header.error());
    m_header_of = tip;
    m_tip_header = *header;
    co_return Result<void, Trouble>();
}

auto BitcoindSource::Impl::header_of(BlockHash hash) -> Awaitable<bitcoin::BlockHeader> {
    json::array params;
    params.emplace_back(display_hex(hash));
    params.emplace_back(false);
    auto answer = co_await ask("getblockheader", std::move(params));
    if (!answer) co_return fail(answer.error());
    auto header = check_header(read_text(*answer).value_or(""), hash, m_options.network);
    if (!header)
        co_return fail(Trouble{SourceTrouble::bad_answer, "getblockheader: no such header"});
    co_return *std::move(header);
}

auto BitcoindSource::Impl::follow_blocks() -> Step {
    {
        auto info = co_await chain_info();
        if (!info) co_return fail(info.error());
        m_info = std::move(*info);
    }
    int unlinked = 0;
    int stale = 0;
    while (!m_stopped && !at_best()) {
        RUNNEL_STEP(serve_broadcasts());
        const bool have_tip = !m_chain.empty();
        const std::uint32_t next = have_tip ? m_chain.tip_height() + 1 : m_next.value_or(0);
        if (!have_tip && next > m_info.blocks) break;  // born later than its tip
        if (have_tip && m_chain.tip_height() > m_info.blocks &&
            is_catching_up(m_info, m_options.network))
            break;

        // One request, one moment: is our tip still part of its best chain, and what follows?
        std::vector<RpcCall> calls;
        if (have_tip) calls.push_back({"getblockhash", height_param(m_chain.tip_height())});
        for (std::uint32_t h = next; h <= m_info.blocks && h - next < hashes_at_once; ++h) {
            calls.push_back({"getblockhash", height_param(h)});
        }
        const bool some_follow = calls.size() > (have_tip ? 1U : 0U);
        auto hashes = co_await ask_all(std::move(calls));
        if (!hashes) co_return fail(hashes.error());
        if (have_tip) {
            const auto gone = is_gone(hashes->front(), m_chain.tip());
            if (!gone) co_return fail(gone.error());
            if (*gone) {
                RUNNEL_STEP(disconnect_tip());
                auto info = co_await chain_info();
                if (!info) co_return fail(info.error());
                m_info = std::move(*info);
                continue;
            }
        }
        if (!some_follow && ++stale > 3) break;
        RUNNEL_STEP(learn_tip_header());
        for (std::size_t i = have_tip ? 1 : 0; i < hashes->size() && !m_stopped; ++i) {
            const auto& answer = (*hashes)[i];
            if (!answer && is_refusal(answer.error(), rpc_out_of_range))
                break;  // it shrank meanwhile
            if (!answer) co_return fail(trouble_of("getblockhash", answer.error()));
            const auto hash = read_hash<BlockHash>(*answer);
            if (!hash) co_return fail(Trouble{SourceTrouble::bad_answer, "getblockhash: no hash"});
            const std::uint32_t height = m_chain.empty() ? next : m_chain.tip_height() + 1;
            auto block = co_await fetch_block(*hash, height);
            if (!block) co_return fail(block.error());
            if (!m_chain.empty() && block->header.previous != m_chain.tip()) {
                if (++unlinked > unlinked_most) {
                    co_return fail(Trouble{
                        SourceTrouble::bad_answer,
                        "block " + std::to_string(height) + " does not link to the one before"});
                }
                break;
            }
            unlinked = 0;
            if (!m_chain.empty() &&
                !bits_may_follow(m_tip_header, block->header, height, m_options.network)) {
                co_return fail(
                    Trouble{SourceTrouble::bad_answer,
                            "block " + std::to_string(height) + " has not the work that it needs"});
            }
            connect(std::move(*block), height);
            if (!m_broadcasts.empty()) RUNNEL_STEP(serve_broadcasts());
        }
        auto info = co_await chain_info();
        if (!info) co_return fail(info.error());
        m_info = std::move(*info);
        if (!at_best()) report_status();
    }
    co_return co_await judge_tip();
}

auto BitcoindSource::Impl::fetch_block(BlockHash hash, std::uint32_t height)
    -> Awaitable<CheckedBlock> {
    json::array params;
    params.emplace_back(display_hex(hash));
    params.emplace_back(0);
    auto answer = co_await ask("getblock", std::move(params));
    if (!answer) {
        Trouble trouble = answer.error();
        trouble.detail += " block " + std::to_string(height);
        co_return fail(std::move(trouble));
    }
    const auto hex = read_text(*answer);
    if (!hex) co_return fail(Trouble{SourceTrouble::bad_answer, "getblock: no text"});
    auto block = check_block(*hex, hash, m_options.network);
    if (!block) {
        co_return fail(Trouble{
            SourceTrouble::bad_answer,
            "block " + std::to_string(height) + ": " + std::string(to_string(block.error()))});
    }
    co_return std::move(*block);
}

auto BitcoindSource::Impl::disconnect_tip() -> Step {
    const std::uint32_t height = m_chain.tip_height();
    const BlockHash hash = m_chain.tip();
    if (m_chain.base() == height && height > m_birth.value_or(height)) {
        // The reorg reaches below what is remembered. bitcoind keeps blocks it has left: its header
        // names the one before.
        json::array params;
        params.emplace_back(display_hex(hash));
        params.emplace_back(false);
        auto answer = co_await m_rpc.call("getblockheader", std::move(params));
        if (!answer && is_refusal(answer.error(), rpc_not_found)) {
            co_return fail(Trouble{SourceTrouble::history_unknown,
                                   "the fork lies below block " + std::to_string(height)});
        }
        if (!answer) co_return fail(trouble_of("getblockheader", answer.error()));
        const auto header = check_header(read_text(*answer).value_or(""), hash, m_options.network);
        if (!header)
            co_return fail(Trouble{SourceTrouble::bad_answer, "getblockheader: no such header"});
        m_chain.extend_down({header->previous});
    }
    m_chain.pop();
    if (m_chain.empty()) m_next = height;
    if (m_search) m_search->next = std::min(m_search->next, height);
    m_pool_due = Clock::now();  // what it held is unconfirmed again
    emit(ports::BlockDisconnected{BlockHeight(height), hash});
    co_return Result<void, Trouble>();
}

void BitcoindSource::Impl::connect(CheckedBlock block, std::uint32_t height) {
    ports::BlockConnected event;
    event.height = BlockHeight(height);
    event.hash = block.hash;
    event.previous = block.header.previous;
    event.time = UnixTime(block.header.time);
    m_header_of = block.hash;
    m_tip_header = block.header;
    for (std::size_t i = 0; i < block.transactions.size(); ++i) {
        drop_from_pool(block.txids[i]);
        if (!m_filter.touches(block.transactions[i], block.txids[i])) continue;
        event.relevant.push_back(
            {std::make_shared<const bitcoin::Transaction>(std::move(block.transactions[i])),
             static_cast<std::uint32_t>(i)});
    }
    m_chain.push(height, block.hash);
    m_fees_due = Clock::now();
    emit(std::move(event));
}

void BitcoindSource::Impl::begin_search() {
    if (m_late.empty()) return;
    const std::uint32_t end = m_chain.empty() ? 0 : m_chain.tip_height() + 1;
    if (!m_search) m_search.emplace(Search{{}, end});
    for (const auto& watch : m_late) {
        m_search->filter.add(watch);
        // Nothing of this wallet is older than the wallet.
        const std::uint32_t since = std::max(watch.since.raw(), m_birth.value_or(0));
        m_search->next = std::min(m_search->next, since);
    }
    m_late.clear();
}

auto BitcoindSource::Impl::search_blocks() -> Step {
    begin_search();
    if (!m_search) {
        tell_search_progress();
        co_return Result<void, Trouble>();
    }
    for (int i = 0; i < blocks_searched_at_once && !m_stopped; ++i) {
        if (m_chain.empty() || m_search->next > m_chain.tip_height()) {
            // The blocks are done; what is still unconfirmed comes last.
            for (const auto& [txid, tx] : m_pool) {
                if (tx && m_search->filter.learn(*tx, txid)) m_filter.learn(*tx, txid);
            }
            for (const auto& [txid, tx] : m_pool) {
                if (tx && m_search->filter.touches(*tx, txid)) m_heard.emplace(txid, tx);
            }
            m_told.clear();
            if (m_pool.empty()) m_pool_due = Clock::now();
            m_search.reset();
            tell_search_progress();
            // What is not kept cannot be looked at again: who spends it is asked
            // (bitcoind_source.cpp).
            m_spends_due = m_spends_due || m_pool_bare > 0;
            break;
        }
        const std::uint32_t height = m_search->next;
        if (height < m_chain.base()) {
            auto learned = co_await learn_older_blocks(height);
            if (!learned) co_return fail(learned.error());
            if (!*learned) break;  // a reorg is under way: after following it
            continue;
        }
        const BlockHash hash = m_chain.at(height);
        auto block = co_await fetch_block(hash, height);
        if (!block) co_return fail(block.error());
        for (std::size_t k = 0; k < block->transactions.size(); ++k) {
            auto& tx = block->transactions[k];
            if (!m_search->filter.touches(tx, block->txids[k])) continue;
            m_filter.learn(tx, block->txids[k]);
            ports::LateConfirmation event;
            event.height = BlockHeight(height);
            event.hash = hash;
            event.tx = {std::make_shared<const bitcoin::Transaction>(std::move(tx)),
                        static_cast<std::uint32_t>(k)};
            emit(std::move(event));
        }
        m_search->next = height + 1;
        tell_search_progress();
        if (!m_broadcasts.empty()) RUNNEL_STEP(serve_broadcasts());
    }
    co_return Result<void, Trouble>();
}

void BitcoindSource::Impl::tell_search_progress() {
    // What was asked for while the search was under way is not in it yet: the next one begins with
    // that.
    if (m_search_number == m_search_done || !m_late.empty()) return;
    if (!m_search) {
        m_search_done = m_search_number;
        return emit(ports::SearchProgress{m_search_number, std::nullopt});
    }
    if (m_search->next < m_search->told + progress_every) return;
    m_search->told = m_search->next;
    emit(ports::SearchProgress{m_search_number, BlockHeight(m_search->next)});
}

/// The first block that may matter to a wallet made at `time`. Times of blocks do not rise evenly,
/// but by less than the margin: halving finds a place that is close enough.
auto BitcoindSource::Impl::height_at(UnixTime time) -> Awaitable<std::uint32_t> {
    const std::int64_t wanted = time.raw() - birth_margin_seconds;
    if (is_catching_up(m_info, m_options.network)) {
        // From the last block that it has the wallet would read all the years in between. One
        // question tells: it is asked for as long as the download takes.
        auto tip = co_await header_of(m_info.best);
        if (!tip) co_return fail(tip.error());
        if (std::int64_t{tip->time} < wanted) {
            co_return fail(Trouble{SourceTrouble::catching_up,
                                   "it has yet to download the blocks of this wallet's time"});
        }
    }
    std::uint32_t high = m_info.blocks;      // where all blocks are older, the tip
    std::uint32_t low = std::min(high, 1U);  // nobody can spend the first block's coins
    while (low < high && !m_stopped) {
        const std::uint32_t middle = low + (high - low) / 2;
        auto answer = co_await ask("getblockhash", height_param(middle));
        if (!answer) co_return fail(answer.error());
        const auto hash = read_hash<BlockHash>(*answer);
        if (!hash) co_return fail(Trouble{SourceTrouble::bad_answer, "getblockhash: no hash"});
        auto header = co_await header_of(*hash);
        if (!header) co_return fail(header.error());
        if (std::int64_t{header->time} >= wanted) high = middle;
        else low = middle + 1;
    }
    co_return low;
}

/// Extends the remembered chain downwards by headers that link to it. False when they do not (a
/// reorg right now).
auto BitcoindSource::Impl::learn_older_blocks(std::uint32_t down_to) -> Awaitable<bool> {
    const std::uint32_t base = m_chain.base();
    const std::uint32_t low = std::max(down_to, base - std::min(base, headers_at_once));
    std::vector<RpcCall> calls;
    for (std::uint32_t h = low; h < base; ++h) calls.push_back({"getblockhash", height_param(h)});
    auto answers = co_await ask_all(std::move(calls));
    if (!answers) co_return fail(answers.error());
    std::vector<BlockHash> hashes;
    for (const auto& answer : *answers) {
        if (!answer) co_return false;
        const auto hash = read_hash<BlockHash>(*answer);
        if (!hash) co_return fail(Trouble{SourceTrouble::bad_answer, "getblockhash: no hash"});
        hashes.push_back(*hash);
    }
    hashes.push_back(m_chain.at(base));
    calls.clear();
    for (const auto& hash : hashes) {
        json::array params;
        params.emplace_back(display_hex(hash));
        params.emplace_back(false);
        calls.push_back({"getblockheader", std::move(params)});
    }
    answers = co_await ask_all(std::move(calls));
    if (!answers) co_return fail(answers.error());
    for (std::size_t i = hashes.size(); i-- > 1;) {
        const auto& answer = (*answers)[i];
        if (!answer) co_return false;
        const auto header =
            check_header(read_text(*answer).value_or(""), hashes[i], m_options.network);
        if (!header)
            co_return fail(Trouble{SourceTrouble::bad_answer, "getblockheader: no such header"});
        if (header->previous != hashes[i - 1]) co_return false;
    }
    hashes.pop_back();
    m_chain.extend_down(hashes);
    co_return true;
}

}  // namespace runnel::chain
