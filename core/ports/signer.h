// Keys stay behind these two doors. ChannelSigner holds one channel's keys and signs only what
// keeps its guard; KeyRing makes channel signers, signs for the wallet's coins and for the node id.
// Both are pure inside a turn: the same question has the same answer, and no state moves but
// SignerGuard, a value that travels in the channel's own record and so becomes true exactly when
// the turn is on disk.
#pragma once

#include "core/bitcoin/script.h"
#include "core/bitcoin/sighash.h"
#include "core/crypto/keys.h"
#include "core/ports/coin.h"
#include "core/wire/gossip_messages.h"

#include <memory>
#include <optional>
#include <vector>

namespace runnel::ports {

/// Our five public keys of a channel (BOLT 2 open_channel).
struct ChannelPublicKeys {
    crypto::PublicKey funding_pubkey;
    crypto::PublicKey revocation_basepoint;
    crypto::PublicKey payment_basepoint;
    crypto::PublicKey delayed_payment_basepoint;
    crypto::PublicKey htlc_basepoint;
    friend bool operator==(const ChannelPublicKeys&, const ChannelPublicKeys&) = default;
};

/// Which keys a channel uses. `payment_index` selects one of the wallet's small fixed set of
/// payment basepoints, so that words alone find the to_remote output.
struct ChannelKeyId {
    std::uint64_t index = 0;
    std::uint32_t payment_index = 0;
    friend auto operator<=>(const ChannelKeyId&, const ChannelKeyId&) = default;
};

/// What has been signed and given away so far. Part of the channel's record.
struct SignerGuard {
    std::uint64_t remote_next =
        0;  ///< The number of their commitment that may be signed for the first time.
    Hash256 remote_content;  ///< Of number remote_next - 1: signing it again must be for the same
                             ///< content.
    std::uint64_t local_count =
        0;  ///< Commitments of ours that we hold their signatures for: 0 .. local_count-1.
    std::uint64_t released = 0;  ///< Secrets given away: 0 .. released-1.
    bool local_signed =
        false;  ///< Our latest commitment was signed for broadcast: nothing new may be accepted.
    friend bool operator==(const SignerGuard&, const SignerGuard&) = default;
};

/// Why a signer refused. Every one of these is our own bug or a signer that is out of reach; never
/// a peer's doing.
enum class SignRefusal : std::uint8_t {
    gap,             ///< A commitment number out of turn.
    other_content,   ///< A number already signed, for another content.
    revoked,         ///< A state of ours whose secret was given away.
    not_superseded,  ///< The secret of a state that is still the latest.
    closing,         ///< Our commitment was signed for broadcast already.
    bad_request,     ///< Does not fit this channel.
    unavailable,     ///< A separate signer does not answer.
};

template <typename T>
struct Guarded {
    T value;
    SignerGuard guard;
};

/// One second-stage transaction to be signed with the HTLC key (input 0).
struct HtlcSigningJob {
    bitcoin::Transaction tx;
    bitcoin::Script witness_script;
    Sat amount;
};
struct RemoteCommitmentRequest {
    CommitmentNumber number;
    crypto::PublicKey per_commitment_point;  ///< Theirs, for this number.
    bitcoin::Transaction commitment;
    crypto::PublicKey their_funding_pubkey;
    Sat funding_amount;
    std::vector<HtlcSigningJob> htlcs;  ///< In output order; SINGLE|ANYONECANPAY (option_anchors).
};
struct CommitmentSignatures {
    crypto::Signature signature;
    std::vector<crypto::Signature> htlc_signatures;
    friend bool operator==(const CommitmentSignatures&, const CommitmentSignatures&) = default;
};

/// Which private key a claim input needs.
struct ClaimDelayed {
    crypto::PublicKey per_commitment_point;
};  ///< Our to_local, our HTLC-success/timeout outputs.
struct ClaimHtlc {
    crypto::PublicKey per_commitment_point;
};                       ///< An HTLC output on either side's commitment.
struct ClaimPayment {};  ///< Our to_remote on their commitment.
struct ClaimAnchor {};   ///< Our anchor, by the funding key.
struct ClaimRevoked {
    Secret32 per_commitment_secret;
};  ///< Outputs of a revoked commitment of theirs.
using ClaimKey = std::variant<ClaimDelayed, ClaimHtlc, ClaimPayment, ClaimAnchor, ClaimRevoked>;

struct ClaimRequest {
    const bitcoin::Transaction& tx;
    std::size_t input = 0;
    const bitcoin::Script& witness_script;
    Sat amount;
    ClaimKey key;
    std::uint8_t sighash_type = bitcoin::sighash_all;
};

class ChannelSigner {
public:
    virtual ~ChannelSigner() = default;
    virtual const ChannelPublicKeys& public_keys() const = 0;
    virtual crypto::PublicKey commitment_point(CommitmentNumber n) const = 0;

    /// Signs their commitment and its HTLC transactions.
    virtual Result<Guarded<CommitmentSignatures>, SignRefusal> sign_remote_commitment(
        const SignerGuard& guard, const RemoteCommitmentRequest& request) const = 0;
    /// Notes that commitment n of ours now has their valid signatures; n must be guard.local_count.
    virtual Result<SignerGuard, SignRefusal> accept_local_commitment(const SignerGuard& guard,
                                                                     CommitmentNumber n) const = 0;
    /// The secret of n, once n + 1 is held.
    virtual Result<Guarded<Secret32>, SignRefusal> release_secret(const SignerGuard& guard,
                                                                  CommitmentNumber n) const = 0;
    /// Signs our own latest commitment for broadcast.
    virtual Result<Guarded<crypto::Signature>, SignRefusal> sign_local_commitment(
        const SignerGuard& guard, CommitmentNumber n, const bitcoin::Transaction& commitment,
        const crypto::PublicKey& their_funding_pubkey, Sat funding_amount) const = 0;
    /// Our HTLC key's signature on a second-stage transaction of our own commitment, SIGHASH_ALL,
    /// input `input`.
    virtual Result<crypto::Signature, SignRefusal> sign_claim(
        const ClaimRequest& request) const = 0;
    /// A cooperative close.
    virtual Result<crypto::Signature, SignRefusal> sign_close(
        const bitcoin::Transaction& close, const crypto::PublicKey& their_funding_pubkey,
        Sat funding_amount) const = 0;
    /// Our bitcoin_signature of a channel_announcement that names our funding key. The message and
    /// not its hash: whatever hash the funding key signed could be that of a commitment.
    virtual Result<crypto::Signature, SignRefusal> sign_announcement(
        const wire::ChannelAnnouncement& announcement) const = 0;
};

/// The wallet's keys as the node uses them.
class KeyRing {
public:
    virtual ~KeyRing() = default;
    virtual const crypto::PublicKey& node_id() const = 0;
    virtual std::shared_ptr<const ChannelSigner> channel(const ChannelKeyId& id) const = 0;
    /// How many payment basepoints there are.
    virtual std::uint32_t payment_index_count() const = 0;

    /// ECDH with the node key (onions).
    virtual Secret32 node_ecdh(const crypto::PublicKey& theirs) const = 0;
    virtual crypto::Signature sign_node(const Hash256& digest) const = 0;
    virtual crypto::RecoverableSignature sign_invoice(const Hash256& digest) const = 0;
    /// A secret that only this wallet can derive, for a purpose ("invoice preimage", "payment
    /// secret", ...) and an index.
    virtual Secret32 derive(std::string_view purpose, ByteView index) const = 0;

    /// The script of a wallet address.
    virtual bitcoin::Script script_of(const KeyPath& path) const = 0;
    /// Witnesses for the given inputs of a transaction; `spent` are the outputs spent by all
    /// inputs, in order (taproot). `paths[i]` is empty for an input that is not the wallet's, whose
    /// witness stays as it is.
    virtual Result<bitcoin::Transaction, SignRefusal> sign_inputs(
        const bitcoin::Transaction& tx, const std::vector<bitcoin::TxOut>& spent,
        const std::vector<std::optional<KeyPath>>& paths) const = 0;
};

}  // namespace runnel::ports
