// Who handles what: the rooms of the node, each a file or a few. All work on a Draft and a Scope,
// none knows the others' insides.
#pragma once

#include "core/node/node.h"

namespace runnel::node {

// channels.cpp: the plumbing between channels and everything else --------------------------------

/// What a channel's handlers need; the signer lives as long as the returned value.
struct ChannelScope {
    std::shared_ptr<const ports::ChannelSigner> signer;
    channel::Context context;
};
ChannelScope channel_scope(const Draft& draft, const channel::Channel& channel, const Scope& scope);
void on_peer_message(Draft& draft, const PeerMessage& event, const Scope& scope);
void on_peer_up(Draft& draft, const PeerUp& event, const Scope& scope);
void on_peer_down(Draft& draft, const PeerDown& event, const Scope& scope);
/// Ends the connection, and what was said on it, at once: nothing that still comes on it is heard.
void hang_up(Draft& draft, const crypto::PublicKey& node_id, const std::string& cause);
void on_connect_failed(Draft& draft, const ConnectFailed& event, const Scope& scope);
void on_peer_complaint(Draft& draft, const PeerComplaint& event, const Scope& scope);
void on_connect(Draft& draft, const api::CommandId& id, const api::Connect& wish,
                const Scope& scope);
void on_disconnect(Draft& draft, const api::CommandId& id, const api::Disconnect& wish,
                   const Scope& scope);
void on_open(Draft& draft, const api::CommandId& id, const api::OpenChannel& wish,
             const Scope& scope);
void on_close(Draft& draft, const api::CommandId& id, const api::CloseChannel& wish,
              const Scope& scope);
void on_timer(Draft& draft, std::uint64_t timer, const Scope& scope);
void resume_peers(const State& state, std::vector<ports::Effect>& out);
/// Facts of a channel's step, to whom they concern.
void take_step(Draft& draft, const ChannelId& id, channel::Step&& step, const Scope& scope);
/// Usable, and its commitment pays enough to be published: only then do we add HTLCs to it.
bool takes_htlcs_of_ours(const Draft& draft, const ChannelId& id, const channel::Channel& channel);
/// Signs what waits, once a turn; may be repeated.
void flush_channels(Draft& draft, const Scope& scope);
/// The tip moved: readiness, HTLC deadlines.
void channels_on_block(Draft& draft, const Scope& scope);
/// Puts the channel on the chain with our commitment, whatever state it is in; closing.cpp goes on
/// from there.
/// What kept it from being closed, if anything did.
std::optional<channel::ChannelFault> force_close(Draft& draft, const ChannelId& id,
                                                 const std::string& reason, const Scope& scope);

// payments_*.cpp ---------------------------------------------------------------------------------

void on_create_invoice(Draft& draft, const api::CommandId& id, const api::CreateInvoice& wish,
                       const Scope& scope);
void on_pay(Draft& draft, const api::CommandId& id, const api::Pay& wish, const Scope& scope);
void on_keysend(Draft& draft, const api::CommandId& id, const api::Keysend& wish,
                const Scope& scope);
/// An HTLC offered to us is irrevocable: peel it, then take it, pass it on or fail it. Called again
/// at start for each that has no answer yet; deciding twice must give the same.
void on_incoming_locked_in(Draft& draft, const ChannelId& id, HtlcId htlc, const Scope& scope);
/// The preimage of an HTLC of ours, from the channel or from the chain. May come more than once.
void on_preimage(Draft& draft, const HtlcRef& outgoing, const PaymentHash& hash,
                 const wire::Preimage& preimage, const Scope& scope);
/// An HTLC of ours is irrevocably gone from channel or chain; `removal` null: timed out on the
/// chain.
void on_outgoing_removed(Draft& draft, const HtlcRef& outgoing, const PaymentHash& hash,
                         const channel::Removal* removal, const Scope& scope);
/// An HTLC offered to us is irrevocably gone.
void on_incoming_removed(Draft& draft, const HtlcRef& incoming, const PaymentHash& hash,
                         const Scope& scope);
void payments_on_block(Draft& draft, const Scope& scope);
/// Timers of payments: see timers below.
void payments_on_timer(Draft& draft, std::uint64_t timer, const Scope& scope);
/// Peers or channels became usable: what waits may go now.
void payments_on_usable(Draft& draft, const ChannelId& id, const Scope& scope);
/// An HTLC left a channel: queued payments go as far as there is room.
void payments_on_room(Draft& draft, const Scope& scope);
void resume_payments(const State& state, std::vector<ports::Effect>& out);
/// The forward that this HTLC of ours carries.
const Forward* find_forward(const Draft& draft, const HtlcRef& outgoing);
void put_forward(Draft& draft, Forward forward);
void erase_forward(Draft& draft, const HtlcRef& incoming);
/// The known preimage of an HTLC offered to us, for claiming it on the chain.
std::optional<wire::Preimage> known_preimage(const Draft& draft, const HtlcRef& incoming,
                                             const PaymentHash& hash);
/// The inspection behind `decode` and previews (inspect.cpp): an invoice, an address or a link with
/// one or both. `amount`: wished for an invoice that leaves it open.
Result<api::Inspection, api::Problem> inspect_text(const State& state, const Config& config,
                                                   const std::string& text, UnixTime now,
                                                   const std::optional<Msat>& amount);

// wallet_*.cpp: coins, transactions, the chain ---------------------------------------------------

void on_chain_event(Draft& draft, const ports::ChainEvent& event, const Scope& scope);
void on_new_address(Draft& draft, const api::CommandId& id, const api::NewAddress& wish,
                    const Scope& scope);
void on_send_onchain(Draft& draft, const api::CommandId& id, const api::SendOnchain& wish,
                     const Scope& scope);
void on_bump(Draft& draft, const api::CommandId& id, const api::BumpTransaction& wish,
             const Scope& scope);
/// Extends the script table to `gap` scripts beyond what is used, or planned with (`next_change`),
/// watching what is new from block `since` on. Whether there was anything new.
bool extend_scripts(Draft& draft, const Scope& scope, BlockHeight since,
                    std::uint32_t next_change = 0);
/// Not a coinbase, or deep enough.
bool is_mature(const ports::Coin& coin, BlockHeight tip);
/// The next change script that nothing uses; the second uses it up.
bitcoin::Script next_change_script(const Draft& draft, const Scope& scope);
bitcoin::Script take_change_script(Draft& draft, const Scope& scope);
/// Where a close by agreement pays to: the next address, unless so many were given out that nobody
/// paid to that a wallet restored from its words might not come upon it; then a change script.
bitcoin::Script next_close_script(const Draft& draft, const Scope& scope);
/// Would a wallet that is restored from its words come upon this receive script, even if half a gap
/// of those after the last that was paid to never is?
bool may_be_promised(const Draft& draft, const bitcoin::Script& script);
/// A script that somebody was given, or that was paid to, is not given again: its counter moves
/// past it.
void note_used(Draft& draft, const bitcoin::Script& script);
/// The same for all that a transaction pays to. Only one in a block leads the words any further:
/// another may be replaced, and what was given out beyond it would not be found.
void note_paid(Draft& draft, const bitcoin::Transaction& tx, std::optional<BlockHeight> height);
/// After transactions that are gone, or in no block any more: they have paid nobody.
void recount_paid(Draft& draft);
void use_script(Draft& draft, const bitcoin::Script& script, const Scope& scope);
/// What we said, or are about to say, in shutdown is an address given away.
void use_shutdown_script(Draft& draft, const channel::Channel& channel, const Scope& scope);
/// Coins free to be spent: not reserved by an opening under way.
std::vector<ports::Coin> free_coins(const Draft& draft);
/// Those that a channel of ours that is being agreed on will spend.
std::set<bitcoin::OutPoint> coins_of_openings(const Draft& draft);
/// What is to be kept as separate confirmed coins with so many channels beside the open ones.
struct Reserve {
    std::size_t count = 0;
    Sat each;
};
Reserve anchor_reserve(const Draft& draft, const Config& config, std::size_t more_channels);
/// The feerate of a spend, as asked for or by the estimates. Below what mempools take it is
/// refused: the transaction would go nowhere, and its coins with it.
Result<FeeratePerKw, api::Problem> spend_feerate(const Draft& draft,
                                                 const std::optional<FeeratePerKw>& asked);
/// Of the next blocks, as mempools take it.
FeeratePerKw soon_feerate(const Draft& draft);
/// Plans a spend that leaves the anchor reserve for the open channels and `more_channels` new ones:
/// as coins that stay, or as outputs of its own where there are too few. Until those confirm they
/// bump nothing: a spend that takes confirmed coins from channels that are there already must pay
/// what gets it into the next blocks, or is refused with the least feerate (is_exposed()). `chance`
/// draws the coins and shuffles.
Result<ports::SpendPlan, api::Problem> plan_keeping_reserve(Draft& draft,
                                                            ports::SpendRequest request,
                                                            std::size_t more_channels,
                                                            const Hash256& chance,
                                                            const Scope& scope);
/// Refused for nothing but a feerate that would leave channels unguarded.
bool is_exposed(const api::Problem& problem);
/// `plan` at the feerate that was asked for; where none was, at the usual one, and at that of the
/// next blocks if it has to be.
template <typename Plan>
auto plan_at_feerate(const Draft& draft, const std::optional<FeeratePerKw>& asked, Plan&& plan)
    -> decltype(plan(FeeratePerKw())) {
    const auto usual = spend_feerate(draft, asked);
    if (!usual) return fail(usual.error());
    auto out = plan(*usual);
    if (!out && !asked && is_exposed(out.error())) out = plan(soon_feerate(draft));
    return out;
}
/// What draws the coins of a transaction that somebody is asked about. Not the turn's entropy: the
/// quote must draw as the deed will, or the fee that a person has agreed to would be another one. A
/// secret of the wallet's own is as good against those who look at the chain, and no two that are
/// made share it.
Hash256 coin_chance(const Draft& draft, const bitcoin::Script& script, std::optional<Sat> amount,
                    FeeratePerKw feerate, const Scope& scope);
/// A fee on the chain that is more than was agreed to.
std::optional<api::Problem> above_limit(Sat fee, std::optional<Sat> max_fee, const char* what);
/// A send to one address, planned and not made yet: what the command does and what a quote says.
struct PlannedSend {
    ports::SpendPlan plan;
    Sat amount;  ///< What arrives.
    FeeratePerKw feerate;
    Sat kept;                           ///< Stays in the wallet, change included.
    std::vector<api::Kept> kept_parts;  ///< As in api::OnchainSent; only of a send of everything.
};
Result<PlannedSend, api::Problem> plan_send(Draft& draft, const api::SendOnchain& wish,
                                            const Scope& scope);
/// Signs a plan, takes its coins off the wallet, records the transaction and broadcasts it.
Result<ports::TxPtr, api::Problem> commit_spend(Draft& draft, const ports::SpendPlan& plan,
                                                const std::string& purpose, const Scope& scope,
                                                std::vector<ports::TxPtr> parents = {});
api::Problem to_problem(const ports::SpendError& error);
/// The source has not spoken for as long as it is waited for.
void on_chain_silence(Draft& draft, const Scope& scope);
/// By its own word, and it has told us all its blocks.
bool is_in_step(const ports::ChainStatus& status, const ChainTip& tip);
/// Nothing when HTLCs may be added and channels opened; otherwise why not.
std::optional<api::Problem> chain_problem(const Draft& draft, const Scope& scope, bool for_htlc);
/// The same for a new channel, whoever opens it: its commitment and the child that pays for it must
/// get to the miners together.
std::optional<api::Problem> why_no_channel(const Draft& draft, const Scope& scope);
void resume_wallet(const State& state, std::vector<ports::Effect>& out);

// closing*.cpp: from the spend of a funding output to the last satoshi ----------------------------

/// A transaction in a block spends the funding output or an output of its spender.
void on_channel_spend(Draft& draft, const ChannelId& id, const bitcoin::OutPoint& spent,
                      const ports::TxPtr& tx, BlockHeight height, const Scope& scope);
/// Makes and renews claims; once a block and when a preimage comes.
void closings_on_block(Draft& draft, const Scope& scope);
void begin_closing(Draft& draft, const ChannelId& id, const Scope& scope);
void resume_closings(const State& state, std::vector<ports::Effect>& out);

// records.cpp ------------------------------------------------------------------------------------

/// Records of everything that differs from the committed state.
ports::Records records_of(const Draft& draft);
Result<void, LoadError> load_state(State& state, const ports::RecordReader& store);
Bytes encode_payment(const OutgoingPayment& payment);
Result<OutgoingPayment, DecodeError> decode_payment(ByteView value);
Bytes encode_incoming(const IncomingPayment& incoming);
Result<IncomingPayment, DecodeError> decode_incoming(ByteView value);
Bytes encode_forward(const Forward& forward);
Result<Forward, DecodeError> decode_forward(ByteView value);
Bytes encode_done(const DoneCommand& done);
Result<DoneCommand, DecodeError> decode_done(ByteView value);

// quote.cpp: what a wish would cost --------------------------------------------------------------

/// Plans on a draft that is thrown away.
Result<api::OpenQuote, api::Problem> quote_open(Draft& draft, const api::AskOpen& ask,
                                                const Scope& scope);
Result<api::CloseQuote, api::Problem> quote_close(const State& state, const api::AskClose& ask,
                                                  const Config& config);
/// Of a channel that is open: what agreeing on its close now would cost.
api::CloseQuote quote_agreed_close(const Figures& figures, const channel::Channel& channel,
                                   const Config& config);
Result<api::SendQuote, api::Problem> quote_send(Draft& draft, const api::AskSend& ask,
                                                const Scope& scope);

// snapshot.cpp -----------------------------------------------------------------------------------

/// `kept` is whatever the caller holds from the picture before; what has not changed since is taken
/// from it.
api::SnapshotPtr make_snapshot(const State& state, const Config& config, const ports::KeyRing& keys,
                               ChannelViews& kept);

// timers -----------------------------------------------------------------------------------------

/// Timer numbers: the upper byte says whose they are.
enum class TimerKind : std::uint8_t {
    reconnect = 1,
    payment_deadline = 2,
    mpp_timeout = 3,
    opening_timeout = 4,
    chain_silence = 5
};
constexpr std::uint64_t timer_of(TimerKind kind, std::uint64_t what) {
    return std::uint64_t{static_cast<std::uint8_t>(kind)} << 56 | (what & 0xff'ffff'ffff'ffff);
}
constexpr TimerKind kind_of(std::uint64_t timer) { return static_cast<TimerKind>(timer >> 56); }

}  // namespace runnel::node
