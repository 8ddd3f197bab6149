// Quote: what a wish would cost and how long it would take if it were granted now; what a dialog says before the click. Asking
// reserves nothing and promises nothing: coins are chosen anew when the wish is posted, and feerates move.
#pragma once

#include "core/api/problem.h"
#include "core/base/amount.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"

#include <optional>

namespace runnel::api {

struct AskOpen {
    std::optional<crypto::PublicKey> node_id;  ///< Nothing: of any peer.
    std::optional<Sat> amount;                 ///< Nothing: all that may leave.
};
struct AskClose { ChannelId channel_id; bool force = false; };

struct OpenQuote {
    Sat amount;                        ///< What the channel will hold.
    Sat fee;                           ///< Of the funding transaction.
    Sat kept;                          ///< Stays in the wallet to bump closes with, this channel's share included.
    Sat reserve;                       ///< Of the amount, what the channel itself keeps back (estimate).
    std::uint32_t confirmations = 3;   ///< As this wallet would ask; the peer decides.
    BlockDelta force_wait;             ///< The longest wait for our money after a force-close of ours.
    friend bool operator==(const OpenQuote&, const OpenQuote&) = default;
};
struct CloseQuote {
    Sat to_us;                         ///< About what comes back, fees deducted.
    Sat fee;                           ///< About what it costs us.
    BlockDelta wait;                   ///< Blocks after the closing transaction's first until the money is the wallet's.
    std::optional<BlockHeight> htlcs_until;  ///< Payments under way are settled by then at the latest.
    Msat in_flight;                    ///< In them, of ours.
    bool peer_needed = false;          ///< Nothing happens before the peer is connected.
    friend bool operator==(const CloseQuote&, const CloseQuote&) = default;
};

}  // namespace runnel::api
