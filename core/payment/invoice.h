// Invoices (BOLT 11): a signed request to be paid, as text. decode_invoice() gives a value in which
// everything BOLT 11 wants checked is checked: checksum, signature, features, lengths; what is not
// true of it is only whether it has expired, whether it was paid already, and that its words are
// honest. encode_invoice() writes one and has it signed by the node's signer. Stateless. The
// description is the payee's text: escape it before showing it.
#pragma once

#include "core/base/amount.h"
#include "core/base/codec.h"
#include "core/base/network.h"
#include "core/base/secret.h"
#include "core/bitcoin/transaction.h"
#include "core/crypto/keys.h"
#include "core/wire/features.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace runnel::payment {

/// Longer texts are refused before they are looked at. BOLT 11 has no limit; a QR code holds 4296
/// such characters.
inline constexpr std::size_t max_invoice_length = 8192;
inline constexpr std::uint64_t default_invoice_expiry = 3600;
inline constexpr BlockDelta default_min_final_cltv{18};

/// One channel on the way from a public node to the payee: its first node, its name there, and the
/// terms it forwards on.
struct HintHop {
    crypto::PublicKey node_id;
    ShortChannelId short_channel_id;
    Msat fee_base_msat;  ///< 32 bits on the wire.
    std::uint32_t fee_proportional_millionths = 0;
    BlockDelta cltv_expiry_delta;  ///< 16 bits on the wire.
    friend bool operator==(const HintHop&, const HintHop&) = default;
};

/// Channels in the order of the payment; the last one ends at the payee. Never empty.
using RouteHint = std::vector<HintHop>;

/// A field that BOLT 11 does not name: kept as it came, without meaning.
struct UnknownField {
    std::uint8_t type = 0;             ///< Five bits.
    std::vector<std::uint8_t> values;  ///< Five bits each.
    friend bool operator==(const UnknownField&, const UnknownField&) = default;
};

struct Invoice {
    Network network = Network::regtest;
    /// Nothing when the payer chooses.
    std::optional<Msat> amount;
    UnixTime timestamp;
    PaymentHash payment_hash;
    Secret32 payment_secret;
    /// What is paid for, UTF-8; or the SHA-256 of a text that is found elsewhere.
    std::variant<std::string, Hash256> description;
    std::optional<Bytes> payment_metadata;
    /// Seconds after the timestamp.
    std::uint64_t expiry_seconds = default_invoice_expiry;
    BlockDelta min_final_cltv_expiry_delta = default_min_final_cltv;
    /// Output scripts to pay on chain instead, the most preferred first.
    std::vector<bitcoin::Script> fallbacks;
    std::vector<RouteHint> route_hints;
    wire::Features features;
    crypto::PublicKey payee;
    /// The payee stands in a field of its own (`n`) rather than being recovered from the signature.
    bool names_payee = false;
    std::vector<UnknownField> unknown;

    /// The last second at which the payee will still take it; never overflows for a decoded
    /// invoice.
    UnixTime expires_at() const;
    bool is_expired(UnixTime now) const { return now > expires_at(); }
    /// Parts are allowed (basic_mpp).
    bool allows_parts() const { return features.has(wire::Feature::basic_mpp); }

    friend bool operator==(const Invoice&, const Invoice&) = default;
};

/// Reads an invoice, with or without "lightning:" before it (any case). With a network, an invoice
/// of another one is refused as wrong_network; without, every network is read. Further errors:
/// too_large (text, amount, expiry or delta), bad_character, bad_checksum, bad_prefix (no invoice),
/// bad_value (amount, text encoding, padding, hints, both or neither description), truncated,
/// not_minimal, missing_field (payment hash, payment secret), bad_point, bad_signature, unsupported
/// (a feature we must understand and do not: its bit goes to `unknown_feature`).
Result<Invoice, DecodeError> decode_invoice(std::string_view text, const NetworkParams* network,
                                            std::optional<std::size_t>* unknown_feature = nullptr);

/// Signs a digest with the node's key; the key stays in the signer.
using SignFn = std::function<crypto::RecoverableSignature(const Hash256&)>;

/// Why an invoice cannot be written; all are the caller's mistakes.
enum class InvoiceError : std::uint8_t {
    zero_amount,
    amount_too_large,      ///< More than 21 million coins.
    bad_timestamp,         ///< Negative, or beyond 35 bits.
    expiry_too_large,      ///< Beyond 60 bits.
    description_too_long,  ///< More than 639 bytes: hash it.
    description_not_utf8,
    metadata_too_long,  ///< More than 639 bytes.
    bad_fallback,       ///< Neither P2PKH, P2SH nor a witness program.
    bad_route_hint,     ///< Empty, too long for a field, or terms that do not fit.
    bad_features,       ///< A feature without what it depends on.
    bad_unknown_field,  ///< Of a type that has a meaning, or not five bits each, or more than 1023
                        ///< of them.
    too_long,           ///< The text would be longer than we read ourselves.
};

/// The invoice as lower case text (upper case it whole for a QR code). `payee` is written only when
/// names_payee.
Result<std::string, InvoiceError> encode_invoice(const Invoice& invoice, const SignFn& sign);

}  // namespace runnel::payment
