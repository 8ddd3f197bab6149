// Everything the node knows, as plain values, and the Draft: the same under change during one turn. Only Node::apply, after a
// commit, changes State.
#pragma once

#include "core/api/snapshot.h"
#include "core/base/log.h"
#include "core/channel/channel.h"
#include "core/node/overlay.h"
#include "core/node/payments_state.h"
#include "core/ports/effect.h"
#include "core/ports/record.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace runnel::node {

using ChannelPtr = std::shared_ptr<const channel::Channel>;
using PaymentPtr = std::shared_ptr<const OutgoingPayment>;
using IncomingPtr = std::shared_ptr<const IncomingPayment>;

struct Peer {
    std::string host;              ///< Last address that worked or was asked for; empty when they called us.
    std::uint16_t port = 0;
    bool connected = false;        ///< Never stored.
    wire::Features features;       ///< Theirs, as they said.
    wire::Features negotiated;     ///< What both have.
    std::vector<api::CommandId> waiting;  ///< Connect commands without an answer.
    std::uint32_t retries = 0;     ///< Reconnect attempts since the last success.
};

/// A transaction that touches the wallet.
struct WalletTx {
    ports::TxPtr tx;
    std::uint64_t sequence = 0;
    std::int64_t net_sat = 0;
    std::optional<Sat> fee;
    std::optional<BlockHeight> height;
    UnixTime first_seen;
    std::string purpose;           ///< "receive", "send", "funding", "close", "claim", "bump".
    bool ours = false;             ///< We made it: rebroadcast until it confirms.
};

/// One row: counters of the wallet.
struct WalletCounters {
    std::uint32_t receive_p2wpkh = 0, change_p2wpkh = 0, receive_p2tr = 0, change_p2tr = 0;  ///< Next unused index.
    std::uint64_t next_channel = 0;      ///< ChannelKeyId::index.
    std::uint64_t next_sequence = 1;     ///< Payments, in and out.
    std::uint64_t next_tx_sequence = 1;
    BlockHeight birth;                   ///< The wallet knows nothing before.
    friend bool operator==(const WalletCounters&, const WalletCounters&) = default;
};

/// Where the chain stands, as far as committed turns know.
struct ChainTip {
    BlockHeight height;
    BlockHash hash;
    bool known = false;            ///< A block was seen at all.
    friend bool operator==(const ChainTip&, const ChainTip&) = default;
};

/// Health of the chain source; never stored. Not synced at start counts as gone.
struct ChainHealth {
    ports::ChainStatus status;
    ports::FeeEstimates fees;
    std::uint64_t last_good_ms = 0;  ///< Monotonic time when it was last reachable and synced.
    bool ever_good = false;
};

struct State {
    std::map<ChannelId, ChannelPtr> channels;
    std::map<crypto::PublicKey, Peer> peers;
    std::map<bitcoin::OutPoint, ports::Coin> coins;
    std::map<Txid, WalletTx> transactions;
    std::map<PaymentHash, PaymentPtr> payments;
    std::map<PaymentHash, IncomingPtr> incoming;
    std::map<HtlcRef, Forward> forwards;              ///< By incoming HTLC.
    std::map<std::uint64_t, BlockHash> blocks;        ///< Recent ones by height.
    std::map<bitcoin::Script, ports::KeyPath> scripts;  ///< Of the wallet; derived, not stored.
    WalletCounters wallet;
    ChainTip tip;
    ChainHealth health;
    std::map<std::uint64_t, PaymentHash> queued;      ///< Payments that wait for room in a channel, in their order; never stored.
    std::map<ChannelId, api::CommandId> openings;     ///< Who waits for an opening of ours; never stored.
    std::uint64_t turn = 0;
};

/// What a turn is making of a State.
struct Draft {
    explicit Draft(const State& state)
        : base(state), channels(state.channels), peers(state.peers), coins(state.coins), transactions(state.transactions),
          payments(state.payments), incoming(state.incoming), forwards(state.forwards), blocks(state.blocks),
          scripts(state.scripts), queued(state.queued), openings(state.openings), wallet(state.wallet), tip(state.tip), health(state.health) {}

    const State& base;
    Overlay<ChannelId, ChannelPtr> channels;
    Overlay<crypto::PublicKey, Peer> peers;
    Overlay<bitcoin::OutPoint, ports::Coin> coins;
    Overlay<Txid, WalletTx> transactions;
    Overlay<PaymentHash, PaymentPtr> payments;
    Overlay<PaymentHash, IncomingPtr> incoming;
    Overlay<HtlcRef, Forward> forwards;
    Overlay<std::uint64_t, BlockHash> blocks;
    Overlay<bitcoin::Script, ports::KeyPath> scripts;
    Overlay<std::uint64_t, PaymentHash> queued;
    Overlay<ChannelId, api::CommandId> openings;
    WalletCounters wallet;
    ChainTip tip;
    ChainHealth health;

    std::vector<ports::Effect> effects;
    ports::Records records;                        ///< Beside those derived from the overlays (idempotent answers).
    std::set<ChannelId> dirty;                     ///< Channels to flush at the end of the turn.
    bool room_made = false;                        ///< An HTLC left a channel: what is queued may go now.

    /// A copy of the channel that this turn owns; null when there is none.
    channel::Channel* edit_channel(const ChannelId& id);

    /// Payments waiting for room, this turn's included.
    std::size_t queued_now() const { return m_queued; }
    void queue(std::uint64_t sequence, const PaymentHash& hash) {
        queued.put(sequence, hash);
        ++m_queued;
    }
    void unqueue(std::uint64_t sequence) {
        if (!queued.contains(sequence)) return;
        queued.erase(sequence);
        --m_queued;
    }

    void send(const crypto::PublicKey& peer, wire::Message message) { effects.push_back(ports::Send{peer, std::move(message)}); }
    void tell(api::Notice notice) { effects.push_back(ports::Tell{std::move(notice)}); }
    void answer(const api::CommandId& id, api::CommandResult result) { effects.push_back(ports::AnswerCommand{id, std::move(result)}); }
    void log(LogLevel level, std::string text) { effects.push_back(ports::LogLine{static_cast<int>(level), std::move(text)}); }

private:
    std::size_t m_queued = base.queued.size();
    std::map<ChannelId, std::shared_ptr<channel::Channel>> m_owned;
};

}  // namespace runnel::node
