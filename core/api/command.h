// Commands: what a person or program wishes. Each carries an id, chosen by the client, that makes
// it idempotent: posting the same id again has the effect and the answer of the first time. What
// was refused had no effect: the same id may be granted once the reason is gone. Answers are typed;
// a failure is a Problem.
#pragma once

#include "core/api/problem.h"
#include "core/base/amount.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace runnel::api {

/// 16 random bytes of the client's.
using CommandId = Fixed<16, struct CommandIdTag>;

enum class AddressKind : std::uint8_t { p2wpkh, p2tr };

/// Another one each time, but that the last one is given again while the fifty newest of its kind
/// have not been paid to: beyond that the words alone would not find what is paid.
struct NewAddress {
    AddressKind kind = AddressKind::p2wpkh;
};
struct SendOnchain {
    std::string address;
    std::optional<Sat> amount;            ///< Nothing: all that may leave.
    std::optional<FeeratePerKw> feerate;  ///< Nothing: the normal estimate.
    /// What the person has agreed to; nothing is sent for more. Nothing: whatever it costs at that
    /// feerate.
    std::optional<Sat> max_fee = std::nullopt;
};
/// Speeds up an unconfirmed transaction of ours by a child that spends what it made for the wallet.
/// Answered by OnchainSent, of the child.
struct BumpTransaction {
    Txid txid;
    std::optional<FeeratePerKw> feerate;  ///< Of both together. Nothing: the urgent estimate.
    std::optional<Sat> max_fee = std::nullopt;
};
struct Connect {
    crypto::PublicKey node_id;
    std::string host;
    std::uint16_t port = 0;
};
struct Disconnect {
    crypto::PublicKey node_id;
};
struct OpenChannel {
    crypto::PublicKey node_id;
    std::optional<Sat> amount;  ///< Nothing: all that may leave.
    Msat push;
    bool announce = false;
    std::optional<FeeratePerKw> feerate;
    /// As in SendOnchain: nothing is opened for more.
    std::optional<Sat> max_fee = std::nullopt;
};
struct CloseChannel {
    ChannelId channel_id;
    bool force = false;
    /// With force: publish our commitment although its peer has not compared
    /// (ChannelView::force_held_back). If the store is an older copy of itself and the state was
    /// revoked since, the peer can take everything in the channel.
    bool risk_old_state = false;
    /// By agreement: not begun while the most that we would agree to pay (CloseQuote::most) is
    /// more. What is agreed on only later, because the other side is away or payments are under
    /// way, is bound by the estimates of that time.
    std::optional<Sat> max_fee = std::nullopt;
};
struct CreateInvoice {
    std::optional<Msat> amount;  ///< Nothing: the payer chooses.
    std::string description;
    std::uint32_t expiry_seconds = 3600;
};
/// What may be paid in fees when nobody says: 1 %, at least 5 sat.
constexpr Msat usual_max_fee(Msat amount) {
    const Msat percent(amount.raw() / 100);
    return percent < Msat(5'000) ? Msat(5'000) : percent;
}
struct Pay {
    std::string text;                    ///< A BOLT 11 invoice, with or without "lightning:".
    std::optional<Msat> amount;          ///< For an invoice without one.
    std::optional<Msat> max_fee;         ///< Nothing: usual_max_fee().
    std::uint32_t timeout_seconds = 60;  ///< No new attempt afterwards.
};
struct Keysend {
    crypto::PublicKey node_id;
    Msat amount;
};

struct Command {
    CommandId id;
    std::variant<NewAddress, SendOnchain, BumpTransaction, Connect, Disconnect, OpenChannel,
                 CloseChannel, CreateInvoice, Pay, Keysend>
        wish;
};

// Answers ----------------------------------------------------------------------------------------

struct AddressMade {
    std::string address;
};
/// A part of what stays in the wallet when everything was to be sent. `reason`: "anchor_reserve"
/// (to close channels in time), "opening" (of a channel that is being agreed on), "unconfirmed",
/// "immature" (mined too recently), "too_small" (worth less than the fee of sending it), "too_many"
/// (no room left in the transaction).
struct Kept {
    Sat amount;
    std::string reason;
    friend bool operator==(const Kept&, const Kept&) = default;
};
struct OnchainSent {
    Txid txid;
    Sat amount;
    Sat fee;
    Sat kept;                      ///< With `all`: what stays behind ...
    std::vector<Kept> kept_parts;  ///< ... each part of it with its reason.
};
struct Connected {
    crypto::PublicKey node_id;
    std::string features;
};
struct Disconnected {};
/// Said when the funding transaction is committed and handed to the chain source.
struct ChannelOpening {
    ChannelId channel_id;
    Txid funding_txid;
    Sat funding;
    Sat fee;
};
struct ChannelClosing {
    ChannelId channel_id;
    std::optional<Txid> txid;
    std::string state;
};
struct InvoiceMade {
    std::string bolt11;
    PaymentHash payment_hash;
    UnixTime expires;
};
/// Paid: the preimage is durable.
struct Paid {
    PaymentHash payment_hash;
    Fixed<32, struct PaidPreimageTag> preimage;
    Msat amount;
    Msat fee;
    std::uint32_t parts = 1;
    std::uint64_t elapsed_ms = 0;
};
/// Answer of a payment whose HTLCs are still held when its timeout passed: its outcome is open, it
/// must not be repeated.
struct StillInFlight {
    PaymentHash payment_hash;
};

using Answer = std::variant<AddressMade, OnchainSent, Connected, Disconnected, ChannelOpening,
                            ChannelClosing, InvoiceMade, Paid, StillInFlight>;
using CommandResult = Result<Answer, Problem>;
using OnAnswer = std::function<void(const CommandResult&)>;

}  // namespace runnel::api
