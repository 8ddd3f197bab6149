// Snapshot: an immutable picture of the wallet after a committed turn. Readers (command line,
// window) take the latest one and keep it as long as they like. Every number is computed here,
// once, by the core; readers only format.
#pragma once

#include "core/api/problem.h"
#include "core/base/amount.h"
#include "core/base/ids.h"
#include "core/base/network.h"
#include "core/bitcoin/transaction.h"
#include "core/crypto/keys.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace runnel::api {

struct HtlcView {
    bool outgoing = false;
    std::uint64_t id = 0;
    Msat amount;
    PaymentHash payment_hash;
    BlockHeight expiry;
    std::string stage;       ///< "offered", "locked_in", "removing".
    bool fulfilled = false;  ///< Incoming, and ours for certain: not in `ours` only until both
                             ///< commitments are without it.
    friend bool operator==(const HtlcView&, const HtlcView&) = default;
};

struct ChannelView {
    ChannelId channel_id;
    /// The id it had before: it changes once, when the funding transaction is known, and a reader
    /// may have missed that. Nothing of channels that were there when this process began. A peer
    /// that opens chooses it; it proves nothing, and another channel may have it by now.
    std::optional<ChannelId> was{};
    crypto::PublicKey peer;
    std::string state;    ///< As in core/channel: "normal", "closing", ...
    bool online = false;  ///< The peer is connected and reestablished.
    bool usable = false;  ///< Payments may be added now, but for ChainView::no_payments.
    bool we_funded = false;
    bool announced = false;
    bitcoin::OutPoint funding;
    std::optional<ShortChannelId> short_channel_id;
    Sat capacity;
    Msat ours, theirs;           ///< Settled; in flight is in neither when offered. Zero, as
                                 ///< all figures of it, with they_must_close.
    Msat can_send, can_receive;  ///< One HTLC, now or when the peer is back.
    /// Where the rest of `ours` is while the channel is open, by its cause:
    /// ours = can_send + kept + over_limit + underpaid.
    Msat kept;        ///< Until the close: our reserve, and what the commitment's fees may take.
    Msat over_limit;  ///< More than may be under way at once (the peer's bounds, our dust bound):
                      ///< free for the next payment when those under way have ended.
    Msat underpaid;   ///< Could be sent, if the peer's fee for the commitment were not too low.
    Msat our_reserve, their_reserve;
    Msat in_flight_out, in_flight_in;  ///< Of a closing channel the latter is in `closing_to_us`,
                                       ///< as far as it is ours.
    std::uint32_t confirmations = 0, confirmations_needed = 0;
    /// About how many blocks until it has as many as it needs. Nothing where it waits for none, or
    /// where nobody here knows: the other side pays for it, or its fee is below every estimate.
    std::optional<std::uint32_t> usable_in;
    FeeratePerKw feerate;
    std::uint16_t our_delay = 0;  ///< Blocks our money waits after a force-close of ours.
    /// Be online by then: an HTLC that is unresolved at this height closes the channel; once it is
    /// closing, what is not collected by then may be taken by the peer.
    std::optional<BlockHeight> next_deadline;
    std::string closing_reason;
    std::optional<Txid> closing_txid;
    Sat closing_to_us;  ///< Still to come back on the chain.
    Sat closing_came;   ///< Of its close in the wallet already, confirmed or not; after fees.
    std::optional<BlockHeight>
        closing_until;            ///< The block from which all of it that is known of can be taken.
    std::vector<HtlcView> htlcs;  ///< Of a closing channel those that the chain has yet to settle,
                                  ///< in what their outputs hold.
    /// What a close by agreement waits for: "payments", "connection", "shutdown", "closing_signed";
    /// empty when none is under way.
    std::string waits_for;
    std::optional<BlockHeight>
        waits_since;  ///< Since when nothing but the peer's answer is missing.
    std::uint32_t waited_blocks = 0;
    /// Because of Snapshot::in_doubt our commitment of this channel is not published: its peer has
    /// not compared in this run. A close by force is refused (store_in_doubt) but with
    /// CloseChannel::risk_old_state; one under way is held back.
    bool force_held_back = false;
    /// The other side has proven that what we know of the channel is outdated. To publish that
    /// would give it everything, so it alone can close, and it has not yet. What it will pay us is
    /// not known, and no figure pretends to know.
    bool they_must_close = false;
    friend bool operator==(const ChannelView&, const ChannelView&) = default;
};

struct PeerView {
    crypto::PublicKey node_id;
    std::string host;
    std::uint16_t port = 0;
    bool connected = false;
    std::string features;  ///< Set bits, "0,8,12".
    friend bool operator==(const PeerView&, const PeerView&) = default;
};

struct Balance {
    Sat onchain;  ///< Confirmed, spendable coins, the reserve included.
    Sat onchain_unconfirmed;
    /// About how many blocks until all of that can be spent, by what was paid for it. Nothing where
    /// it is not known: coins from others, and what pays less than every estimate.
    std::optional<std::uint32_t> unconfirmed_for;
    Sat reserved;                ///< Of the confirmed: kept to bump closes with.
    Msat can_send, can_receive;  ///< Over all usable channels, one HTLC each.
    Msat in_flight;              ///< In HTLCs we offered.
    Sat closing;                 ///< On its way back from closed channels; of one that only the
                                 ///< other side can close nothing, for it is not known.
    /// About so much has to be on the chain to open one more channel, the smallest that there is:
    /// itself, what is then reserved in all, and the fee.
    Sat least_to_open;
    friend bool operator==(const Balance&, const Balance&) = default;
};

/// Blocks that come sooner than others: the practice network hurries until the newest transaction
/// is some blocks deep.
struct Hurry {
    std::uint32_t depth = 0;    ///< The first block counts.
    std::uint32_t seconds = 0;  ///< Between two blocks meanwhile.
    std::uint32_t left = 0;     ///< Of the next blocks so many, by the transactions we know.
    friend bool operator==(const Hurry&, const Hurry&) = default;
};

struct ChainView {
    bool reachable = false;
    bool synced = false;
    BlockHeight height;
    std::string problem;
    /// Mean seconds between blocks, for turning heights into dates; 0 where blocks come at a
    /// command (regtest).
    std::uint32_t block_seconds = 0;
    /// Beyond not being synced: what a person has to hear of. chain_gone: the source has fallen
    /// silent without a word; it then counts as one that cannot be reached, and `problem` is empty.
    std::optional<ProblemKind> trouble{};
    /// Why nothing is sent or received over channels now, whatever their figures say; nothing: it
    /// is. A source that cannot be reached is borne for a while, one that is behind is not.
    /// disk_full, while Snapshot::disk_low: the source is well.
    std::optional<Problem> no_payments{};
    /// What quotes are made with: when one of these changes, so may they.
    FeeratePerKw fee_urgent{}, fee_normal{}, fee_slow{}, fee_least{};
    std::optional<Hurry> hurry{};
    friend bool operator==(const ChainView&, const ChainView&) = default;
};

enum class PaymentStatus : std::uint8_t { pending, paid, failed };

/// One payment, out or in; lists hold the newest first.
struct PaymentView {
    bool outgoing = false;
    PaymentHash payment_hash;
    PaymentStatus status = PaymentStatus::pending;
    Msat amount;
    Msat fee;
    std::optional<Fixed<32, struct PaidPreimageTag>> preimage;
    std::uint32_t parts = 0;
    UnixTime created;
    std::optional<UnixTime> finished;
    std::optional<UnixTime>
        expires;  ///< Of our invoice: from then on no payment of it is begun to be taken.
    std::uint64_t elapsed_ms = 0;
    std::string description;
    std::string bolt11;
    std::optional<crypto::PublicKey> payee;
    std::string failure;         ///< ProblemKind name when failed.
    std::uint64_t sequence = 0;  ///< Cursor.
};

struct TransactionView {
    Txid txid;
    std::int64_t net_sat = 0;  ///< What it did to the wallet's coins.
    std::optional<Sat> fee;
    std::optional<BlockHeight> height;
    UnixTime first_seen;
    std::string purpose;  ///< "receive", "send", "funding", "close", "claim", "bump".
    std::uint64_t sequence = 0;
    /// While no block holds it: in about how many one is to be expected, by what it pays and
    /// today's estimates. Nothing where its fee is not known, or below all of them.
    std::optional<std::uint32_t> expected_blocks = std::nullopt;
};

struct Snapshot {
    std::uint64_t turn = 0;  ///< Counts committed turns that changed anything.
    Network network = Network::regtest;
    crypto::PublicKey node_id;
    ChainView chain;
    Balance balance;
    bool disk_low =
        false;  ///< Nothing new is begun until there is room; what is under way goes on.
    /// Part of what was written may be missing: until the other sides have compared, no commitment
    /// of ours is published.
    bool in_doubt = false;
    std::vector<PeerView> peers;
    std::vector<ChannelView> channels;
    /// Openings, sends and closes by agreement that the chain source refused when they were offered
    /// to it last; they are offered again with each block.
    std::vector<Txid> refused;
    /// Sends that will never arrive, since this process began: send_lost was told of each.
    std::vector<Txid> lost;
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace runnel::api
