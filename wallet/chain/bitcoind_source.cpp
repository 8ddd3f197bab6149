#include "wallet/chain/bitcoind_source.h"

#include "wallet/chain/bitcoind_impl.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>

namespace runnel::chain {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

/// submitpackage and 1-parent-1-child relay.
constexpr std::int64_t least_version = 280'000;

bool answers(SourceTrouble trouble) {
    return trouble == SourceTrouble::catching_up || trouble == SourceTrouble::pruned ||
           trouble == SourceTrouble::bad_answer || trouble == SourceTrouble::history_unknown;
}

bool same(const ports::ChainStatus& a, const ports::ChainStatus& b) {
    return a.reachable == b.reachable && a.synced == b.synced && a.tip == b.tip &&
           a.relays_packages == b.relays_packages && a.problem == b.problem &&
           a.trouble == b.trouble;
}

/// What waiting alone may not mend is told to the person.
std::optional<api::ProblemKind> trouble_for_people(SourceTrouble trouble) {
    if (trouble == SourceTrouble::pruned) return api::ProblemKind::chain_pruned;
    if (trouble == SourceTrouble::history_unknown) return api::ProblemKind::chain_unknown;
    return std::nullopt;
}

}  // namespace

BitcoindTiming default_timing(Network network) {
    if (network == Network::regtest) return {250ms, 1s, 500ms, 5s, 5s};
    return {3s, 15s, 10s, 60s, 30s};
}

BitcoindSource::Impl::Impl(asio::io_context& io, BitcoindOptions options)
    : m_strand(asio::make_strand(io)),
      m_options(std::move(options)),
      m_url(std::make_shared<const BitcoindUrl>(std::move(m_options.url))),
      m_rpc(m_strand, m_url, m_options.limits),
      m_zmq(m_strand, {[this] { poke(); }, [this](ByteView raw) { hear(raw); }}),
      m_timer(m_strand) {}

void BitcoindSource::Impl::start(StartPoint from, ChainSource::Sink sink) {
    asio::post(m_strand, [self = shared_from_this(), from = std::move(from),
                          sink = std::move(sink)]() mutable {
        if (self->m_started || self->m_stopped) return;
        self->m_started = true;
        self->m_sink = std::move(sink);
        self->m_chain.assign(from.known);
        if (from.birth) self->m_birth = from.birth->raw();
        else if (!self->m_chain.empty()) self->m_birth = self->m_chain.base();
        self->m_birth_time = from.birth_time;
        self->m_next = self->m_birth;
        // The coroutine keeps the object alive; an exception in it is a bug of ours and ends the
        // process.
        asio::co_spawn(
            self->m_strand, [self]() -> asio::awaitable<void> { co_await self->run(); },
            [self](std::exception_ptr failed) {
                if (failed) std::rethrow_exception(failed);
            });
    });
}

void BitcoindSource::Impl::watch(ports::Watch what) {
    asio::post(m_strand, [self = shared_from_this(), what = std::move(what)] {
        const bool is_new = self->m_filter.add(what);
        self->m_search_number = std::max(self->m_search_number, what.search);
        if (is_new) self->m_late.push_back(what);
        if (is_new || self->m_search_done < self->m_search_number) self->poke();
    });
}

void BitcoindSource::Impl::broadcast(std::vector<ports::TxPtr> transactions, bool gives_way) {
    std::erase(transactions, nullptr);
    if (transactions.empty()) return;
    asio::post(m_strand, [self = shared_from_this(), transactions = std::move(transactions),
                          gives_way]() mutable {
        // Asked again while the source was away: once is enough.
        const auto same_txs = [&](const Waiting& waiting) {
            return std::equal(waiting.transactions.begin(), waiting.transactions.end(),
                              transactions.begin(), transactions.end(),
                              [](const auto& a, const auto& b) { return *a == *b; });
        };
        if (std::any_of(self->m_broadcasts.begin(), self->m_broadcasts.end(), same_txs)) return;
        self->m_broadcasts.push_back(
            {std::move(transactions), gives_way, ++self->m_broadcast_number});
        self->poke();
    });
}

void BitcoindSource::Impl::take_back(const Txid& txid) {
    asio::post(m_strand, [self = shared_from_this(), txid] {
        std::erase_if(self->m_broadcasts, [&](const Waiting& waiting) {
            return std::any_of(waiting.transactions.begin(), waiting.transactions.end(),
                               [&](const ports::TxPtr& tx) { return tx->txid() == txid; });
        });
    });
}

void BitcoindSource::Impl::stop() {
    if (m_stopped.exchange(true)) return;
    asio::post(m_strand, [self = shared_from_this()] {
        self->m_timer.cancel();
        self->m_rpc.close();
        self->m_zmq.close();
    });
}

asio::awaitable<void> BitcoindSource::Impl::run() {
    while (!m_stopped) {
        auto outcome = co_await open();
        if (outcome) outcome = co_await session();
        m_zmq.close();
        if (m_stopped) break;
        const Trouble trouble = outcome ? Trouble{SourceTrouble::unreachable, {}} : outcome.error();
        report_trouble(trouble);
        co_await back_off(trouble.kind);
    }
    m_zmq.close();
    m_rpc.close();
}

/// Whoever answers must be a bitcoind on our chain before anything else it says counts.
auto BitcoindSource::Impl::open() -> Step {
    auto network = co_await ask("getnetworkinfo", {});
    if (!network) co_return fail(network.error());
    const auto version = read_version(*network);
    if (!version)
        co_return fail(Trouble{SourceTrouble::bad_answer, "getnetworkinfo without version"});
    m_version = *version;

    auto info = co_await chain_info();
    if (!info) co_return fail(info.error());
    json::array zero;
    zero.emplace_back(0);
    auto genesis = co_await ask("getblockhash", std::move(zero));
    if (!genesis) co_return fail(genesis.error());
    const auto& params = params_of(m_options.network);
    if (read_hash<ChainHash>(*genesis) != params.chain_hash) {
        co_return fail(Trouble{SourceTrouble::wrong_network,
                               "another genesis block than " + std::string(params.name)});
    }
    m_info = std::move(*info);
    if (!m_next && m_chain.empty() && m_birth_time) {
        auto height = co_await height_at(*m_birth_time);
        if (!height) co_return fail(height.error());
        m_birth = *height;
        m_next = *height;
        log(LogLevel::info, "first block of a wallet made at " +
                                std::to_string(m_birth_time->raw()) + ": " +
                                std::to_string(*height));
    }
    if (!m_next && m_chain.empty()) m_next = m_info.blocks;
    RUNNEL_STEP(remember_work());

    m_zmq_blocks = m_zmq_txs = false;
    if (m_options.use_zmq) {
        auto offers = co_await m_rpc.call("getzmqnotifications", {});
        if (offers) subscribe(read_zmq_offers(*offers));
    }
    m_pool_due = m_fees_due = m_status_due = Clock::now();
    if (m_version < least_version) {
        log(LogLevel::unusual, "bitcoind is too old version=" + std::to_string(m_version));
    }
    log(LogLevel::info, "bitcoind version=" + std::to_string(m_version) +
                            " blocks=" + std::to_string(m_info.blocks) + " zmq_blocks=" +
                            (m_zmq_blocks ? "1" : "0") + " zmq_txs=" + (m_zmq_txs ? "1" : "0"));
    co_return Result<void, Trouble>();
}

auto BitcoindSource::Impl::session() -> Step {
    report_status();
    while (!m_stopped) {
        m_poked = false;
        // Before the blocks: what they make urgent is paid for by today's estimates, not by those
        // of before a long silence.
        if (Clock::now() >= m_fees_due) RUNNEL_STEP(read_fees());
        RUNNEL_STEP(follow_blocks());
        RUNNEL_STEP(serve_broadcasts());
        RUNNEL_STEP(search_blocks());
        if (m_spends_due) RUNNEL_STEP(look_up_spends());
        if (Clock::now() >= m_pool_due) RUNNEL_STEP(read_pool());
        RUNNEL_STEP(tell_heard());
        m_failures = 0;
        m_trouble.reset();
        report_status();
        co_await nap(m_search       ? 1ms
                     : m_zmq_blocks ? m_options.timing.block_poll_with_zmq
                                    : m_options.timing.block_poll);
    }
    co_return Result<void, Trouble>();
}

auto BitcoindSource::Impl::chain_info() -> Awaitable<ChainInfo> {
    auto answer = co_await ask("getblockchaininfo", {});
    if (!answer) co_return fail(answer.error());
    auto info = read_chain_info(*answer);
    if (!info) co_return fail(Trouble{SourceTrouble::bad_answer, "getblockchaininfo lacks fields"});
    if (info->chain != params_of(m_options.network).name) {
        co_return fail(
            Trouble{SourceTrouble::wrong_network, "it is on " + escaped(info->chain, 32)});
    }
    co_return std::move(*info);
}

auto BitcoindSource::Impl::ask(std::string method, json::array params) -> Awaitable<json::value> {
    if (m_stopped) co_return fail(Trouble{SourceTrouble::unreachable, "stopped"});
    auto answer = co_await m_rpc.call(method, std::move(params));
    if (!answer) co_return fail(trouble_of(method, answer.error()));
    co_return Result<json::value, Trouble>(std::move(*answer));
}

auto BitcoindSource::Impl::ask_all(std::vector<RpcCall> calls)
    -> Awaitable<std::vector<RpcAnswer>> {
    if (m_stopped) co_return fail(Trouble{SourceTrouble::unreachable, "stopped"});
    const std::string method = calls.empty() ? std::string() : calls.front().method;
    auto answers = co_await m_rpc.batch(std::move(calls));
    if (!answers) co_return fail(trouble_of(method, answers.error()));
    co_return std::move(*answers);
}

void BitcoindSource::Impl::subscribe(const std::vector<ZmqOffer>& offers) {
    std::vector<ZmqListener::Subscription> wanted;
    for (const auto& offer : offers) {
        const bool blocks = offer.type == "pubhashblock";
        const bool txs = offer.type == "pubrawtx";
        if (!blocks && !txs) continue;
        const auto endpoint = zmq_endpoint(offer.address, m_url->host);
        if (!endpoint) continue;
        wanted.push_back({blocks ? "hashblock" : "rawtx", *endpoint});
        m_zmq_blocks = m_zmq_blocks || blocks;
        m_zmq_txs = m_zmq_txs || txs;
    }
    if (wanted.empty() || m_zmq.subscribe(wanted)) return;
    log(LogLevel::unusual, "zmq refused, polling instead");
    m_zmq_blocks = m_zmq_txs = false;
}

void BitcoindSource::Impl::report_status() {
    ports::ChainStatus status;
    status.reachable = true;
    status.synced = is_synced();
    status.tip = BlockHeight(m_info.blocks);
    status.relays_packages = m_version >= least_version;
    if (m_version < least_version) {
        status.problem =
            "bitcoind " + std::to_string(m_version / 10'000) + " is older than 28: no packages";
        // Until it has caught up, that is what is told.
        if (status.synced) status.trouble = api::ProblemKind::no_package_relay;
    }
    if (const auto why = why_behind()) {
        status.problem = "behind: " + *why;
        status.trouble = api::ProblemKind::chain_behind;
    }
    emit_status(std::move(status));
}

void BitcoindSource::Impl::report_trouble(const Trouble& trouble) {
    ports::ChainStatus status;
    status.reachable = answers(trouble.kind);
    status.tip = BlockHeight(m_info.blocks);
    status.problem = std::string(to_string(trouble.kind)) + ": " + trouble.detail;
    status.trouble = trouble_for_people(trouble.kind);
    if (m_trouble != trouble.kind) log(LogLevel::unusual, "bitcoind " + status.problem);
    m_trouble = trouble.kind;
    emit_status(std::move(status));
}

void BitcoindSource::Impl::emit_status(ports::ChainStatus status) {
    if (m_status && same(*m_status, status) && Clock::now() < m_status_due) return;
    m_status = status;
    m_status_due = Clock::now() + m_options.timing.status_every;
    emit(std::move(status));
}

void BitcoindSource::Impl::emit(ports::ChainEvent event) {
    if (!m_stopped) m_sink(std::move(event));
}

void BitcoindSource::Impl::poke() {
    m_poked = true;
    m_timer.cancel();
}

asio::awaitable<void> BitcoindSource::Impl::nap(std::chrono::milliseconds time) {
    if (m_poked || m_stopped) co_return;
    boost::system::error_code ignored;
    m_timer.expires_after(time);
    co_await m_timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

/// Doubles from try to try; jitter so that many wallets do not come back to a restarted node in
/// step.
asio::awaitable<void> BitcoindSource::Impl::back_off(SourceTrouble trouble) {
    const auto& timing = m_options.timing;
    auto most = timing.backoff_most;
    if (trouble == SourceTrouble::starting) most = std::min<std::chrono::milliseconds>(most, 1s);
    const auto doubled = timing.backoff_first * (1LL << std::min(m_failures++, 20U));
    const auto time = std::min<std::chrono::milliseconds>(doubled, most);
    const auto percent = std::uniform_int_distribution<int>(75, 125)(m_jitter);
    const auto until = Clock::now() + time * percent / 100;
    boost::system::error_code ignored;
    while (!m_stopped && Clock::now() < until) {
        m_timer.expires_at(until);
        co_await m_timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

void BitcoindSource::Impl::log(LogLevel level, const std::string& line) const {
    if (m_options.log) m_options.log(level, line);
}

BitcoindSource::BitcoindSource(asio::io_context& io, BitcoindOptions options)
    : m_impl(std::make_shared<Impl>(io, std::move(options))) {}

BitcoindSource::~BitcoindSource() { m_impl->stop(); }

void BitcoindSource::start(StartPoint from, Sink sink) {
    m_impl->start(std::move(from), std::move(sink));
}
void BitcoindSource::watch(ports::Watch what) { m_impl->watch(std::move(what)); }
void BitcoindSource::broadcast(std::vector<ports::TxPtr> transactions, bool gives_way) {
    m_impl->broadcast(std::move(transactions), gives_way);
}
void BitcoindSource::take_back(const Txid& txid) { m_impl->take_back(txid); }
void BitcoindSource::stop() { m_impl->stop(); }

}  // namespace runnel::chain
