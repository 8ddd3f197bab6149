// What the node remembers of payments: outgoing ones with their attempts, our invoices with what
// arrived for them, and forwards. Values; the rules are in payments_*.cpp. Kept by payment_hash:
// the same invoice can never be paid twice.
#pragma once

#include "core/api/command.h"
#include "core/base/amount.h"
#include "core/base/ids.h"
#include "core/base/secret.h"
#include "core/crypto/keys.h"
#include "core/payment/invoice.h"
#include "core/wire/types.h"

#include <compare>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace runnel::node {

/// One HTLC of a channel.
struct HtlcRef {
    ChannelId channel;
    HtlcId id;
    friend auto operator<=>(const HtlcRef&, const HtlcRef&) = default;
};

/// One HTLC that carries (part of) a payment of ours. It counts as in flight until the channel, or
/// the chain, says that it is irrevocably gone: even when memory knows nothing of it.
struct Part {
    HtlcRef htlc;
    Msat amount;  ///< Arrives at the payee.
    Msat fee;
    Secret32 session_key;  ///< A private key. Failures are read with the secrets derived from it.
    std::vector<crypto::PublicKey> hops;  ///< Our peer first, the payee last.
    std::vector<ShortChannelId> scids;    ///< Channels between them: one less than hops.
    std::uint32_t attempt = 0;            ///< Parts of one attempt share it; counts from 0.
    enum class State : std::uint8_t { in_flight, failed, fulfilled } state = State::in_flight;
    std::string failure;           ///< Failure code's name once failed; "unattributable",
                                   ///< "timed_out_on_chain", "never_sent" beside BOLT 4's.
    std::uint32_t failed_hop = 0;  ///< Index into hops.

    friend bool operator==(const Part&, const Part&) = default;
};

struct PaymentPending {
    friend bool operator==(const PaymentPending&, const PaymentPending&) = default;
};
struct PaymentPaid {
    wire::Preimage preimage;
    UnixTime at;
    std::uint64_t elapsed_ms = 0;
    friend bool operator==(const PaymentPaid&, const PaymentPaid&) = default;
};
/// Every HTLC is irrevocably gone and none brought the preimage: the payment may be made again.
struct PaymentLost {
    api::Problem problem;
    UnixTime at;
    friend bool operator==(const PaymentLost&, const PaymentLost&) = default;
};

struct OutgoingPayment {
    PaymentHash payment_hash;
    api::CommandId command;  ///< Whose wish it is: the same id asks for the same payment's outcome.
    std::uint64_t sequence = 0;  ///< Order of creation over both directions.
    std::string bolt11;          ///< Empty for keysend.
    std::string description;
    crypto::PublicKey payee;
    Msat amount;
    Msat max_fee;
    UnixTime created;
    std::uint64_t created_ms = 0;   ///< Monotonic. Never stored.
    std::uint64_t deadline_ms = 0;  ///< Monotonic: no new attempt afterwards. Never stored.
    bool after_restart =
        false;  ///< Loaded from disk: monotonic times do not apply, no new attempt is made.
    std::vector<api::CommandId>
        waiting;  ///< Commands to answer. Never stored: who asked is gone with the process.
    std::optional<wire::Preimage> keysend_preimage;
    std::vector<Part> parts;  ///< Of every attempt, oldest first.
    std::variant<PaymentPending, PaymentPaid, PaymentLost> status;
};

/// An HTLC that arrived for an invoice and waits for the rest of its set, or was already accepted.
struct ReceivedPart {
    HtlcRef htlc;
    Msat amount;
    BlockHeight expiry;
    Msat total;
    Secret32 shared_secret;      ///< Seals a failure for the payer.
    std::uint64_t since_ms = 0;  ///< Monotonic, 0 after a restart. Never stored.
    friend bool operator==(const ReceivedPart&, const ReceivedPart&) = default;
};

struct InvoiceOpen {
    friend bool operator==(const InvoiceOpen&, const InvoiceOpen&) = default;
};
/// The preimage was given away: every part is fulfilled, also after a restart.
struct InvoicePaid {
    Msat received;
    UnixTime at;
    friend bool operator==(const InvoicePaid&, const InvoicePaid&) = default;
};

/// An invoice of ours, or a keysend that arrived.
struct IncomingPayment {
    PaymentHash payment_hash;
    std::uint64_t sequence = 0;
    std::string bolt11;  ///< Empty for keysend.
    std::string description;
    std::optional<Msat> amount;  ///< Asked for; nothing: any.
    Secret32 payment_secret;
    wire::Preimage preimage;
    UnixTime created;
    UnixTime expires;
    std::uint32_t min_final_cltv_expiry_delta = 0;
    std::vector<ReceivedPart>
        parts;  ///< Open: waiting for the rest of the set. Paid: those that made it up.
    std::variant<InvoiceOpen, InvoicePaid> status;
};

/// An HTLC that came in on one channel and went out on another. Key: the incoming HTLC.
struct Forward {
    HtlcRef incoming;
    HtlcRef outgoing;
    Msat amount_in;
    Msat amount_out;
    Secret32 shared_secret;                  ///< Wraps failures on the way back.
    std::optional<wire::Preimage> preimage;  ///< Known: the incoming one is, or will be, fulfilled.
    friend bool operator==(const Forward&, const Forward&) = default;
};

/// Forwarding between our channels: off in a wallet, on in the practice hub and in tests.
struct ForwardPolicy {
    bool enabled = false;
    std::uint32_t fee_base_msat = 1000;
    std::uint32_t fee_proportional_millionths = 100;
    std::uint16_t cltv_expiry_delta = 80;
    Msat htlc_minimum{1};
};

}  // namespace runnel::node
