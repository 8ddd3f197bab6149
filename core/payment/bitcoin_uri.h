// Payment links (BIP 21, and what BIP 321 made of it):
// "bitcoin:ADDRESS?amount=0.001&label=...&message=...&lightning=...", as text only. Says what is
// written there; whether the address and the invoice are good, and of which network, others look.
// Whoever made the link wants to be paid: what is ambiguous (an amount named twice) or demands what
// we do not know (req-) is refused whole, never guessed at. Label and message are the payee's text:
// escape them before showing them.
#pragma once

#include "core/base/amount.h"
#include "core/base/codec.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace runnel::payment {

/// Longer texts are refused before they are looked at: twice what an invoice may be.
inline constexpr std::size_t max_uri_length = 16'384;

struct BitcoinUri {
    std::string address;        ///< As it was written; empty where there is only an invoice.
    std::optional<Sat> amount;  ///< Nothing when the payer chooses; zero counts as nothing.
    std::string label;          ///< Who is paid, UTF-8.
    std::string message;        ///< What for, UTF-8.
    std::string lightning;      ///< A BOLT 11 invoice as it was written; may be empty.
    friend bool operator==(const BitcoinUri&, const BitcoinUri&) = default;
};

struct UriFault {
    DecodeError error = DecodeError::bad_value;
    std::string key;  ///< The parameter that is at fault, in lower case and UTF-8; empty: the link
                      ///< as a whole, "address": its body. The payee's text, too.
    friend bool operator==(const UriFault&, const UriFault&) = default;
};

/// Begins with "bitcoin:", in any case.
bool is_bitcoin_uri(std::string_view text);
/// Errors: bad_prefix (no such link), too_large (text; amount), bad_character (address,
/// percent-encoding, a key that is no UTF-8), bad_value (amount, text that is no UTF-8), bad_order
/// (a parameter twice), unsupported (a req- parameter, or none of the ways to pay is known),
/// missing_field (no way to pay at all).
Result<BitcoinUri, UriFault> parse_bitcoin_uri(std::string_view text);
/// Bitcoin as decimal text, exactly: digits and at most one point, nothing below a satoshi. Errors:
/// bad_value, too_large.
Result<Sat, DecodeError> parse_btc(std::string_view text);

}  // namespace runnel::payment
