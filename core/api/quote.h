// Quote: what a wish would cost and how long it would take if it were granted now; what a dialog
// says before the click. Asking reserves nothing and promises nothing: coins and feerates move. Who
// posts what was quoted as the wish's `max_fee` pays no more, or is refused and asks again.
#pragma once

#include "core/api/command.h"
#include "core/api/problem.h"
#include "core/base/amount.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace runnel::api {

struct AskOpen {
    std::optional<crypto::PublicKey> node_id;  ///< Nothing: of any peer.
    std::optional<Sat> amount;                 ///< Nothing: all that may leave.
};
struct AskClose {
    ChannelId channel_id;
    bool force = false;
};
/// How soon a transaction should be in a block.
enum class Pace : std::uint8_t { urgent, normal, slow };
/// About how many blocks that is.
constexpr std::uint32_t blocks_of(Pace pace) {
    return pace == Pace::urgent ? 2 : pace == Pace::normal ? 6 : 144;
}
struct AskSend {
    std::string address;
    std::optional<Sat> amount;  ///< Nothing: all that may leave.
    Pace pace = Pace::normal;
    /// In place of the pace's: this one, or a refusal.
    std::optional<FeeratePerKw> feerate = std::nullopt;
};

/// The fee is exact, as that of a SendQuote.
struct OpenQuote {
    Sat amount;   ///< What the channel will hold.
    Sat fee;      ///< Of the funding transaction.
    Sat kept;     ///< Stays in the wallet to bump closes with, this channel's share included.
    Sat reserve;  ///< Of the amount, what the channel itself keeps back (estimate).
    std::uint32_t confirmations = 3;  ///< As this wallet would ask; the peer decides.
    BlockDelta force_wait;  ///< The longest wait for our money after a force-close of ours.
    /// About how many blocks until the first confirmation; nothing where nobody knows.
    std::optional<std::uint32_t> expected_blocks = std::nullopt;
    FeeratePerKw feerate{};  ///< To be posted with.
    friend bool operator==(const OpenQuote&, const OpenQuote&) = default;
};
struct CloseQuote {
    Sat to_us;  ///< About what comes back, fees deducted.
    Sat fee;    ///< About what it costs us.
    BlockDelta
        wait;  ///< Blocks after the closing transaction's first until the money is the wallet's.
    std::optional<BlockHeight>
        htlcs_until;           ///< Payments under way are settled by then at the latest.
    Msat in_flight;            ///< In them, of ours.
    bool peer_needed = false;  ///< Nothing happens before the peer is connected.
    /// About how many blocks until one holds the closing transaction; nothing where nobody knows.
    std::optional<std::uint32_t> expected_blocks = std::nullopt;
    /// By agreement: the most that we would agree to, by today's estimates. Alone nobody can say
    /// it closer than that it is no more than what is ours: what speeds the commitment up costs
    /// what blocks cost then, and is not paid where it would cost more than it brings back.
    std::optional<Sat> most = std::nullopt;
    friend bool operator==(const CloseQuote&, const CloseQuote&) = default;
};

/// The fee is exact: posted with this feerate, the same amount picks the same coins, as long as the
/// wallet's coins are the same.
struct SendQuote {
    Sat amount;  ///< What arrives.
    Sat fee;
    FeeratePerKw feerate;          ///< To be posted with.
    Sat kept;                      ///< Stays in the wallet, change included ...
    Sat reserve;                   ///< ... of it, for closing channels in time.
    std::vector<Kept> kept_parts;  ///< With everything: why it stays, as in OnchainSent.
    /// About how many blocks until the first confirmation; nothing where nobody knows.
    std::optional<std::uint32_t> expected_blocks = std::nullopt;
    /// Priced for the next blocks whatever pace was asked for: it spends coins that are kept for
    /// closing channels, and what takes their place cannot be used for that before a block holds
    /// it.
    bool hurried = false;
    friend bool operator==(const SendQuote&, const SendQuote&) = default;
};

}  // namespace runnel::api
