#include "core/onchain/classify.h"

#include "core/bitcoin/script.h"

#include <algorithm>

namespace runnel::onchain {
namespace {

bool pays_to(const bitcoin::Transaction& tx, const bitcoin::Script& script) {
    return std::any_of(tx.outputs.begin(), tx.outputs.end(),
                       [&](const bitcoin::TxOut& o) { return o.script == script; });
}

bool has_to_remote_of(const bitcoin::Transaction& tx, const ports::ChannelPublicKeys& keys) {
    return pays_to(tx, bitcoin::p2wsh(channel::to_remote_script(keys.payment_basepoint)));
}

/// A commitment of ours carries a to_remote of theirs; one of theirs cannot. What pays to_remote to
/// us is theirs, whatever else it looks like: a peer that took our payment_basepoint for its own
/// (openings refuse that now, and older channels may have it) must not pass for us.
bool is_of_our_making(const bitcoin::Transaction& tx, const channel::ChannelParams& params) {
    return !has_to_remote_of(tx, params.our_keys) && has_to_remote_of(tx, params.their_keys);
}

}  // namespace

Classification classify(const bitcoin::Transaction& spend, const Known& known) {
    const auto txid = spend.txid();
    if (txid == known.ours.tx.txid()) return OurCommit{};
    if (txid == known.theirs.tx.txid()) return TheirCurrent{};
    if (known.theirs_next != nullptr && txid == known.theirs_next->tx.txid()) return TheirNext{};
    const auto number = channel::commitment_number_of(known.params, spend);
    if (!number) return MutualClose{};
    if (is_of_our_making(spend, known.params)) return Unknown{};
    if (auto secret = known.revealed.get(*number)) return TheirRevoked{*number, *std::move(secret)};
    if (*number >= known.theirs.number) return TheirFuture{*number};
    return Unknown{};
}

const channel::CommitmentTx* commitment_of(const Classification& what, const Known& known) {
    if (std::holds_alternative<OurCommit>(what)) return &known.ours;
    if (std::holds_alternative<TheirCurrent>(what)) return &known.theirs;
    if (std::holds_alternative<TheirNext>(what)) return known.theirs_next;
    return nullptr;
}

}  // namespace runnel::onchain
