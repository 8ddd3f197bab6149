// Which transaction spent the funding output (BOLT 5). A pure question over what the channel knows;
// nothing is decided or remembered here. The answer is by content, never by who says so: only
// transactions with both signatures can be there.
#pragma once

#include "core/channel/transactions.h"
#include "core/crypto/shachain.h"

#include <variant>

namespace runnel::onchain {

/// Agreed by both, now or in a negotiation that a cut of the connection ended: it has not a
/// commitment's form, and we sign nothing else that spends the funding output. What of it is ours
/// pays the wallet like any other transaction.
struct MutualClose {};
/// Our latest commitment.
struct OurCommit {};
/// Their latest commitment whose predecessor is revoked.
struct TheirCurrent {};
/// The one we signed last, while the revocation of TheirCurrent is outstanding.
struct TheirNext {};
/// One they revoked: they try to cheat, or restored an old state. `secret` opens every output to
/// us.
struct TheirRevoked {
    CommitmentNumber number;
    Secret32 secret;
};
/// One newer than all we know: we lost state. Only our main output can be found.
struct TheirFuture {
    CommitmentNumber number;
};
/// None of these: an old commitment of our own published by somebody with our keys, or a bug.
struct Unknown {};
using Classification = std::variant<MutualClose, OurCommit, TheirCurrent, TheirNext, TheirRevoked,
                                    TheirFuture, Unknown>;

/// What the channel knows when it is closed. Pointers may be null where noted; nothing is owned.
struct Known {
    const channel::ChannelParams& params;
    const channel::CommitmentTx& ours;    ///< Our latest.
    const channel::CommitmentTx& theirs;  ///< Their latest unrevoked.
    const channel::CommitmentTx* theirs_next =
        nullptr;  ///< Signed by us, its predecessor not yet revoked; may be null.
    const crypto::ShaChain& revealed;  ///< Secrets of their revoked commitments.
};

/// `spend` must spend params.funding.
Classification classify(const bitcoin::Transaction& spend, const Known& known);
/// Their commitment among these, if it is one whose content we know.
const channel::CommitmentTx* commitment_of(const Classification& what, const Known& known);

}  // namespace runnel::onchain
