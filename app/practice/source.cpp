#include "app/practice/source.h"

#include "app/practice/late_search.h"
#include "app/practice/link.h"
#include "app/practice/messages.h"
#include "core/ports/effect.h"
#include "wallet/chain/watch_filter.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <optional>

namespace runnel::practice {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto look_again_after = 50ms;
constexpr auto status_every = 20s;
constexpr unsigned blocks_at_once = 200;
/// How far down the fork of a reorg is looked for: as far as a node remembers blocks.
constexpr std::size_t blocks_located = 2016;
constexpr std::size_t mempool_most = 100'000;

bool same(const ports::ChainStatus& a, const ports::ChainStatus& b) {
    return a.reachable == b.reachable && a.synced == b.synced && a.tip == b.tip &&
           a.problem == b.problem;
}

}  // namespace

class PracticeSource::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(asio::io_context& io, std::filesystem::path folder, LogSink log)
        : m_io(io),
          m_folder(std::move(folder)),
          m_log(std::move(log)),
          m_retry(io),
          m_status_timer(io) {}

    template <typename Step>
    void post(Step step) {
        asio::post(m_io, [self = shared_from_this(), step = std::move(step)]() mutable {
            if (!self->m_stopped) step(*self);
        });
    }

    void start(chain::StartPoint&& from, Sink&& sink);
    void watch(const ports::Watch& what);
    void broadcast(ports::Broadcast&& wanted);
    void take_back(const Txid& txid);
    void stop() {
        m_stopped = true;
        asio::post(m_io, [self = shared_from_this()] {
            self->m_link.reset();
            self->m_retry.cancel();
            self->m_status_timer.cancel();
        });
    }

private:
    void connect();
    void closed();
    void hear(const std::optional<News>& news);
    void arm_status();
    /// The next thing to ask for, if nothing is being asked for.
    void pump();
    void ask(std::string_view method, json::object params,
             std::function<bool(const json::value&)> take);
    void ask_blocks();
    bool take_blocks(const json::value& answer, std::uint32_t first);
    void locate();
    bool take_located(const json::value& answer);
    void ask_mempool();
    void serve_broadcast();
    void send_broadcast();
    /// An unconfirmed transaction that spends what this one spends first.
    ports::TxPtr rival_of(const bitcoin::Transaction& tx) const;
    bool take_results(const json::value& answer);
    /// Whether there are older blocks to look through.
    bool search_goes_on();
    void ask_older();
    bool take_older(const json::value& answer);
    void tell_search_progress();
    bool take_mempool(const json::value& answer);
    void connect_block(chain::CheckedBlock&& block, std::uint32_t height);
    void broken(std::string_view what);

    bool at_tip() const { return !m_blocks.empty() && m_blocks.back() == m_news->tip; }
    void emit(ports::ChainEvent event) {
        if (!m_stopped) m_sink(std::move(event));
    }
    void say_status();

    asio::io_context& m_io;
    const std::filesystem::path m_folder;
    LogSink m_log;
    Sink m_sink;
    std::atomic<bool> m_stopped{false};
    std::optional<Link> m_link;
    std::optional<News> m_news;  ///< Of this connection.
    bool m_asking = false;
    asio::steady_timer m_retry, m_status_timer;

    std::deque<chain::KnownBlock> m_blocks;  ///< Reported, without gaps.
    std::optional<std::uint32_t> m_birth;
    std::string m_problem;  ///< Of a chain that cannot be followed.
    chain::WatchFilter m_filter;
    LateSearch m_search;
    std::deque<ports::Broadcast> m_broadcasts;
    /// The one that was sent and is not answered. A connection that breaks puts it back in front.
    struct Sent {
        ports::Broadcast what;
        bool taken_back = false;
    };
    std::optional<Sent> m_sent;
    std::map<Txid, ports::TxPtr> m_pool;
    std::optional<std::uint64_t> m_pool_known;  ///< News::mempool of what m_pool holds.
    std::optional<ports::ChainStatus> m_status;
    std::optional<ports::FeeEstimates> m_fees;
};

// From outside -----------------------------------------------------------------------------------

void PracticeSource::Impl::start(chain::StartPoint&& from, Sink&& sink) {
    m_sink = std::move(sink);
    m_blocks.assign(from.known.begin(), from.known.end());
    if (from.birth) m_birth = from.birth->raw();
    connect();
    arm_status();
}

void PracticeSource::Impl::watch(const ports::Watch& what) {
    m_search.owe(what.search);
    const bool is_new = m_filter.add(what);
    if (is_new) m_search.add(what);
    if (is_new || m_search.owes()) pump();
}

void PracticeSource::Impl::broadcast(ports::Broadcast&& wanted) {
    m_broadcasts.push_back(std::move(wanted));
    pump();
}

void PracticeSource::Impl::take_back(const Txid& txid) {
    const auto holds = [&](const ports::Broadcast& waiting) {
        return std::any_of(waiting.transactions.begin(), waiting.transactions.end(),
                           [&](const ports::TxPtr& tx) { return tx->txid() == txid; });
    };
    std::erase_if(m_broadcasts, holds);
    if (m_sent && holds(m_sent->what)) m_sent->taken_back = true;
}

// The connection ---------------------------------------------------------------------------------

void PracticeSource::Impl::connect() {
    m_news.reset();
    m_asking = false;
    if (m_sent && !m_sent->taken_back) m_broadcasts.push_front(std::move(m_sent->what));
    m_sent.reset();
    // The link is silent once it is gone, so `this` outlives what it calls.
    Link::Hooks hooks;
    hooks.on_line = [this](const json::object& line) {
        if (const auto* const news = line.if_contains("news")) hear(read_news(*news));
    };
    hooks.on_close = [this] { closed(); };
    m_link.emplace(m_io, m_folder, std::move(hooks));
}

void PracticeSource::Impl::closed() {
    if (m_stopped) return;
    m_news.reset();
    m_pool_known.reset();
    say_status();
    m_retry.expires_after(look_again_after);
    m_retry.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error && !self->m_stopped) self->connect();
    });
}

void PracticeSource::Impl::broken(std::string_view what) {
    if (m_log) m_log(LogLevel::unusual, fmt::format("practice chain what=\"{}\"", what));
    m_link.reset();
    closed();
}

void PracticeSource::Impl::hear(const std::optional<News>& news) {
    if (!news) {
        broken("news that cannot be read");
        return;
    }
    m_news = news;
    if (m_fees != news->fees) {
        m_fees = news->fees;
        emit(ports::FeesChanged{news->fees});
    }
    pump();
}

/// The node wants to hear at least every 30 seconds; a child that does not answer any more is not
/// heard.
void PracticeSource::Impl::arm_status() {
    m_status_timer.expires_after(status_every);
    m_status_timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (error || self->m_stopped) return;
        if (self->m_link && self->m_link->is_open()) {
            self->m_link->call("news", {}, [self](const Outcome& outcome) {
                if (!outcome || self->m_stopped) return;
                self->m_status.reset();
                self->hear(read_news(*outcome));
            });
        }
        self->arm_status();
    });
}

void PracticeSource::Impl::say_status() {
    ports::ChainStatus status;
    status.reachable = m_news.has_value();
    status.synced = m_news && m_problem.empty() && at_tip();
    if (m_news) status.tip = m_news->tip.height;
    else if (!m_blocks.empty()) status.tip = m_blocks.back().height;
    status.relays_packages = status.reachable;
    if (m_news && !m_problem.empty()) status.trouble = api::ProblemKind::chain_unknown;
    status.problem = m_news ? m_problem : "unreachable: the practice network does not run";
    if (m_status && same(*m_status, status)) return;
    m_status = status;
    emit(status);
}

// One thing at a time ----------------------------------------------------------------------------

void PracticeSource::Impl::pump() {
    if (m_stopped || m_asking || !m_sink || !m_link || !m_link->is_open() || !m_news) return;
    if (!m_broadcasts.empty()) return serve_broadcast();
    if (m_problem.empty()) {
        if (!at_tip()) return ask_blocks();
        if (search_goes_on()) return ask_older();
        tell_search_progress();
        if (m_pool_known != m_news->mempool) return ask_mempool();
    }
    say_status();
}

void PracticeSource::Impl::ask(std::string_view method, json::object params,
                               std::function<bool(const json::value&)> take) {
    m_asking = true;
    m_link->call(
        method, std::move(params),
        [this, name = std::string(method), take = std::move(take)](const Outcome& outcome) {
            m_asking = false;
            if (m_stopped) return;
            if (!outcome) {
                // With the connection gone, closed() is what follows.
                if (m_link && m_link->is_open()) broken(name + ": " + outcome.error().kind);
                return;
            }
            if (!take(*outcome)) {
                broken(name + ": an answer that cannot be read");
                return;
            }
            pump();
        });
}

// Blocks -----------------------------------------------------------------------------------------

void PracticeSource::Impl::ask_blocks() {
    json::object params{{"most", blocks_at_once}};
    const auto first = m_birth.value_or(m_news->tip.height.raw());
    if (!m_blocks.empty()) {
        params["after"] = to_json(m_blocks.back());
    } else {
        if (first > m_news->tip.height.raw()) return say_status();  // born later than its tip
        params["from"] = first;
    }
    ask("blocks", std::move(params),
        [this, first](const json::value& answer) { return take_blocks(answer, first); });
}

bool PracticeSource::Impl::take_blocks(const json::value& answer, std::uint32_t first) {
    if (const auto* const object = answer.if_object();
        object != nullptr && object->if_contains("gone") != nullptr) {
        locate();
        return true;
    }
    auto blocks = read_blocks(answer);
    if (!blocks) return false;
    for (auto& block : *blocks) {
        if (!m_blocks.empty() && block.header.previous != m_blocks.back().hash) return false;
        const auto height = m_blocks.empty() ? first : m_blocks.back().height.raw() + 1;
        connect_block(std::move(block), height);
    }
    // Nothing follows, and yet the tip is another one: newer news are on their way.
    if (blocks->empty() && !m_blocks.empty()) m_news->tip = m_blocks.back();
    return true;
}

void PracticeSource::Impl::connect_block(chain::CheckedBlock&& block, std::uint32_t height) {
    ports::BlockConnected event;
    event.height = BlockHeight(height);
    event.hash = block.hash;
    event.previous = block.header.previous;
    event.time = UnixTime(block.header.time);
    for (std::size_t i = 0; i < block.transactions.size(); ++i) {
        m_pool.erase(block.txids[i]);
        if (!m_filter.touches(block.transactions[i], block.txids[i])) continue;
        event.relevant.push_back(
            {std::make_shared<const bitcoin::Transaction>(std::move(block.transactions[i])),
             static_cast<std::uint32_t>(i)});
    }
    m_blocks.push_back({event.height, event.hash});
    emit(std::move(event));
}

/// The last block reported is not in the chain: where do they part? Nothing is disconnected before
/// that is known, for a network that was removed and made anew shares no block with this one, and
/// to follow it would make every coin of the wallet vanish.
void PracticeSource::Impl::locate() {
    json::array list;
    const auto count = std::min(m_blocks.size(), blocks_located);
    for (auto block = m_blocks.end() - static_cast<std::ptrdiff_t>(count); block != m_blocks.end();
         ++block) {
        list.emplace_back(to_json(*block));
    }
    ask("locate", {{"blocks", std::move(list)}},
        [this](const json::value& answer) { return take_located(answer); });
}

bool PracticeSource::Impl::take_located(const json::value& answer) {
    const auto* const object = answer.if_object();
    const auto* const found = object == nullptr ? nullptr : object->if_contains("found");
    if (found == nullptr) return false;
    const auto count = std::min(m_blocks.size(), blocks_located);
    if (found->is_null()) {
        m_problem = "history_unknown: this practice network is not the one that the wallet knows";
        return true;
    }
    if (!found->is_int64() || found->get_int64() < 0 ||
        static_cast<std::size_t>(found->get_int64()) >= count)
        return false;
    const auto keep = m_blocks.size() - count + static_cast<std::size_t>(found->get_int64()) + 1;
    while (m_blocks.size() > keep) {
        const auto gone = m_blocks.back();
        m_blocks.pop_back();
        m_search.disconnected(gone.height);
        emit(ports::BlockDisconnected{gone.height, gone.hash});
    }
    m_pool_known.reset();  // what it held is unconfirmed again
    return true;
}

// Late watches -----------------------------------------------------------------------------------

bool PracticeSource::Impl::search_goes_on() {
    m_search.begin(m_blocks, m_birth.value_or(0));
    if (m_search.is_at_end(m_blocks)) {
        for (const auto& tx : m_search.end(m_pool)) {
            m_filter.learn(*tx, tx->txid());
            emit(ports::MempoolTx{tx});
        }
    }
    return m_search.is_under_way();
}

void PracticeSource::Impl::ask_older() {
    ask("blocks", {{"from", m_search.next()}, {"most", blocks_at_once}},
        [this](const json::value& answer) { return take_older(answer); });
}

bool PracticeSource::Impl::take_older(const json::value& answer) {
    auto blocks = read_blocks(answer);
    if (!blocks) return false;
    if (blocks->empty()) return true;  // a reorg is under way: after following it
    for (auto& found : m_search.take(std::move(*blocks), m_blocks)) {
        m_filter.learn(*found.tx.tx, found.tx.tx->txid());
        emit(std::move(found));
    }
    tell_search_progress();
    return true;
}

void PracticeSource::Impl::tell_search_progress() {
    if (auto said = m_search.progress()) emit(*said);
}

// Mempool and broadcasts -------------------------------------------------------------------------

bool PracticeSource::Impl::take_mempool(const json::value& answer) {
    const auto transactions = read_transactions(answer, mempool_most);
    if (!transactions) return false;
    std::map<Txid, ports::TxPtr> now;
    for (const auto& tx : *transactions) {
        const auto txid = tx->txid();
        const bool fresh = !m_pool.contains(txid);
        now.emplace(txid, tx);
        if (fresh && m_filter.touches(*tx, txid)) emit(ports::MempoolTx{tx});
    }
    m_pool = std::move(now);
    return true;
}

void PracticeSource::Impl::ask_mempool() {
    ask("mempool", {}, [this, number = m_news->mempool](const json::value& answer) {
        if (!take_mempool(answer)) return false;
        m_pool_known = number;
        return true;
    });
}

ports::TxPtr PracticeSource::Impl::rival_of(const bitcoin::Transaction& tx) const {
    if (tx.inputs.empty()) return nullptr;
    const auto txid = tx.txid();
    for (const auto& [other, held] : m_pool) {
        const bool rivals = std::any_of(
            held->inputs.begin(), held->inputs.end(),
            [&](const auto& input) { return input.previous == tx.inputs.front().previous; });
        if (rivals && other != txid) return held;
    }
    return nullptr;
}

void PracticeSource::Impl::serve_broadcast() {
    const auto& wanted = m_broadcasts.front();
    if (!wanted.gives_way) return send_broadcast();
    if (m_pool_known != m_news->mempool) return ask_mempool();
    const auto rival = rival_of(*wanted.transactions.front());
    if (!rival) return send_broadcast();
    const auto txid = rival->txid();
    static_cast<void>(m_filter.touches(*rival, txid));
    const auto transactions = std::move(m_broadcasts.front().transactions);
    m_broadcasts.pop_front();
    emit(ports::MempoolTx{rival});
    for (const auto& tx : transactions)
        emit(ports::BroadcastResult{tx->txid(), false, "gives way to " + display_hex(txid)});
    pump();
}

void PracticeSource::Impl::send_broadcast() {
    m_sent = Sent{std::move(m_broadcasts.front()), false};
    m_broadcasts.pop_front();
    ask("broadcast", {{"transactions", transactions_json(m_sent->what.transactions)}},
        [this](const json::value& answer) { return take_results(answer); });
}

bool PracticeSource::Impl::take_results(const json::value& answer) {
    const auto* const object = answer.if_object();
    const auto* const results = object == nullptr ? nullptr : object->if_contains("results");
    const auto& asked = m_sent->what.transactions;
    if (results == nullptr || !results->is_array() || results->get_array().size() != asked.size())
        return false;
    std::vector<ports::BroadcastResult> said;
    for (std::size_t i = 0; i < asked.size(); ++i) {
        const auto* const one = results->get_array()[i].if_object();
        const auto* const accepted = one == nullptr ? nullptr : one->if_contains("accepted");
        const auto* const reason = one == nullptr ? nullptr : one->if_contains("reason");
        if (accepted == nullptr || !accepted->is_bool()) return false;
        ports::BroadcastResult result;
        result.txid = asked[i]->txid();
        result.accepted = accepted->get_bool();
        if (reason != nullptr && reason->is_string() && !result.accepted)
            result.reason = escaped(std::string(reason->get_string()));
        said.push_back(std::move(result));
    }
    m_sent.reset();
    for (auto& result : said) emit(std::move(result));
    return true;
}

// The source -------------------------------------------------------------------------------------

PracticeSource::PracticeSource(asio::io_context& io, std::filesystem::path folder, LogSink log)
    : m_impl(std::make_shared<Impl>(io, std::move(folder), std::move(log))) {}

PracticeSource::~PracticeSource() { stop(); }

void PracticeSource::start(chain::StartPoint from, Sink sink) {
    m_impl->post([from = std::move(from), sink = std::move(sink)](Impl& impl) mutable {
        impl.start(std::move(from), std::move(sink));
    });
}

void PracticeSource::watch(ports::Watch what) {
    m_impl->post([what = std::move(what)](Impl& impl) { impl.watch(what); });
}

void PracticeSource::broadcast(std::vector<ports::TxPtr> transactions, bool gives_way) {
    std::erase(transactions, nullptr);
    if (transactions.empty()) return;
    m_impl->post([wanted = ports::Broadcast{std::move(transactions), gives_way}](
                     Impl& impl) mutable { impl.broadcast(std::move(wanted)); });
}

void PracticeSource::take_back(const Txid& txid) {
    m_impl->post([txid](Impl& impl) { impl.take_back(txid); });
}

void PracticeSource::stop() { m_impl->stop(); }

}  // namespace runnel::practice
