// Openings under way and who waits for them. They live only in memory: an opening that nobody
// signed is forgotten with the connection, and its coins are free again.
#pragma once

#include "core/node/handlers.h"

namespace runnel::node {

/// Coins for the funding output, everything else kept back.
Result<channel::FundingPlan, api::Problem> plan_funding(Draft& draft, const api::OpenChannel& wish,
                                                        const Scope& scope);
/// About so much on the chain opens the smallest channel: itself, what is reserved in all for so
/// many channels (this one included), and the fee. Rounded up: a figure for people.
Sat least_to_open(std::size_t channels, const ports::FeeEstimates& fees, const Config& config);
/// A refusal for want of coins: where no amount at all would do, it says how much it takes.
api::Problem with_least_to_open(const Draft& draft, api::Problem problem, const Scope& scope);
/// The most a channel with this peer may hold.
Sat largest_funding(const Peer& peer, const Config& config);
/// Keys that no channel has had, not even one that this store has forgotten: see openings.cpp.
ports::ChannelKeyId new_channel_keys(const Draft& draft, const Scope& scope);
/// Nobody will answer any more: forgets the channel, tells who waits. Not once it is stored.
void end_opening(Draft& draft, const ChannelId& id, const api::Problem& problem);
/// The same for an opening that fails with us, also at the step that would have made it a channel
/// to be stored; the peer is told `reason`, and nothing of the step may have left.
void drop_opening(Draft& draft, const ChannelId& id, const std::string& reason);
void drop_opening(Draft& draft, const ChannelId& id, const std::string& reason,
                  const api::Problem& problem);
/// What became of a plan's coins while the peer took its time; nothing when all are there.
std::optional<api::Problem> lost_coin(const Draft& draft, const channel::FundingPlan& plan);
void answer_opening(Draft& draft, const ChannelId& id, const api::CommandResult& result);
/// The temporary id became the final one.
void move_opening(Draft& draft, const ChannelId& from, const ChannelId& to);
/// channels.cpp: says to the peer that this is over.
void send_error(Draft& draft, const crypto::PublicKey& peer, const ChannelId& id,
                const std::string& text);
/// The channel speaks again: HTLCs without an answer are looked at anew.
void on_reestablished(Draft& draft, const ChannelId& id, const Scope& scope);
/// Gossip and announcement messages; true when it was one.
bool on_gossip_message(Draft& draft, const PeerMessage& event, const Scope& scope);
/// announcement_signatures once six blocks deep.
void announce_on_block(Draft& draft, const ChannelId& id, const Scope& scope);
/// Policies of peers that came too soon after others are taken when they may be.
void policies_on_block(Draft& draft, const Scope& scope);
std::optional<std::string> deadline_passed(const Draft& draft, const channel::Channel& channel,
                                           const Scope& scope);
/// Where a commitment enters a mempool alone: the mempool's minimum with margin, bounded to 10
/// sat/vB as peers do.
FeeratePerKw commitment_feerate(const ports::FeeEstimates& fees);
/// As funder: follows the mempool's minimum with update_fee.
void update_fees(Draft& draft);
/// As fundee: a commitment that pays less than mempools take is told to the person and, once, to
/// the peer.
void judge_feerate(Draft& draft, const ChannelId& id);
void judge_feerates(Draft& draft);
/// Our policy of an open channel to its peer: of an unannounced one it is for the peer alone, whose
/// invoices name it. Nothing while the peer is away; it hears it when the channel is reestablished.
void tell_our_update(Draft& draft, const ChannelId& id, const Scope& scope);

// openings_theirs.cpp: channels that peers open to us

void on_their_open(Draft& draft, const crypto::PublicKey& node_id, const wire::OpenChannel& open,
                   const Scope& scope);
/// Why no (further) channel of this peer's is taken on now, in words for the peer.
std::optional<std::string> why_not_theirs(Draft& draft, const crypto::PublicKey& node_id,
                                          const Scope& scope);
/// Why what was named cannot be this channel's funding output, in words for the peer.
std::optional<std::string> why_not_its_funding(const Draft& draft, const channel::Channel& channel);

}  // namespace runnel::node
