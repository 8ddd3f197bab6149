// Everything the node knows, as plain values, and the Draft: the same under change during one turn.
// Only Node::apply, after a commit, changes State.
#pragma once

#include "core/api/snapshot.h"
#include "core/base/log.h"
#include "core/channel/channel.h"
#include "core/node/overlay.h"
#include "core/node/payments_state.h"
#include "core/node/timeline.h"
#include "core/ports/effect.h"
#include "core/ports/record.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace runnel::node {

using ChannelPtr = std::shared_ptr<const channel::Channel>;
using PaymentPtr = std::shared_ptr<const OutgoingPayment>;
using IncomingPtr = std::shared_ptr<const IncomingPayment>;

struct Peer {
    std::string host;  ///< Last address that worked; empty when only they called us.
    std::uint16_t port = 0;
    bool connected = false;  ///< Never stored.
    /// We have hung up and the connection's end has not been heard of: what still comes on it was
    /// said before, and builds on what was refused (a commitment_signed behind an update that is
    /// not taken).
    bool hung_up = false;
    wire::Features features;    ///< Theirs, as they said.
    wire::Features negotiated;  ///< What both have.
    /// Connect commands without an answer, and the address that each named.
    struct Waiting {
        api::CommandId id;
        std::string host;
        std::uint16_t port = 0;
    };
    std::vector<Waiting> waiting;
    std::uint32_t retries = 0;      ///< Reconnect attempts since the last connection.
    std::uint32_t brief = 0;        ///< Connections in a row that ended almost at once.
    std::uint64_t up_since_ms = 0;  ///< Monotonic; when the connection came up.
    std::set<ChannelId>
        announced;  ///< Channels whose announcement_signatures it got from us on this connection.
    /// Of each channel: until when what it was allowed to have us write of its policy is used up
    /// (gossip_room.cpp). Monotonic; never stored.
    std::map<ChannelId, std::uint64_t> policies_until_ms;
    /// The same for words of its channels that change nothing (channels.cpp).
    std::map<ChannelId, std::uint64_t> idle_until_ms;
    /// The newest one that came too soon after others: it is written when it may be.
    std::map<ChannelId, wire::ChannelUpdate> policies_late;
};

/// A transaction that touches the wallet.
struct WalletTx {
    ports::TxPtr tx;
    std::uint64_t sequence = 0;
    std::int64_t net_sat = 0;
    std::optional<Sat> fee;
    std::optional<BlockHeight> height;
    UnixTime first_seen;
    std::string purpose;  ///< "receive", "send", "funding", "close", "claim", "bump".
    bool ours = false;    ///< We made it: rebroadcast until it confirms.
};

/// One row: counters of the wallet.
struct WalletCounters {
    std::uint32_t receive_p2wpkh = 0, change_p2wpkh = 0, receive_p2tr = 0,
                  change_p2tr = 0;    ///< Next unused index.
    std::uint64_t next_channel = 0;   ///< ChannelKeyId::index.
    std::uint64_t next_sequence = 1;  ///< Payments, in and out.
    std::uint64_t next_tx_sequence = 1;
    BlockHeight birth;  ///< The wallet knows nothing before.
    /// Blocks from here on may hold what pays to scripts that were watched only after those blocks
    /// were reported: the search for it goes on from here after a restart. Nothing: all is found.
    std::optional<BlockHeight> rescan_from;
    friend bool operator==(const WalletCounters&, const WalletCounters&) = default;
};

/// Where the chain stands, as far as committed turns know.
struct ChainTip {
    BlockHeight height;
    BlockHash hash;
    bool known = false;  ///< A block was seen at all.
    friend bool operator==(const ChainTip&, const ChainTip&) = default;
};

/// Health of the chain source; never stored. Not synced at start counts as gone.
struct ChainHealth {
    ports::ChainStatus status;
    ports::FeeEstimates fees;
    std::uint64_t last_good_ms = 0;  ///< Monotonic time when it was last reachable and synced.
    UnixTime last_good_at;           ///< The same by wall time.
    bool ever_good = false;
    BlockHeight in_step_from;  ///< The tip when it was first in step, in this run.
    bool silent = false;       ///< It has said nothing for too long, and nothing since.
    bool telling = false;      ///< Its last word was that it is a block or two ahead of what it has
                               ///< told, and fetching those.
};

/// A payment that waits for room, and the channels of which any may make it.
struct QueuedPayment {
    PaymentHash hash;
    std::vector<ChannelId> channels;
};

/// What was done for a command that must not be done twice, and said to whoever asked.
struct DoneCommand {
    std::uint64_t sequence = 0;
    api::Answer answer;
};

/// Channels funded by the peer whose commitment pays less than mempools take, and whether the peer
/// was told.
using Underpaid = std::map<ChannelId, bool>;

/// The maps of a State, listed once: `Map` makes of each what is wanted, the map itself, an overlay
/// over it, or its changes.
template <template <typename, typename> class Map>
struct Maps {
    Map<ChannelId, ChannelPtr> channels;
    Map<crypto::PublicKey, Peer> peers;
    Map<bitcoin::OutPoint, ports::Coin> coins;
    Map<Txid, WalletTx> transactions;
    Map<PaymentHash, PaymentPtr> payments;
    Map<PaymentHash, IncomingPtr> incoming;
    Map<HtlcRef, Forward>
        forwards;  ///< By incoming HTLC. Changed by put_forward() and erase_forward() only.
    Map<HtlcRef, HtlcRef>
        forwards_by_outgoing;  ///< The incoming HTLC of each that is out; derived, not stored.
    Map<std::uint64_t, BlockHash> blocks;          ///< Recent ones by height.
    Map<bitcoin::Script, ports::KeyPath> scripts;  ///< Of the wallet; derived, not stored.
    Map<api::CommandId, DoneCommand> done;         ///< The newest few.
    Map<std::uint64_t, QueuedPayment>
        queued;  ///< Payments that wait for room in a channel, in their order; never stored.
    Map<ChannelId, api::CommandId> openings;  ///< Who waits for an opening of ours; never stored.
};

/// The same as a tuple of references. Does not compile while a map is missing in it.
template <typename AnyMaps>
auto tie_maps(AnyMaps& maps) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = maps;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m);
}

template <typename K, typename V>
using StateMap = std::map<K, V>;
template <typename K, typename V>
using MapChanges = std::map<K, std::optional<V>>;

/// What is beside the maps and small enough to be copied by every turn.
struct Figures {
    WalletCounters wallet;
    ChainTip tip;
    ChainHealth health;
    Underpaid underpaid;     ///< Never stored.
    std::set<Txid> refused;  ///< Transactions whose refusal was told; never stored.
    std::set<Txid> lost;    ///< Sends of ours that another transaction has ruled out; never stored.
    bool disk_low = false;  ///< As of the last turn; never stored.
    bool in_doubt = false;  ///< The same.
    /// Why no HTLC is added to channels, for the chain's sake (chain_problem) or the disk's; the
    /// same.
    std::optional<api::Problem> no_htlcs{};
    std::set<ChannelId> compared;   ///< While in doubt: whose peer has compared in this run; see
                                    ///< doubt.h. Never stored.
    std::uint64_t last_search = 0;  ///< Number of the newest search of old blocks; never stored.
    /// One more than the last receive address of its kind that a transaction pays to: a wallet made
    /// anew from its words looks only so far beyond. Derived.
    std::uint32_t paid_p2wpkh = 0, paid_p2tr = 0;
};

struct State : Maps<StateMap>, Figures {
    std::uint64_t turn = 0;
    std::uint64_t chain_revision = 0;  ///< Counts turns that changed blocks, transactions or coins.
    Timeline<PaymentKey> payments_in_order;  ///< Derived.
    Timeline<Txid> transactions_in_order;    ///< Derived.
};

/// Views of channels with what they were made of. A view with hundreds of HTLCs is copied and not
/// made again while its channel stays what it is; that of a channel on the chain, which takes key
/// derivations, also while the chain does.
struct ChannelViewKept {
    ChannelPtr of;
    BlockHeight tip;
    std::uint64_t chain_revision = 0;
    api::ChannelView view;
};
using ChannelViews = std::map<ChannelId, ChannelViewKept>;

/// What a turn is making of a State.
struct Draft : Maps<Overlay>, Figures {
    explicit Draft(const State& state);

    const State& base;
    std::vector<ports::Effect> effects;
    ports::Records records;     ///< Beside those derived from the overlays (idempotent answers).
    std::set<ChannelId> dirty;  ///< Channels to flush at the end of the turn.
    /// An HTLC, ours or theirs, left a channel, or what others queued behind gave up: what is
    /// queued may go now.
    bool room_made = false;

    /// A copy of the channel that this turn owns; null when there is none.
    channel::Channel* edit_channel(const ChannelId& id);

    /// Payments waiting for room, this turn's included.
    std::size_t queued_now() const { return m_queued; }
    void queue(std::uint64_t sequence, QueuedPayment payment) {
        queued.put(sequence, std::move(payment));
        ++m_queued;
    }
    void unqueue(std::uint64_t sequence) {
        if (!queued.contains(sequence)) return;
        queued.erase(sequence);
        --m_queued;
    }

    void send(const crypto::PublicKey& peer, wire::Message message) {
        effects.push_back(ports::Send{peer, std::move(message)});
    }
    void tell(api::Notice notice) { effects.push_back(ports::Tell{std::move(notice)}); }
    void answer(const api::CommandId& id, api::CommandResult result) {
        effects.push_back(ports::AnswerCommand{id, std::move(result)});
    }
    /// The same for a wish that must not be granted twice: the answer is kept, and given again to
    /// the same command.
    void answer_once(const api::CommandId& id, api::Answer result);
    void log(LogLevel level, std::string text) {
        effects.push_back(ports::LogLine{static_cast<int>(level), std::move(text)});
    }

private:
    std::size_t m_queued = 0;
    std::map<ChannelId, std::shared_ptr<channel::Channel>> m_owned;
};

}  // namespace runnel::node
