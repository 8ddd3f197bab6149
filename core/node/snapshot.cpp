// The picture that readers see: every figure is worked out here, once.
#include "core/bitcoin/consensus.h"
#include "core/node/closing.h"
#include "core/node/deadlines.h"
#include "core/node/doubt.h"
#include "core/node/expected.h"
#include "core/node/funding.h"
#include "core/node/handlers.h"
#include "core/node/openings.h"

#include <algorithm>

namespace runnel::node {

namespace {

using channel::Party;

std::string stage_name(channel::Stage stage) {
    if (stage < channel::Stage::locked_in) return "offered";
    return stage == channel::Stage::locked_in ? "locked_in" : "removing";
}

api::HtlcView htlc_view(const channel::HtlcEntry& entry, Msat amount) {
    api::HtlcView out;
    out.outgoing = entry.htlc.offered_by == Party::ours;
    out.id = entry.htlc.id.raw();
    out.amount = amount;
    out.payment_hash = entry.htlc.payment_hash;
    out.expiry = BlockHeight(entry.htlc.cltv_expiry);
    out.stage = stage_name(entry.stage);
    out.fulfilled = !out.outgoing && is_fulfilled(entry);
    return out;
}

void add_htlcs(api::ChannelView& view, const channel::Commitments& commitments) {
    view.htlcs.reserve(commitments.htlcs().size());
    for (const auto& entry : commitments.htlcs()) {
        view.htlcs.push_back(htlc_view(entry, entry.htlc.amount_msat));
        (view.htlcs.back().outgoing ? view.in_flight_out : view.in_flight_in) +=
            entry.htlc.amount_msat;
    }
}

/// A close on the chain: what the chain has settled is in flight no more, although the channel
/// still knows it.
void show_still_out(api::ChannelView& view, const StillOut& out,
                    const channel::Commitments& commitments) {
    view.closing_to_us = out.to_us;
    view.closing_until = out.until;
    view.in_flight_out = out.in_flight.msat();
    view.next_deadline = out.deadline;
    view.they_must_close = out.is_unknown;
    if (out.is_unknown) view.ours = view.theirs = Msat(0);
    if (!out.htlcs) return;
    view.in_flight_in = Msat(0);
    view.htlcs.clear();
    for (const auto& entry : commitments.htlcs()) {
        const auto same =
            std::find_if(out.htlcs->begin(), out.htlcs->end(), [&](const StillOut::Htlc& open) {
                return open.htlc.offered_by == entry.htlc.offered_by &&
                       open.htlc.id == entry.htlc.id;
            });
        if (same != out.htlcs->end()) view.htlcs.push_back(htlc_view(entry, same->amount.msat()));
    }
}

std::string wait_name(channel::CloseWait::For what) {
    switch (what) {
        case channel::CloseWait::For::payments: return "payments";
        case channel::CloseWait::For::connection: return "connection";
        case channel::CloseWait::For::shutdown: return "shutdown";
        case channel::CloseWait::For::closing_signed: return "closing_signed";
    }
    return {};
}

/// Why a channel closes of which the peer has proven that it knows more than we do. A word that
/// readers know, whatever was stored.
constexpr const char* newer_state = "the peer holds a newer state";

/// What the spend of the funding output and our claims have brought the wallet.
Sat came_back(const State& state, const channel::Closing& closing,
              const std::optional<Txid>& closing_txid) {
    Sat out;
    const auto add = [&](const Txid& txid) {
        const auto row = state.transactions.find(txid);
        if (row != state.transactions.end() && row->second.net_sat > 0)
            out += Sat(static_cast<std::uint64_t>(row->second.net_sat));
    };
    if (closing_txid) add(*closing_txid);
    for (const auto& made : closing.claims) add(made.tx.txid());
    return out;
}

api::ChannelView view_of(const State& state, const channel::Channel& channel,
                         const ports::KeyRing& keys) {
    api::ChannelView view;
    view.channel_id = channel.id;
    view.was = channel.was;
    view.peer = channel.peer;
    view.state = shown_state(channel, state.tip.height);
    view.online = channel.link == channel::Link::online;
    view.usable = channel::is_usable(channel);
    const auto fill_params = [&](const channel::ChannelParams& params) {
        view.we_funded = params.funder == Party::ours;
        view.announced = params.announce;
        view.funding = params.funding;
        view.capacity = params.funding_satoshis;
        view.our_reserve = params.theirs.channel_reserve_satoshis.msat();
        view.their_reserve = params.ours.channel_reserve_satoshis.msat();
        view.our_delay = params.theirs.to_self_delay;
    };
    const auto* const funded = channel::funded_of(channel.state);
    if (is_shown_closed(channel, state.tip.height)) {
        const auto* const closed = channel::closed_of(channel.state);
        fill_params(closed == nullptr ? funded->params() : closed->params);
        view.closing_reason = closed == nullptr ? "never confirmed" : closed->how;
        if (closed != nullptr && !closed->closing_txid.is_zero())
            view.closing_txid = closed->closing_txid;
        return view;
    }
    if (funded != nullptr) {
        fill_params(funded->params());
        const auto& c = funded->commitments;
        view.short_channel_id = funded->short_channel_id();
        view.ours = c.settled(Party::ours);
        view.theirs = c.settled(Party::theirs);
        view.confirmations = funded->depth(state.tip.height);
        view.confirmations_needed = funded->minimum_depth;
        view.feerate = c.feerate();
        add_htlcs(view, c);
        view.ours = sub_or_zero(view.ours, view.in_flight_out);
        // What was to be in it is among the coins again, as far as it was not spent elsewhere.
        if (rival_of(channel) != nullptr) view.ours = Msat(0);
        view.theirs = sub_or_zero(view.theirs, view.in_flight_in);
        if (std::holds_alternative<channel::Normal>(channel.state)) {
            view.can_send = c.can_send();
            const Msat free = std::max(view.can_send, c.free_to_send());
            view.kept = sub_or_zero(view.ours, free);
            view.over_limit = sub_or_zero(std::min(free, view.ours), view.can_send);
            view.can_receive = c.can_receive();
        }
    }
    if (const auto wait = channel::close_wait(channel)) {
        view.waits_for = wait_name(wait->what);
        view.waits_since = wait->since;
        if (wait->since && *wait->since <= state.tip.height)
            view.waited_blocks = distance(*wait->since, state.tip.height).raw();
    }
    if (const auto* const accept = std::get_if<channel::AwaitingAccept>(&channel.state)) {
        view.capacity = accept->open.funding_satoshis;
        view.we_funded = true;
    }
    if (const auto* const closing = std::get_if<channel::Closing>(&channel.state)) {
        std::visit(
            overloaded{
                [&](const channel::MutualCloseAgreed&) { view.closing_reason = "by agreement"; },
                [&](const channel::OurCommitPublished& cause) {
                    // Given up: what is revoked is not published, whyever it was to be.
                    const bool is_given_up =
                        cause.age == channel::OurCommitPublished::Age::outdated;
                    view.closing_reason = is_given_up ? newer_state : cause.reason;
                },
                [&](const channel::TheyMustClose&) { view.closing_reason = newer_state; },
                [&](const channel::TheirClose&) { view.closing_reason = "by the peer"; }},
            closing->cause);
        view.closing_txid = closing_txid(state, *closing);
        view.closing_came = came_back(state, *closing, view.closing_txid);
        show_still_out(view, still_out(state, channel, keys), closing->funded.commitments);
    }
    return view;
}

const api::ChannelView& kept_view_of(const State& state, const ChannelPtr& channel,
                                     const ports::KeyRing& keys, ChannelViews& kept) {
    const bool on_chain = std::holds_alternative<channel::Closing>(channel->state);
    auto& entry = kept[channel->id];
    const bool same = entry.of == channel && entry.tip == state.tip.height &&
                      (!on_chain || entry.chain_revision == state.chain_revision);
    if (!same)
        entry = {channel, state.tip.height, state.chain_revision, view_of(state, *channel, keys)};
    return entry.view;
}

std::uint32_t block_seconds(const Config& config) {
    if (config.block_seconds) return *config.block_seconds;
    return config.network == Network::regtest || config.network == Network::practice ? 0 : 600;
}

/// Blocks that still hurry, by the newest transaction of the wallet or the newest channel.
std::optional<api::Hurry> hurry_now(const State& state, const Config& config,
                                    const std::vector<api::ChannelView>& channels) {
    auto out = config.hurry;
    if (!out) return out;
    const auto count = [&](std::uint32_t confirmations) {
        if (confirmations < out->depth) out->left = std::max(out->left, out->depth - confirmations);
    };
    for (const auto& [txid, row] : state.transactions) {
        if (state.refused.contains(txid)) continue;
        count(row.height ? distance(*row.height, state.tip.height).raw() + 1 : 0);
    }
    // What the other side funds is no transaction of the wallet.
    for (const auto& channel : channels) {
        if (channel.state == "awaiting_confirmation") count(channel.confirmations);
    }
    return out;
}

/// Its first block, by what our funding transaction pays, and those on top of it.
std::optional<std::uint32_t> usable_in(const State& state, const channel::Channel& channel,
                                       const api::ChannelView& view, const Config& config) {
    if (!std::holds_alternative<channel::AwaitingConfirmation>(channel.state)) return std::nullopt;
    const auto needed = std::max(view.confirmations_needed, 1U);
    if (view.confirmations > 0)
        return needed > view.confirmations ? needed - view.confirmations : 0;
    const auto first = blocks_expected(state, view.funding.txid, config);
    return first ? std::optional(*first + needed - 1) : std::nullopt;
}

/// Of all coins that cannot be spent before some block: the last of these blocks.
std::optional<std::uint32_t> unconfirmed_for(const State& state, const Config& config) {
    std::uint32_t out = 0;
    for (const auto& [outpoint, coin] : state.coins) {
        if (coin.confirmed && is_mature(coin, state.tip.height)) continue;
        const auto wait = coin.confirmed
                              ? distance(state.tip.height + BlockDelta(1),
                                         *coin.confirmed + BlockDelta(bitcoin::coinbase_maturity))
                                    .raw()
                              : blocks_expected(state, outpoint.txid, config);
        if (!wait) return std::nullopt;
        out = std::max(out, *wait);
    }
    return out == 0 ? std::nullopt : std::optional(out);
}

std::size_t channels_with_reserve(const State& state) {
    std::size_t open = 0;
    for (const auto& [id, channel] : state.channels) {
        if (needs_reserve(*channel, state.tip.height)) ++open;
    }
    return open;
}

Sat reserve_in(const State& state, const Config& config) {
    const auto open = channels_with_reserve(state);
    return open == 0 ? Sat(0) : config.anchor_reserve_each * (open + config.anchor_reserve_extra);
}

}  // namespace

api::SnapshotPtr make_snapshot(const State& state, const Config& config, const ports::KeyRing& keys,
                               ChannelViews& kept) {
    auto out = std::make_shared<api::Snapshot>();
    out->turn = state.turn;
    out->network = config.network;
    out->node_id = keys.node_id();
    // What is shown is what is acted on (chain_problem): neither a source that hangs nor one that
    // has more blocks than it has told counts as in step.
    const auto& status = state.health.status;
    const bool silent = state.health.silent;
    // One that has fallen silent has said nothing that would be a cause.
    out->chain = {status.reachable && !silent,
                  is_in_step(status, state.tip) && !silent,
                  state.tip.height,
                  silent ? std::string() : status.problem,
                  block_seconds(config),
                  silent ? std::optional(api::ProblemKind::chain_gone) : status.trouble,
                  state.no_htlcs,
                  state.health.fees.urgent,
                  state.health.fees.normal,
                  state.health.fees.slow,
                  state.health.fees.mempool_min};
    out->disk_low = state.disk_low;
    out->in_doubt = state.in_doubt;
    for (const auto& [outpoint, coin] : state.coins) {
        (coin.confirmed && is_mature(coin, state.tip.height) ? out->balance.onchain
                                                             : out->balance.onchain_unconfirmed) +=
            coin.output.value;
    }
    out->balance.unconfirmed_for = unconfirmed_for(state, config);
    out->refused.assign(state.refused.begin(), state.refused.end());
    out->lost.assign(state.lost.begin(), state.lost.end());
    out->balance.reserved = std::min(out->balance.onchain, reserve_in(state, config));
    out->balance.least_to_open =
        least_to_open(channels_with_reserve(state) + 1, state.health.fees, config);
    for (auto at = kept.begin(); at != kept.end();)
        at = state.channels.contains(at->first) ? std::next(at) : kept.erase(at);
    out->channels.reserve(state.channels.size());
    for (const auto& [id, channel] : state.channels) {
        auto view = kept_view_of(state, channel, keys, kept);
        if (state.underpaid.contains(id)) {
            view.underpaid = view.can_send + view.over_limit;
            view.can_send = view.over_limit = Msat(0);
        }
        view.usable_in = usable_in(state, *channel, view, config);
        const auto* const closing = channel::closing_of(channel->state);
        // Not kept with the view: what is forwarded has its deadline from another channel.
        if (closing == nullptr && !is_shown_closed(*channel, state.tip.height))
            view.next_deadline = next_deadline(state, *channel);
        const bool is_spent = closing != nullptr && !closing->spends.empty();
        // Where only the peer can close there is no risk left that a person could take.
        view.force_held_back = state.in_doubt && !is_spent && !only_they_can_close(*channel) &&
                               may_be_outdated(state, *channel);
        if (view.usable) {
            out->balance.can_send += view.can_send;
            out->balance.can_receive += view.can_receive;
        }
        if (view.state != "closed") out->balance.in_flight += view.in_flight_out;
        out->balance.closing += view.closing_to_us;
        out->channels.push_back(std::move(view));
    }
    out->chain.hurry = hurry_now(state, config, out->channels);
    for (const auto& [node_id, peer] : state.peers) {
        out->peers.push_back(api::PeerView{node_id, peer.host, peer.port, peer.connected,
                                           peer.features.to_string()});
    }
    return out;
}

namespace {

api::PaymentView view_of(const OutgoingPayment& p) {
    api::PaymentView view;
    view.outgoing = true;
    view.payment_hash = p.payment_hash;
    view.amount = p.amount;
    view.created = p.created;
    view.description = p.description;
    view.bolt11 = p.bolt11;
    view.payee = p.payee;
    view.sequence = p.sequence;
    for (const auto& part : p.parts) {
        if (part.state == Part::State::failed) continue;
        ++view.parts;
        view.fee += part.fee;
    }
    std::visit(overloaded{[](const PaymentPending&) {},
                          [&](const PaymentPaid& s) {
                              view.status = api::PaymentStatus::paid;
                              view.preimage =
                                  Fixed<32, struct api::PaidPreimageTag>(s.preimage.raw());
                              view.finished = s.at;
                              view.elapsed_ms = s.elapsed_ms;
                          },
                          [&](const PaymentLost& s) {
                              view.status = api::PaymentStatus::failed;
                              view.failure = std::string(api::to_string(s.problem.kind));
                              view.finished = s.at;
                          }},
               p.status);
    return view;
}

api::PaymentView view_of(const IncomingPayment& p) {
    api::PaymentView view;
    view.payment_hash = p.payment_hash;
    view.amount = p.amount.value_or(Msat(0));
    view.created = p.created;
    if (!p.bolt11.empty()) view.expires = p.expires;
    view.description = p.description;
    view.bolt11 = p.bolt11;
    view.sequence = p.sequence;
    view.parts = static_cast<std::uint32_t>(p.parts.size());
    if (const auto* const paid = std::get_if<InvoicePaid>(&p.status)) {
        view.status = api::PaymentStatus::paid;
        view.amount = paid->received;
        view.finished = paid->at;
        view.preimage = Fixed<32, struct api::PaidPreimageTag>(p.preimage.raw());
    }
    return view;
}

}  // namespace

std::vector<api::PaymentView> Node::payments(const api::ListRequest& request) const {
    std::vector<api::PaymentView> out;
    for (const auto& [hash, outgoing] :
         m_state.payments_in_order.newest(request.limit, request.cursor)) {
        out.push_back(outgoing ? view_of(*m_state.payments.at(hash))
                               : view_of(*m_state.incoming.at(hash)));
    }
    return out;
}

std::optional<api::PaymentView> Node::payment(const PaymentHash& hash) const {
    if (const auto at = m_state.payments.find(hash); at != m_state.payments.end())
        return view_of(*at->second);
    if (const auto at = m_state.incoming.find(hash); at != m_state.incoming.end())
        return view_of(*at->second);
    return std::nullopt;
}

std::vector<api::TransactionView> Node::transactions(const api::ListRequest& request) const {
    std::vector<api::TransactionView> out;
    for (const auto& txid : m_state.transactions_in_order.newest(request.limit, request.cursor)) {
        const WalletTx& tx = m_state.transactions.at(txid);
        out.push_back({txid, tx.net_sat, tx.fee, tx.height, tx.first_seen, tx.purpose, tx.sequence,
                       tx.height ? std::nullopt : blocks_expected(m_state, txid, m_config)});
    }
    return out;
}

}  // namespace runnel::node
