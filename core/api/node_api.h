// NodeApi: the one door for clients (command line, window, tests). Posts wishes, reads pictures,
// hears notices. Calls never wait; answers and notices come on the node's thread. A client on
// another thread hops there itself.
#pragma once

#include "core/api/command.h"
#include "core/api/quote.h"
#include "core/api/snapshot.h"

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace runnel::api {

// Notices: things as they happen, each with the data a client needs to show it.
struct BlockSeen {
    BlockHeight height;
};
struct ChainStateChanged {
    bool synced = false;
    std::string problem;  ///< The source's own words; "chain_gone" where it has fallen silent.
};
struct PeerConnected {
    crypto::PublicKey node_id;
};
struct PeerDisconnected {
    crypto::PublicKey node_id;
    std::string cause;
};
struct ChannelStateChanged {
    ChannelId channel_id;
    std::string state;
};
struct PaymentReceived {
    PaymentHash payment_hash;
    Msat amount;
};
struct PaymentSent {
    PaymentHash payment_hash;
    Msat amount;
    Msat fee;
};
struct PaymentFailed {
    PaymentHash payment_hash;
    Problem problem;
};
struct HtlcForwarded {
    Msat amount;
    Msat fee;
};
/// `addresses` of ours that it pays; a close of a channel pays to one too.
struct CoinsReceived {
    Txid txid;
    Sat amount;
    bool confirmed = false;
    std::vector<std::string> addresses;
};
struct TransactionSeen {
    Txid txid;
    std::optional<BlockHeight> height;
};
/// It is no longer among the wallet's transactions and moves nothing: another one has what it
/// spends, or what it builds on is gone. Whatever was said of it before holds no more.
struct TransactionDropped {
    Txid txid;
};
struct Trouble {
    Problem problem;
    std::optional<ChannelId> channel_id;
};
using Notice =
    std::variant<BlockSeen, ChainStateChanged, PeerConnected, PeerDisconnected, ChannelStateChanged,
                 PaymentReceived, PaymentSent, PaymentFailed, HtlcForwarded, CoinsReceived,
                 TransactionSeen, TransactionDropped, Trouble>;
using OnNotice = std::function<void(const Notice&)>;
using OnPicture = std::function<void(const SnapshotPtr&)>;

/// What this wallet has sent to an address already: the newest of it that is in a block or may yet
/// get into one.
struct SentBefore {
    Txid txid;
    Sat amount;  ///< What it pays to the address.
    UnixTime when;
    std::optional<BlockHeight> height;  ///< Of the block that holds it; nothing: it waits.
    /// In a link with an invoice: sent since that was made, hence for this very request. To pay the
    /// invoice as well would be to pay twice. An older send was for something else, to a payee that
    /// uses its address again.
    bool for_this = false;
    friend bool operator==(const SentBefore&, const SentBefore&) = default;
};

/// A way to pay on the chain: an address, alone or in a payment link (BIP 21).
struct OnchainTarget {
    std::string address;             ///< As it was written; bech32 in lower case.
    std::optional<Sat> amount;       ///< Nothing: the payer chooses.
    std::string label, message;      ///< The payee's words.
    bool own = false;                ///< An address of this wallet.
    std::optional<SentBefore> sent;  ///< Nothing of an own one.
    std::optional<Problem> problem;  ///< Why it cannot be paid by this wallet.
};

/// What a pasted text is and what paying it would cost now.
struct Inspection {
    std::string
        kind;  ///< "bolt11", or "bitcoin": only `network`, `onchain` and `problem` are meant then.
    std::string network;
    std::string bolt11;                    ///< The invoice alone, as it stood in the text.
    std::optional<OnchainTarget> onchain;  ///< The other way to pay it, or the only one.
    std::optional<Msat> amount;
    std::string description;
    std::optional<Hash256> description_hash;
    PaymentHash payment_hash;
    crypto::PublicKey payee;
    UnixTime created, expires;
    bool expired = false;
    std::uint32_t min_final_cltv_expiry = 18;
    std::string features;
    std::optional<Fixed<32, struct PaymentSecretViewTag>> payment_secret;
    std::optional<Bytes> metadata;
    struct Hint {
        crypto::PublicKey node_id;
        ShortChannelId short_channel_id;
        std::uint32_t fee_base_msat = 0;
        std::uint32_t fee_proportional_millionths = 0;
        std::uint16_t cltv_expiry_delta = 0;
    };
    std::vector<std::vector<Hint>> route_hints;
    std::vector<std::string> fallback_addresses;
    std::vector<std::string> fallback_scripts;  ///< Hex: of fallbacks that no address stands for.
    bool names_payee = false;  ///< In a field of its own; otherwise the signature alone tells.
    /// One that BOLT 11 gives no meaning: its name and content in the characters of the text.
    struct UnknownField {
        char name = 0;
        std::string content;
    };
    std::vector<UnknownField> unknown_fields;
    std::string signature;           ///< Hex.
    std::optional<Msat> fee;         ///< Exact or maximal fee of a route known now.
    std::optional<Problem> problem;  ///< Why it cannot be paid over Lightning now.
};

struct ListRequest {
    std::size_t limit = 100;
    std::optional<std::uint64_t> cursor;  ///< Only entries older than this sequence.
};

class NodeApi {
public:
    virtual ~NodeApi() = default;
    virtual SnapshotPtr snapshot() const = 0;
    virtual void post(Command command, OnAnswer answer) = 0;
    /// Pure. `amount`: what would be paid for an invoice that leaves it open; `problem` and `fee`
    /// are then about that.
    virtual Result<Inspection, Problem> inspect(
        const std::string& text, const std::optional<Msat>& amount = std::nullopt) const = 0;
    /// Pure.
    virtual Result<OpenQuote, Problem> quote(const AskOpen& ask) const = 0;
    virtual Result<CloseQuote, Problem> quote(const AskClose& ask) const = 0;
    virtual Result<SendQuote, Problem> quote(const AskSend& ask) const = 0;
    virtual std::vector<PaymentView> payments(const ListRequest& request) const = 0;
    virtual std::optional<PaymentView> payment(const PaymentHash& hash) const = 0;
    virtual std::vector<TransactionView> transactions(const ListRequest& request) const = 0;
    /// Until the returned handle dies.
    virtual std::shared_ptr<void> subscribe(OnNotice on_notice) = 0;
    /// Each new picture, not more often than anybody looks and never behind the last one; until the
    /// returned handle dies.
    virtual std::shared_ptr<void> observe(OnPicture on_picture) = 0;
};

}  // namespace runnel::api
