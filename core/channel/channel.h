// One channel's life as states, each a type that holds only what is true in it.
//
//   funder:  AwaitingAccept -> AwaitingFundingSigned -> AwaitingConfirmation
//   fundee:  AwaitingFundingCreated                  -> AwaitingConfirmation
//   both:    AwaitingConfirmation -> AwaitingReady -> Normal -> ShuttingDown -> NegotiatingClose
//   any of these that is funded:  -> Closing <-> Settled -> Closed
//
// Handlers are free functions over (state, input): they change the Channel they are given, which
// the turn owns, only when they succeed, and tell the rest of the node what became true as facts.
// They never send, store, watch or decide about money above the channel.
#pragma once

#include "core/base/network.h"
#include "core/channel/close.h"
#include "core/channel/commitments.h"
#include "core/ports/chain.h"
#include "core/ports/entropy.h"
#include "core/wire/message.h"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace runnel::channel {

/// What this wallet asks of channels and accepts from peers. Values of a real network by default.
struct Policy {
    Network network = Network::regtest;
    Sat min_funding{20'000};          ///< As fundee.
    Sat max_funding{10'000'000'000};  ///< With option_support_large_channel.
    Sat dust_limit{354};
    std::uint16_t to_self_delay = 1008;        ///< Asked of them: how long this wallet may sleep.
    std::uint16_t to_self_delay_large = 2016;  ///< Asked for channels of large_channel or more.
    Sat large_channel{50'000'000};
    std::uint16_t max_to_self_delay = 2016;  ///< Accepted for us.
    std::uint16_t max_accepted_htlcs = 483;
    Msat htlc_minimum{1};
    std::uint32_t max_minimum_depth = 144;  ///< Accepted as funder.
    std::uint32_t depth_small = 3;          ///< Confirmations asked as fundee, by amount ...
    std::uint32_t depth_large = 6;
    Sat depth_large_from{10'000'000};  ///< ... from here on depth_large, in between linear.
};

/// Confirmations we ask for as fundee: 3 to 6 by amount.
std::uint32_t minimum_depth_for(const Policy& policy, Sat funding);
/// The channel reserve we ask for: 1 %, at least 1,000 sat and both dust limits.
Sat reserve_for(Sat funding, Sat dust_a, Sat dust_b);

/// Everything a handler may know beside its channel and its input.
struct Context {
    const Policy& policy;
    UnixTime now;
    BlockHeight height;
    ports::FeeEstimates fees;
    const ports::ChannelSigner& signer;
    wire::Features features;          ///< Negotiated with this peer: what both sides have.
    bitcoin::Script shutdown_script;  ///< An unused address of the wallet.
    /// Is `height` the chain's? Not before the chain source has caught up, nor when it has been
    /// silent: then no HTLC of ours enters a commitment, for it may have expired already.
    bool chain_is_current = true;
};

enum class Link : std::uint8_t { offline, reestablishing, online };

/// Where the funding transaction stands in the chain.
struct Confirmation {
    BlockHeight height;
    std::uint32_t tx_index = 0;
    friend bool operator==(const Confirmation&, const Confirmation&) = default;
};

/// As funder: what the coins were planned for. The output's script is all zero until their key is
/// known.
struct FundingPlan {
    ports::SpendPlan spend;
    std::uint32_t output_index = 0;
};

/// open_channel is out; nothing is at stake and nothing stored.
struct AwaitingAccept {
    wire::OpenChannel open;
    FundingPlan plan;
};
/// We accepted their open_channel; nothing is at stake and nothing stored.
struct AwaitingFundingCreated {
    wire::OpenChannel open;
    wire::AcceptChannel accept;
    ChannelParams params;  ///< Without the funding outpoint.
};
/// funding_created is out: they could sign, but the transaction is not ours to broadcast yet.
struct AwaitingFundingSigned {
    ChannelParams params;
    FundingPlan plan;
    FeeratePerKw feerate;
    Msat push_msat;
    crypto::PublicKey their_first_point;
    std::uint32_t minimum_depth = 0;
    ports::SignerGuard guard;
    ChannelId temporary;  ///< A fundee's error names this one until funding_signed (BOLT 1).
};

/// A transaction in a block that keeps our funding transaction from ever confirming: it spent an
/// input of it, or of what it builds on. A fundee knows the transaction only once it was in a
/// block, and then by its own inputs.
struct FundingRival {
    std::shared_ptr<const bitcoin::Transaction> tx;
    std::optional<BlockHeight>
        height;  ///< Nothing after a reorg: ours may confirm again, and so may this one.
    std::optional<Sat> fee;  ///< That ours pays, for when it is the wallet's again.
};

/// What every channel with a funding transaction has.
struct Funded {
    Commitments commitments;
    std::uint32_t minimum_depth = 0;  ///< Confirmations before channel_ready.
    BlockHeight created;              ///< When funding was agreed on.
    /// As funder, signed. As fundee what it spends and nothing else, from the block that shows it
    /// until it is irrevocable: by that it is seen that a reorg gave its place to another one.
    std::shared_ptr<const bitcoin::Transaction> funding_tx;
    std::optional<Confirmation> confirmation;
    bool was_confirmed = false;                 ///< Ever: the fundee forgets only what never was.
    ShortChannelId our_alias;                   ///< They route to us by it.
    std::optional<ShortChannelId> their_alias;  ///< Our invoices' hints name it.
    std::optional<wire::AnnouncementSignatures> their_announcement;
    std::optional<wire::ChannelUpdate> their_update;  ///< Their policy for forwarding to us.
    std::optional<FundingRival> rival;  ///< Never while the funding transaction is confirmed.

    const ChannelParams& params() const { return commitments.params(); }
    /// Of the funding output, once confirmed.
    std::optional<ShortChannelId> short_channel_id() const;
    std::uint32_t depth(BlockHeight tip) const;
};

/// The funding transaction is known to both and may confirm.
struct AwaitingConfirmation {
    Funded funded;
    std::optional<wire::ChannelReady> early;  ///< Theirs, when their chain was faster.
};
/// Deep enough for us: channel_ready is sent, theirs is not here.
struct AwaitingReady {
    Funded funded;
};
/// HTLCs may flow.
struct Normal {
    Funded funded;
};
/// At least one side wants to close: no new HTLCs, those under way go on.
struct ShuttingDown {
    Funded funded;
    bitcoin::Script our_script;
    bool sent = false;  ///< Held back until what we proposed is signed.
    std::optional<bitcoin::Script> their_script;
    std::optional<BlockHeight> peer_due;  ///< See CloseWait::since.
    /// The fee was being agreed on before: the peer may hold a signature of ours for a transaction
    /// that pays the balances of then. Nothing may be added on top of them any more, or it would
    /// take what came since with that.
    bool close_signed = false;
};
/// Both said shutdown and nothing is in flight: the fee is being agreed on.
struct NegotiatingClose {
    Funded funded;
    bitcoin::Script our_script;
    bitcoin::Script their_script;
    CloseNegotiation negotiation;
    std::optional<BlockHeight> peer_due;  ///< See CloseWait::since.
};

/// Why a channel went to the chain.
/// What of an agreed close is said again to a peer that has not heard its end.
struct CloseTerms {
    bitcoin::Script our_script;  ///< Of our shutdown.
    Sat fee;  ///< As named in closing_signed: dust that has no output is no part.
};
/// Signed by both.
struct MutualCloseAgreed {
    bitcoin::Transaction tx;
    /// Nothing where the chain has shown the close, and in what versions before 5 have stored: then
    /// nothing is said again.
    std::optional<CloseTerms> terms = std::nullopt;
    bool said = false;  ///< Our closing_signed, on this connection. Never stored.
};
/// Signed by both, broadcast until confirmed.
struct OurCommitPublished {
    /// What is known of whether it was revoked since. Only who runs on a store that may be an older
    /// copy of itself has to ask.
    enum class Age : std::uint8_t {
        as_stored,  ///< As new as the store.
        risked,     ///< The same, and the person wants it published although the peer has not
                    ///< compared.
        outdated,   ///< The peer has proven that it is revoked.
    };
    bitcoin::Transaction tx;
    std::string reason;
    Age age = Age::as_stored;
};
/// We lost state: nothing of ours may be broadcast.
struct TheyMustClose {
    std::string reason;
};
/// They spent the funding output; nothing of ours was needed.
struct TheirClose {};
using ClosingCause = std::variant<MutualCloseAgreed, OurCommitPublished, TheyMustClose, TheirClose>;

/// A transaction of the close that is in a block.
struct ConfirmedSpend {
    bitcoin::OutPoint spent;
    std::shared_ptr<const bitcoin::Transaction> tx;
    BlockHeight height;
};
/// A claim of ours that was signed and is broadcast until what it spends is spent in a block.
struct ClaimInFlight {
    bitcoin::Transaction tx;
    BlockHeight not_before;  ///< First height at which it is final.
    std::vector<bitcoin::Transaction> parents;
};

/// The funding output is, or is about to be, spent.
struct Closing {
    Funded funded;
    ClosingCause cause;
    BlockHeight since;
    std::vector<ConfirmedSpend>
        spends;  ///< Of the funding output first, then of its transaction's outputs.
    std::vector<ClaimInFlight> claims;
    std::vector<wire::Preimage> preimages;  ///< Known for HTLCs offered to us.
};
/// Nothing is left to do.
struct Closed {
    ChannelParams params;
    BlockHeight height;  ///< When the last of it became final.
    Txid closing_txid;   ///< Zero for a channel that was never confirmed.
    std::string how;     ///< "mutual", "ours", "theirs", "revoked", "never confirmed".
    Sat to_ours;         ///< What came back to the wallet, before sweep fees.
};
/// Over for everybody who looks, and still remembered: should a reorg take back what was spent, it
/// is Closing again. Closed once that cannot be any more.
struct Settled {
    Closing closing;
    Closed outcome;
};

using ChannelState = std::variant<AwaitingAccept, AwaitingFundingCreated, AwaitingFundingSigned,
                                  AwaitingConfirmation, AwaitingReady, Normal, ShuttingDown,
                                  NegotiatingClose, Closing, Closed, Settled>;

struct Channel {
    ChannelId id;  ///< temporary_channel_id until the funding transaction is known.
    crypto::PublicKey peer;
    ports::ChannelKeyId keys;
    Link link = Link::offline;  ///< Never stored: offline at start.
    ChannelState state;
    std::optional<ChannelId> was{};  ///< The temporary id, for readers. Never stored.
};

/// The name of a state as `channels` shows it.
std::string_view state_name(const ChannelState& state);
/// The Funded part of a state that has one.
const Funded* funded_of(const ChannelState& state);
Funded* funded_of(ChannelState& state);
/// What is known of the close while the chain could still change it: of Closing and Settled.
const Closing* closing_of(const ChannelState& state);
Closing* closing_of(ChannelState& state);
/// How it ended: of Settled and Closed.
const Closed* closed_of(const ChannelState& state);
/// Is it in the store? Not before both have signed.
bool is_stored(const ChannelState& state);
/// What a close by agreement waits for. A peer that never answers is waited for without end: BOLT 2
/// would have the channel fail "after a reasonable amount of time", but a close by force costs fees
/// and days, nothing is lost by waiting (what has a deadline has it from its HTLCs), and only the
/// person knows whether the peer is worth it. So the waiting is shown, and forcing is a wish.
struct CloseWait {
    enum class For : std::uint8_t {
        payments,        ///< HTLCs under way, or changes not yet irrevocable.
        connection,      ///< The peer to come back.
        shutdown,        ///< Their shutdown.
        closing_signed,  ///< Their next offer of a fee.
    };
    For what = For::payments;
    std::optional<BlockHeight>
        since;  ///< When the peer's answer became the only thing missing; cuts do not count anew.
};
/// Nothing when no close by agreement is under way.
std::optional<CloseWait> close_wait(const Channel& channel);
/// May an HTLC be added by us now: Normal, online, funding confirmed.
bool is_usable(const Channel& channel);

/// channel_id of BOLT 2: the funding txid with the output index XORed into its last bytes.
ChannelId channel_id_of(const bitcoin::OutPoint& funding);

// What became true -------------------------------------------------------------------------------

struct FundingAgreed {
    FundingPlan plan;
};  ///< As funder: sign the funding transaction, broadcast it after the commit.
struct BecameFunded {
    ChannelId temporary;
};                       ///< The id changed to the final one; the record begins.
struct BecameUsable {};  ///< Both are ready.
struct PreimageLearned {
    HtlcId id;
    PaymentHash payment_hash;
    wire::Preimage preimage;
};  ///< Of an HTLC of ours.
struct MutualCloseSigned {
    bitcoin::Transaction tx;
};
struct MustClose {
    ChannelFault fault;
};                    ///< Broadcast our commitment.
struct LostState {};  ///< They proved that we are behind.
using Fact = std::variant<FundingAgreed, BecameFunded, BecameUsable, PreimageLearned, HtlcFact,
                          MutualCloseSigned, MustClose, LostState>;

struct Step {
    std::vector<wire::Message> send;
    std::vector<Fact> facts;
};
using StepResult = Result<Step, ChannelFault>;

// Opening ----------------------------------------------------------------------------------------

struct OpenRequest {
    Sat funding;
    Msat push_msat;
    bool announce = false;
    FeeratePerKw commitment_feerate;
    FundingPlan plan;
    std::optional<bitcoin::Script> upfront_shutdown;
};
/// Starts an opening as funder; the channel's id is the temporary one.
Channel open_channel(const OpenRequest& request, const ChannelId& temporary,
                     const crypto::PublicKey& peer, const ports::ChannelKeyId& keys,
                     const Context& context, Step& step);
/// Their open_channel, as fundee.
Result<Channel, ChannelFault> accept_channel(const wire::OpenChannel& open,
                                             const crypto::PublicKey& peer,
                                             const ports::ChannelKeyId& keys,
                                             const Context& context, Step& step);
/// An output script of the funding's size (P2WSH of nothing), to plan coins before the keys are
/// known.
bitcoin::Script funding_script_to_plan_with();
/// {static_remotekey, anchors}, with scid_alias for an unannounced channel when both sides know it.
wire::Features channel_type_for(bool announce, const wire::Features& negotiated);

// Inputs -----------------------------------------------------------------------------------------

/// Any channel message of the peer for this channel. An error it sends about an open channel makes
/// a MustClose.
StepResult on_message(Channel& channel, const wire::Message& message, const Context& context);
/// The connection is up and both init were exchanged. HTLCs of ours that waited too long for a
/// signature are taken back here.
Step on_peer_up(Channel& channel, const Context& context);
/// The connection is gone. False when the channel goes with it (an opening nobody signed).
[[nodiscard]] bool on_peer_down(Channel& channel);
/// The tip moved, or the funding transaction was seen in (or fell out of) a block. HTLCs of ours
/// that a peer was told of and that it never got a signature for are taken back here while it is
/// away: nobody has them, no chain will tell their end, and who waits for it may have a deadline.
Step on_block(Channel& channel, const Context& context);
/// A peer that is there, answers no commitment_signed of ours and so keeps what was said after it
/// from ever being signed, until that is about to expire: only a new connection takes it back.
std::optional<ChannelFault> stalled(const Channel& channel, BlockHeight height);
/// Would on_block() change anything?
bool is_moved_by_block(const Channel& channel, BlockHeight height);
void on_funding_confirmed(Channel& channel, const Confirmation& where);
void on_funding_unconfirmed(Channel& channel);
/// After all inputs of a turn: sends what a signature waits for. At most one commitment_signed a
/// turn, whatever was proposed.
StepResult flush(Channel& channel, const Context& context);

// Wishes -----------------------------------------------------------------------------------------

Result<wire::UpdateAddHtlc, ChannelFault> add_htlc(Channel& channel, Msat amount,
                                                   const PaymentHash& hash, BlockHeight cltv_expiry,
                                                   const wire::OnionPacket& onion);
Result<wire::Message, ChannelFault> fulfill_htlc(Channel& channel, HtlcId id,
                                                 const wire::Preimage& preimage);
Result<wire::Message, ChannelFault> fail_htlc(Channel& channel, HtlcId id, Bytes reason);
Result<wire::Message, ChannelFault> fail_malformed_htlc(Channel& channel, HtlcId id,
                                                        const Hash256& sha256_of_onion,
                                                        std::uint16_t failure_code);
Result<wire::Message, ChannelFault> update_fee(Channel& channel, FeeratePerKw feerate);
/// Begins a cooperative close; `script` is ours unless an upfront one binds us.
StepResult shut_down(Channel& channel, const bitcoin::Script& script, const Context& context);
/// Signs our latest commitment; the state is Closing afterwards. Repeating it changes nothing.
StepResult force_close(Channel& channel, const std::string& reason, const Context& context);

}  // namespace runnel::channel
