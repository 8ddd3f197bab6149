#include "core/node/node.h"

#include "core/channel/store.h"
#include "core/node/handlers.h"

#include <fmt/format.h>

namespace runnel::node {

namespace {

/// What is behind the seal of a turn: the difference to the state it was planned on, and the effects.
class NextState final : public ports::Sealed {
public:
    explicit NextState(Draft& draft)
        : channels(draft.channels.changes()), peers(draft.peers.changes()), coins(draft.coins.changes()),
          transactions(draft.transactions.changes()), payments(draft.payments.changes()), incoming(draft.incoming.changes()),
          forwards(draft.forwards.changes()), blocks(draft.blocks.changes()), scripts(draft.scripts.changes()), queued(draft.queued.changes()), openings(draft.openings.changes()),
          wallet(draft.wallet), tip(draft.tip), health(draft.health), effects(std::move(draft.effects)) {}

    template <typename K, typename V>
    using Changes = std::map<K, std::optional<V>>;
    Changes<ChannelId, ChannelPtr> channels;
    Changes<crypto::PublicKey, Peer> peers;
    Changes<bitcoin::OutPoint, ports::Coin> coins;
    Changes<Txid, WalletTx> transactions;
    Changes<PaymentHash, PaymentPtr> payments;
    Changes<PaymentHash, IncomingPtr> incoming;
    Changes<HtlcRef, Forward> forwards;
    Changes<std::uint64_t, BlockHash> blocks;
    Changes<bitcoin::Script, ports::KeyPath> scripts;
    Changes<std::uint64_t, PaymentHash> queued;
    Changes<ChannelId, api::CommandId> openings;
    WalletCounters wallet;
    ChainTip tip;
    ChainHealth health;
    std::vector<ports::Effect> effects;
};

void apply_to(State& state, NextState&& next) {
    apply_changes(state.channels, std::move(next.channels));
    apply_changes(state.peers, std::move(next.peers));
    apply_changes(state.coins, std::move(next.coins));
    apply_changes(state.transactions, std::move(next.transactions));
    apply_changes(state.payments, std::move(next.payments));
    apply_changes(state.incoming, std::move(next.incoming));
    apply_changes(state.forwards, std::move(next.forwards));
    apply_changes(state.blocks, std::move(next.blocks));
    apply_changes(state.scripts, std::move(next.scripts));
    apply_changes(state.queued, std::move(next.queued));
    apply_changes(state.openings, std::move(next.openings));
    state.wallet = next.wallet;
    state.tip = next.tip;
    state.health = next.health;
    ++state.turn;
}

void on_command(Draft& draft, const api::Command& command, const Scope& scope) {
    std::visit(overloaded{[&](const api::NewAddress& w) { on_new_address(draft, command.id, w, scope); },
                          [&](const api::SendOnchain& w) { on_send_onchain(draft, command.id, w, scope); },
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

channel::Channel* Draft::edit_channel(const ChannelId& id) {
    if (const auto owned = m_owned.find(id); owned != m_owned.end()) {
        // Erased, or moved to another id, since: then it is not ours to change any more.
        return channels.contains(id) ? owned->second.get() : nullptr;
    }
    const ChannelPtr* const current = channels.find(id);
    if (current == nullptr) return nullptr;
    auto copy = std::make_shared<channel::Channel>(**current);
    m_owned[id] = copy;
    channels.put(id, copy);
    return copy.get();
}

Node::Node(Config config, std::shared_ptr<const ports::KeyRing> keys, std::shared_ptr<const ports::CoinPlanner> planner)
    : m_config(std::move(config)), m_keys(std::move(keys)), m_planner(std::move(planner)) {
    m_config.channels.network = m_config.network;
    m_snapshot = make_snapshot(m_state, m_config, *m_keys);
}

Result<Node, LoadError> Node::load(Config config, std::shared_ptr<const ports::KeyRing> keys,
                                   std::shared_ptr<const ports::CoinPlanner> planner, const ports::RecordReader& store) {
    Node node(std::move(config), std::move(keys), std::move(planner));
    RUNNEL_CHECK(load_state(node.m_state, store));
    // The script table is derived: the same draft as at run time fills it, and its watches are owed by resume().
    const ports::Entropy none{Secret32{}};
    const Scope scope{node.m_config, *node.m_keys, *node.m_planner, UnixTime(0), 0, none, 0};
    Draft draft(node.m_state);
    extend_scripts(draft, scope, node.m_state.wallet.birth);
    NextState next(draft);
    apply_to(node.m_state, std::move(next));
    node.m_snapshot = make_snapshot(node.m_state, node.m_config, *node.m_keys);
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
    std::uint64_t number = 0;
    for (const auto& event : events) {
        const Scope scope{m_config, *m_keys, *m_planner, context.now, context.monotonic_ms, context.entropy, number++};
        handle(draft, event, scope);
    }
    const Scope scope{m_config, *m_keys, *m_planner, context.now, context.monotonic_ms, context.entropy, number};
    flush_channels(draft, scope);
    auto records = records_of(draft);
    auto sealed = std::make_unique<NextState>(draft);
    return ports::Turn(std::move(records), std::move(sealed));
}

std::vector<ports::Effect> Node::apply(ports::Committed&& committed) {
    const auto sealed = committed.take();
    auto* const next = dynamic_cast<NextState*>(sealed.get());
    if (next == nullptr) return {};
    auto effects = std::move(next->effects);
    apply_to(m_state, std::move(*next));
    m_snapshot.reset();
    return effects;
}

api::SnapshotPtr Node::snapshot() const {
    if (!m_snapshot) m_snapshot = make_snapshot(m_state, m_config, *m_keys);
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

Result<api::Inspection, api::Problem> Node::inspect(const std::string& text, UnixTime now) const {
    return inspect_text(m_state, m_config, text, now);
}

}  // namespace runnel::node
