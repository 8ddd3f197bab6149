#include "core/node/node.h"

#include "core/channel/store.h"
#include "core/node/doubt.h"
#include "core/node/handlers.h"

#include <fmt/format.h>

#include <algorithm>

namespace runnel::node {

namespace {

/// Calls `each` with every pair of maps of the same name.
template <typename A, typename B, typename Each>
void for_each_pair(A&& a, B&& b, Each&& each) {
    std::apply(
        [&](auto&... left) { std::apply([&](auto&... right) { (each(left, right), ...); }, b); },
        a);
}

/// What is behind the seal of a turn: the difference to the state it was planned on, and the
/// effects.
class NextState final : public ports::Sealed {
public:
    explicit NextState(Draft& draft) : figures(draft), effects(std::move(draft.effects)) {
        Maps<Overlay>& overlays = draft;
        for_each_pair(tie_maps(changes), tie_maps(overlays),
                      [](auto& own, auto& overlay) { own = overlay.take_changes(); });
    }

    Maps<MapChanges> changes;
    Figures figures;
    std::vector<ports::Effect> effects;
};

/// Why no HTLC is added now. A full disk is known of as soon as a turn has been told.
std::optional<api::Problem> why_no_htlcs(const Draft& draft, const Scope& scope) {
    if (auto problem = chain_problem(draft, scope, true)) return problem;
    if (scope.disk_low) return api::Problem{api::ProblemKind::disk_full, {}};
    return std::nullopt;
}

/// Keeps a timeline in step with what is about to change in its map.
template <typename K, typename V, typename Sequence, typename Line, typename KeyOf>
void note_order(const std::map<K, V>& map, const MapChanges<K, V>& changes, Line& line,
                Sequence sequence, KeyOf key_of) {
    for (const auto& [key, value] : changes) {
        const auto before = map.find(key);
        if (before != map.end() && (!value || sequence(before->second) != sequence(*value)))
            line.erase(sequence(before->second));
        if (value) line.put(sequence(*value), key_of(key));
    }
}

void apply_to(State& state, NextState&& next) {
    const auto of_payment = [](const auto& payment) { return payment->sequence; };
    note_order(state.payments, next.changes.payments, state.payments_in_order, of_payment,
               [](const PaymentHash& hash) {
                   return PaymentKey{hash, true};
               });
    note_order(state.incoming, next.changes.incoming, state.payments_in_order, of_payment,
               [](const PaymentHash& hash) {
                   return PaymentKey{hash, false};
               });
    note_order(
        state.transactions, next.changes.transactions, state.transactions_in_order,
        [](const WalletTx& tx) { return tx.sequence; }, [](const Txid& txid) { return txid; });
    const auto& made = next.changes;
    if (!made.blocks.empty() || !made.transactions.empty() || !made.coins.empty() ||
        !made.scripts.empty())
        ++state.chain_revision;
    Maps<StateMap>& maps = state;
    for_each_pair(tie_maps(maps), tie_maps(next.changes),
                  [](auto& map, auto& changes) { apply_changes(map, std::move(changes)); });
    static_cast<Figures&>(state) = std::move(next.figures);
    ++state.turn;
}

/// More channels than these in one turn: there is no quiet moment to come.
constexpr std::size_t most_prepared = 2;

void on_command(Draft& draft, const api::Command& command, const Scope& scope) {
    if (const DoneCommand* const done = draft.done.find(command.id))
        return draft.answer(command.id, done->answer);
    std::visit(
        overloaded{
            [&](const api::NewAddress& w) { on_new_address(draft, command.id, w, scope); },
            [&](const api::SendOnchain& w) { on_send_onchain(draft, command.id, w, scope); },
            [&](const api::BumpTransaction& w) { on_bump(draft, command.id, w, scope); },
            [&](const api::Connect& w) { on_connect(draft, command.id, w, scope); },
            [&](const api::Disconnect& w) { on_disconnect(draft, command.id, w, scope); },
            [&](const api::OpenChannel& w) { on_open(draft, command.id, w, scope); },
            [&](const api::CloseChannel& w) { on_close(draft, command.id, w, scope); },
            [&](const api::CreateInvoice& w) { on_create_invoice(draft, command.id, w, scope); },
            [&](const api::Pay& w) { on_pay(draft, command.id, w, scope); },
            [&](const api::Keysend& w) { on_keysend(draft, command.id, w, scope); }},
        command.wish);
}

}  // namespace

Draft::Draft(const State& state) : Figures(state), base(state), m_queued(state.queued.size()) {
    const Maps<StateMap>& maps = state;
    Maps<Overlay>& overlays = *this;
    for_each_pair(tie_maps(overlays), tie_maps(maps),
                  [](auto& overlay, const auto& map) { overlay.lay_over(map); });
}

void Draft::answer_once(const api::CommandId& id, api::Answer result) {
    /// Whoever asks again does so soon; what is older than so many others is forgotten.
    constexpr std::size_t most_kept = 1'024;
    std::vector<std::pair<std::uint64_t, api::CommandId>> kept;
    done.for_each([&](const api::CommandId& key, const DoneCommand& command) {
        kept.emplace_back(command.sequence, key);
    });
    if (kept.size() >= most_kept) done.erase(std::min_element(kept.begin(), kept.end())->second);
    done.put(id, DoneCommand{wallet.next_sequence++, result});
    answer(id, std::move(result));
}

channel::Channel* Draft::edit_channel(const ChannelId& id) {
    const ChannelPtr* const current = channels.find(id);
    if (current == nullptr) return nullptr;
    // Only while it is what lies there: erased, moved to another id, or another one put in its
    // place (a peer may name two openings of one turn alike), it is not what is meant any more, and
    // what was signed for it would be forgotten.
    if (const auto owned = m_owned.find(id); owned != m_owned.end() && owned->second == *current)
        return owned->second.get();
    auto copy = std::make_shared<channel::Channel>(**current);
    m_owned[id] = copy;
    channels.put(id, copy);
    return copy.get();
}

Node::Node(Config config, std::shared_ptr<const ports::KeyRing> keys,
           std::shared_ptr<const ports::CoinPlanner> planner)
    : m_config(std::move(config)), m_keys(std::move(keys)), m_planner(std::move(planner)) {
    m_config.channels.network = m_config.network;
    m_snapshot = make_snapshot(m_state, m_config, *m_keys, m_views);
}

Result<Node, LoadError> Node::load(Config config, std::shared_ptr<const ports::KeyRing> keys,
                                   std::shared_ptr<const ports::CoinPlanner> planner,
                                   const ports::RecordReader& store) {
    Node node(std::move(config), std::move(keys), std::move(planner));
    RUNNEL_CHECK(load_state(node.m_state, store));
    // The script table is derived: the same draft as at run time fills it, and its watches are owed
    // by resume().
    const ports::Entropy none{Secret32{}};
    const Scope scope{node.m_config, *node.m_keys, *node.m_planner, UnixTime(0), 0, none, 0, false};
    Draft draft(node.m_state);
    draft.no_htlcs = why_no_htlcs(draft, scope);
    extend_scripts(draft, scope, node.m_state.wallet.birth);
    recount_paid(draft);
    // Nothing is found by that: what is still to be searched is what the store says.
    draft.wallet = node.m_state.wallet;
    draft.last_search = draft.wallet.rescan_from ? 1 : 0;
    NextState next(draft);
    apply_to(node.m_state, std::move(next));
    node.m_snapshot = make_snapshot(node.m_state, node.m_config, *node.m_keys, node.m_views);
    return node;
}

void Node::handle(Draft& draft, const Event& event, const Scope& scope) const {
    std::visit(overloaded{[&](const PeerUp& e) { on_peer_up(draft, e, scope); },
                          [&](const PeerDown& e) { on_peer_down(draft, e, scope); },
                          [&](const ConnectFailed& e) { on_connect_failed(draft, e, scope); },
                          [&](const PeerMessage& e) { on_peer_message(draft, e, scope); },
                          [&](const PeerComplaint& e) { on_peer_complaint(draft, e, scope); },
                          [&](const ports::ChainEvent& e) { on_chain_event(draft, e, scope); },
                          [&](const TimerFired& e) { on_timer(draft, e.timer, scope); },
                          [&](const api::Command& e) { on_command(draft, e, scope); }},
               event);
}

ports::Turn Node::plan(std::span<const Event> events, const TurnContext& context) const {
    Draft draft(m_state);
    draft.disk_low = context.disk_low;
    draft.in_doubt = context.in_doubt;
    if (draft.in_doubt && !m_state.in_doubt)
        draft.tell(api::Trouble{api::Problem{api::ProblemKind::store_in_doubt, {}}, std::nullopt});
    std::uint64_t number = 0;
    for (const auto& event : events) {
        const Scope scope{
            m_config,        *m_keys,  *m_planner,      context.now, context.monotonic_ms,
            context.entropy, number++, context.disk_low};
        handle(draft, event, scope);
    }
    const Scope scope{m_config,        *m_keys, *m_planner,      context.now, context.monotonic_ms,
                      context.entropy, number,  context.disk_low};
    flush_channels(draft, scope);
    note_compared(draft);
    give_up_outdated(draft);
    tell_outdated(draft);
    draft.no_htlcs = why_no_htlcs(draft, scope);
    auto records = records_of(draft);
    auto sealed = std::make_unique<NextState>(draft);
    return ports::Turn(std::move(records), std::move(sealed));
}

std::vector<ports::Effect> Node::apply(ports::Committed&& committed) {
    const auto sealed = committed.take();
    auto* const next = dynamic_cast<NextState*>(sealed.get());
    if (next == nullptr) return {};
    auto effects = std::move(next->effects);
    m_moved.clear();
    if (next->changes.channels.size() <= most_prepared) {
        for (const auto& [id, channel] : next->changes.channels) m_moved.push_back(id);
    }
    apply_to(m_state, std::move(*next));
    m_snapshot.reset();
    return effects;
}

void Node::prepare_next() const {
    for (const auto& id : m_moved) {
        const auto found = m_state.channels.find(id);
        if (found == m_state.channels.end()) continue;
        const auto* const normal = std::get_if<channel::Normal>(&found->second->state);
        if (normal != nullptr)
            normal->funded.commitments.derive_ahead(*m_keys->channel(found->second->keys));
    }
}

api::SnapshotPtr Node::snapshot() const {
    if (!m_snapshot) m_snapshot = make_snapshot(m_state, m_config, *m_keys, m_views);
    return m_snapshot;
}

std::vector<ports::Effect> Node::resume() const {
    std::vector<ports::Effect> effects;
    resume_wallet(m_state, effects);
    resume_closings(m_state, effects);
    resume_payments(m_state, effects);
    resume_peers(m_state, effects);
    return effects;
}

Result<api::Inspection, api::Problem> Node::inspect(const std::string& text, UnixTime now,
                                                    const std::optional<Msat>& amount) const {
    return inspect_text(m_state, m_config, text, now, amount);
}

Result<api::OpenQuote, api::Problem> Node::quote(const api::AskOpen& ask) const {
    Draft draft(m_state);
    const ports::Entropy none{Secret32{}};
    const Scope scope{m_config, *m_keys, *m_planner, UnixTime(0), 0, none, 0};
    return quote_open(draft, ask, scope);
}

Result<api::CloseQuote, api::Problem> Node::quote(const api::AskClose& ask) const {
    return quote_close(m_state, ask, m_config);
}

Result<api::SendQuote, api::Problem> Node::quote(const api::AskSend& ask) const {
    Draft draft(m_state);
    const ports::Entropy none{Secret32{}};
    const Scope scope{m_config, *m_keys, *m_planner, UnixTime(0), 0, none, 0};
    return quote_send(draft, ask, scope);
}

}  // namespace runnel::node
