#include "core/shell/engine.h"

#include "core/node/funding.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace runnel::shell {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

/// Readers on other threads see pictures no older than this.
constexpr std::chrono::milliseconds publish_at_most_every{20};

std::uint64_t monotonic_ms() {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch())
            .count());
}

UnixTime wall_clock() {
    return UnixTime(std::chrono::duration_cast<std::chrono::seconds>(
                        std::chrono::system_clock::now().time_since_epoch())
                        .count());
}

std::chrono::microseconds since(Clock::time_point then) {
    return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - then);
}

/// Will the node never have another answer for this wish? A refusal may be granted once its reason
/// is gone, and a payment under way comes to its end: who asks again is to hear of that. What must
/// not be done twice the node itself knows (DoneCommand, payments by their hash).
bool is_final(const api::CommandResult& result) {
    return result && !std::holds_alternative<api::StillInFlight>(*result);
}

}  // namespace

Engine::Engine(asio::io_context& io, node::Node node, ports::Journal& journal,
               crypto::PrivateKey node_key, Hooks hooks, Settings settings)
    : m_io(io),
      m_node(std::move(node)),
      m_journal(journal),
      m_hooks(std::move(hooks)),
      m_settings(std::move(settings)),
      m_queue(m_settings.turn),
      m_timers(io,
               [this](std::uint64_t timer) {
                   m_queue.push(node::TimerFired{timer});
                   wake();
               }),
      m_peers(io, std::move(node_key), m_node.config().network, m_settings.features,
              m_settings.peers, peer_hooks()),
      m_published(m_node.snapshot()),
      m_publish_timer(io) {}

Engine::~Engine() = default;

PeerManager::Hooks Engine::peer_hooks() {
    PeerManager::Hooks hooks;
    hooks.event = [this](const crypto::PublicKey& peer, node::Event&& event) {
        if (m_broken || m_on_stopped) return;
        if (std::holds_alternative<node::PeerUp>(event)) ++m_links[peer].risen;
        m_queue.push(peer, std::move(event));
        wake();
    };
    hooks.has_channel = [this](const crypto::PublicKey& peer) {
        const auto& channels = m_node.state().channels;
        return std::any_of(channels.begin(), channels.end(), [&](const auto& entry) {
            return entry.second->peer == peer && node::is_partners(*entry.second);
        });
    };
    hooks.may_read = [this](const crypto::PublicKey& peer) {
        if (m_queue.waiting(peer) < m_settings.events_per_peer &&
            m_queue.waiting_bytes(peer) < m_settings.bytes_per_peer) {
            return true;
        }
        m_paused.push_back(peer);
        return false;
    };
    hooks.log = [this](LogLevel level, std::string_view line) { log(level, line); };
    hooks.log_messages = logs(LogLevel::trace);
    return hooks;
}

void Engine::log(LogLevel level, std::string_view line) const {
    if (logs(level)) m_hooks.log(level, line);
}

bool Engine::on_our_thread() const { return m_io.get_executor().running_in_this_thread(); }

void Engine::start() {
    m_started = true;
    auto owed = m_node.resume();
    if (logs(LogLevel::debug)) log(LogLevel::debug, fmt::format("resume effects={}", owed.size()));
    perform(owed);
    wake();
}

// What comes in ----------------------------------------------------------------------------------

void Engine::look_again() {
    asio::dispatch(m_io, [self = std::weak_ptr(m_self)] {
        const auto engine = self.lock();
        if (!engine || (*engine)->m_broken || (*engine)->m_on_stopped) return;
        (*engine)->m_queue.push(node::TimerFired{0});  // of no kind
        (*engine)->wake();
    });
}

void Engine::on_chain_event(ports::ChainEvent event) {
    asio::dispatch(m_io, [self = std::weak_ptr(m_self), event = std::move(event)]() mutable {
        const auto engine = self.lock();
        if (!engine || (*engine)->m_broken || (*engine)->m_on_stopped) return;
        (*engine)->m_queue.push(std::move(event));
        (*engine)->wake();
    });
}

void Engine::post(api::Command command, api::OnAnswer answer) {
    asio::dispatch(m_io, [self = std::weak_ptr(m_self), command = std::move(command),
                          answer = std::move(answer)]() mutable {
        if (const auto engine = self.lock())
            (*engine)->accept_command(std::move(command), std::move(answer));
    });
}

void Engine::accept_command(api::Command&& command, api::OnAnswer&& answer) {
    if (m_broken || m_on_stopped) return;
    if (const auto known = m_answers.find(command.id); known != m_answers.end()) {
        if (answer) answer(known->second);
        return;
    }
    const auto [pending, fresh] = m_pending.try_emplace(command.id);
    if (answer) pending->second.push_back(std::move(answer));
    if (!fresh) return;
    m_queue.push(std::move(command));
    wake();
}

Result<api::Inspection, api::Problem> Engine::inspect(const std::string& text,
                                                      const std::optional<Msat>& amount) const {
    return m_node.inspect(text, wall_clock(), amount);
}

std::shared_ptr<void> Engine::subscribe(api::OnNotice on_notice) {
    auto listener = std::make_shared<api::OnNotice>(std::move(on_notice));
    m_listeners.push_back(listener);
    return listener;
}

std::shared_ptr<void> Engine::observe(api::OnPicture on_picture) {
    auto observer = std::make_shared<api::OnPicture>(std::move(on_picture));
    m_observers.push_back(observer);
    return observer;
}

// The turn ---------------------------------------------------------------------------------------

/// Posted, not called: what other sockets have ready now goes into the same turn, hence into the
/// same commit.
void Engine::wake() {
    if (m_wake_posted || m_in_flight || !m_started) return;
    m_wake_posted = true;
    asio::post(m_io, [self = std::weak_ptr(m_self)] {
        const auto engine = self.lock();
        if (!engine) return;
        (*engine)->m_wake_posted = false;
        (*engine)->take_turn();
    });
}

void Engine::take_turn() {
    if (m_in_flight || m_broken || m_on_stopped || m_queue.empty()) return;
    m_queue.take(m_events);
    resume_peers();

    m_turn.events = m_events.size();
    m_turn.ups.clear();
    m_turn.downs.clear();
    for (const auto& event : m_events) {
        if (const auto* const up = std::get_if<node::PeerUp>(&event))
            m_turn.ups.push_back(up->node_id);
        if (const auto* const down = std::get_if<node::PeerDown>(&event))
            m_turn.downs.push_back(down->node_id);
    }
    m_turn.planned = Clock::now();
    auto turn = m_node.plan(
        m_events, node::TurnContext{wall_clock(), monotonic_ms(), ports::Entropy(fresh_secret()),
                                    m_hooks.disk_low && m_hooks.disk_low(),
                                    m_hooks.in_doubt && m_hooks.in_doubt()});
    m_events.clear();
    m_turn.planning = since(m_turn.planned);
    m_turn.handed_over = Clock::now();
    ++m_counters.turns;
    m_counters.events += m_turn.events;
    if (turn.has_records()) ++m_counters.commits;

    // A turn without records is answered within commit(); everything else comes from the writer's
    // thread.
    struct Inline {
        bool open = true;
        std::optional<Result<ports::Committed, ports::CommitError>> result;
    };
    const auto here = std::make_shared<Inline>();
    const auto thread = std::this_thread::get_id();
    m_in_flight = true;
    m_journal.commit(std::move(turn), [&io = m_io, self = std::weak_ptr(m_self), here, thread](
                                          Result<ports::Committed, ports::CommitError> committed) {
        // `open` is only looked at on the thread that writes it.
        if (std::this_thread::get_id() == thread && here->open) {
            here->result.emplace(std::move(committed));
            return;
        }
        asio::post(io, [self, committed = std::move(committed)]() mutable {
            if (const auto engine = self.lock()) (*engine)->finish(std::move(committed));
        });
    });
    here->open = false;
    if (here->result) finish(*std::move(here->result));
}

void Engine::finish(Result<ports::Committed, ports::CommitError>&& committed) {
    m_in_flight = false;
    if (!committed) {
        m_broken = true;
        log(LogLevel::broken, fmt::format("commit failed kind={} detail=\"{}\"",
                                          static_cast<int>(committed.error().kind),
                                          escaped(committed.error().detail)));
        m_queue.clear();
        m_timers.clear();
        m_peers.stop();
        if (m_hooks.on_fatal) m_hooks.on_fatal(committed.error());
        if (m_on_stopped) stopped();  // whoever waits for the end would wait for ever
        return;
    }
    const auto committing = since(m_turn.handed_over);
    auto effects = m_node.apply(*std::move(committed));
    note_links();
    perform(effects);
    if (logs(LogLevel::debug)) {
        log(LogLevel::debug,
            fmt::format("turn={} events={} effects={} plan_us={} commit_us={} perform_us={}",
                        m_counters.turns, m_turn.events, effects.size(), m_turn.planning.count(),
                        committing.count(), (since(m_turn.handed_over) - committing).count()));
    }
    if (m_on_stopped) {
        stopped();
    } else if (!m_queue.empty()) {
        wake();
    } else {
        prepare_next();
    }
    publish();
}

/// Behind what sockets have ready, while the peer computes its part.
void Engine::prepare_next() {
    asio::post(m_io, [self = std::weak_ptr(m_self)] {
        const auto engine = self.lock();
        if (engine && (*engine)->is_idle() && !(*engine)->m_broken)
            (*engine)->m_node.prepare_next();
    });
}

void Engine::note_links() {
    for (const auto& peer : m_turn.ups) ++m_links[peer].known;
    for (const auto& peer : m_turn.downs) {
        const auto links = m_links.find(peer);
        if (links != m_links.end() && links->second.risen == links->second.known &&
            !m_peers.is_up(peer))
            m_links.erase(links);
    }
}

bool Engine::knows_connection(const crypto::PublicKey& peer) const {
    const auto links = m_links.find(peer);
    return links == m_links.end() || links->second.risen == links->second.known;
}

// What goes out ----------------------------------------------------------------------------------

void Engine::perform(std::vector<ports::Effect>& effects) {
    m_counters.effects += effects.size();
    // Messages first, all of a peer's in one write: somebody waits for them, and they do not depend
    // on the rest. A connection that is to be closed or opened is met in its place below, behind
    // what was to be said before.
    for (auto& effect : effects) {
        if (const auto* const send = std::get_if<ports::Send>(&effect);
            send != nullptr && knows_connection(send->peer)) {
            m_peers.queue(send->peer, send->message);
        }
    }
    m_peers.flush();
    for (auto& effect : effects) perform_rest(effect);
}

void Engine::perform_rest(ports::Effect& effect) {
    std::visit(overloaded{
                   [](const ports::Send&) {},
                   [&](ports::Broadcast& e) {
                       if (m_hooks.broadcast) m_hooks.broadcast(std::move(e));
                   },
                   [&](const ports::TakeBack& e) {
                       if (m_hooks.take_back) m_hooks.take_back(e);
                   },
                   [&](ports::Watch& e) {
                       if (m_hooks.watch) m_hooks.watch(std::move(e));
                   },
                   [&](const ports::ConnectPeer& e) {
                       m_peers.connect(e.node_id, e.host, e.port, e.asked);
                   },
                   [&](const ports::DisconnectPeer& e) {
                       if (knows_connection(e.node_id)) m_peers.disconnect(e.node_id, e.cause);
                   },
                   [&](const ports::ArmTimer& e) { m_timers.arm(e.timer, e.after); },
                   [&](const ports::Tell& e) { tell(e.notice); },
                   [&](ports::AnswerCommand& e) { answer(e.id, std::move(e.result)); },
                   [&](const ports::LogLine& e) { log(static_cast<LogLevel>(e.level), e.text); },
               },
               effect);
}

void Engine::answer(const api::CommandId& id, api::CommandResult&& result) {
    std::vector<api::OnAnswer> waiting;
    if (const auto pending = m_pending.find(id); pending != m_pending.end()) {
        waiting = std::move(pending->second);
        m_pending.erase(pending);
    }
    if (is_final(result)) remember(id, result);
    // A client may post the next command from within: nothing of the cache is looked at any more.
    for (const auto& on_answer : waiting) on_answer(result);
}

void Engine::remember(const api::CommandId& id, const api::CommandResult& result) {
    if (!m_answers.insert_or_assign(id, result).second) return;
    m_answer_order.push_back(id);
    if (m_answer_order.size() <= m_settings.remembered_answers) return;
    m_answers.erase(m_answer_order.front());
    m_answer_order.pop_front();
}

void Engine::tell(const api::Notice& notice) {
    // By index: a listener may subscribe another one from within.
    bool some_gone = false;
    for (std::size_t i = 0; i < m_listeners.size(); ++i) {
        if (const auto listener = m_listeners[i].lock()) {
            (*listener)(notice);
        } else {
            some_gone = true;
        }
    }
    if (!some_gone) return;
    m_listeners.erase(std::remove_if(m_listeners.begin(), m_listeners.end(),
                                     [](const auto& l) { return l.expired(); }),
                      m_listeners.end());
}

void Engine::resume_peers() {
    for (const auto& peer : std::exchange(m_paused, {})) {
        if (m_queue.waiting(peer) < (m_settings.events_per_peer + 1) / 2 &&
            m_queue.waiting_bytes(peer) < (m_settings.bytes_per_peer + 1) / 2) {
            m_peers.resume_reading(peer);
        } else {
            m_paused.push_back(peer);
        }
    }
}

// Pictures ---------------------------------------------------------------------------------------

api::SnapshotPtr Engine::snapshot() const {
    if (on_our_thread()) return m_node.snapshot();
    const std::lock_guard lock(m_published_mutex);
    return m_published;
}

/// Made behind the work that waits, so that no payment waits for a picture of itself, and not more
/// often than anybody looks.
void Engine::publish() {
    if (m_publish_due) return;
    m_publish_due = true;
    const auto next = m_published_at + publish_at_most_every;
    if (Clock::now() >= next) {
        asio::post(m_io, [self = std::weak_ptr(m_self)] {
            if (const auto engine = self.lock()) (*engine)->publish_now();
        });
        return;
    }
    m_publish_timer.expires_at(next);
    m_publish_timer.async_wait(
        [self = std::weak_ptr(m_self)](const boost::system::error_code& error) {
            const auto engine = self.lock();
            if (!error && engine) (*engine)->publish_now();
        });
}

void Engine::publish_now() {
    m_publish_due = false;
    m_published_at = Clock::now();
    const auto picture = m_node.snapshot();
    {
        const std::lock_guard lock(m_published_mutex);
        m_published = picture;
    }
    // By index, as in tell().
    for (std::size_t i = 0; i < m_observers.size(); ++i) {
        if (const auto observer = m_observers[i].lock()) (*observer)(picture);
    }
    std::erase_if(m_observers, [](const auto& o) { return o.expired(); });
}

// The end ----------------------------------------------------------------------------------------

void Engine::stop(std::function<void()> done) {
    if (m_on_stopped) return;
    m_on_stopped = done ? std::move(done) : [] {};
    m_queue.clear();
    m_timers.clear();
    if (!m_in_flight) stopped();
}

void Engine::stopped() {
    if (m_stopped) return;
    m_stopped = true;
    m_peers.stop();
    m_publish_timer.cancel();
    publish_now();
    asio::post(m_io, [done = m_on_stopped] { done(); });
}

}  // namespace runnel::shell
