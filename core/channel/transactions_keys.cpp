// Keys and output scripts of transactions.h.
#include "core/channel/transactions.h"

#include "core/bitcoin/script.h"
#include "core/channel/htlc_scripts.h"
#include "core/crypto/hash.h"

#include <array>
#include <optional>

namespace runnel::channel {

using bitcoin::ScriptBuilder;

namespace {

/// Keys derived lately. Five curve operations a commitment are most of what a small payment
/// computes, and all of it can be had before it is needed (Commitments::derive_ahead). Public
/// points only, and a pure function of what they are found by: whoever finds nothing here derives
/// the same. One a thread, so that nobody waits for a lock.
class DerivedLately {
public:
    const CommitmentKeys& get(const ports::ChannelPublicKeys& own,
                              const ports::ChannelPublicKeys& others,
                              const crypto::PublicKey& point) {
        for (const auto& known : m_known) {
            if (known && known->keys.per_commitment_point == point && known->own == own &&
                known->others == others) {
                return known->keys;
            }
        }
        auto& entry = m_known[m_next++ % m_known.size()];
        entry.emplace(
            Entry{own, others,
                  CommitmentKeys{point, derive_public_key(own.htlc_basepoint, point),
                                 derive_public_key(others.htlc_basepoint, point),
                                 derive_public_key(own.delayed_payment_basepoint, point),
                                 derive_revocation_public_key(others.revocation_basepoint, point),
                                 others.payment_basepoint}});
        return entry->keys;
    }

private:
    struct Entry {
        ports::ChannelPublicKeys own, others;
        CommitmentKeys keys;
    };
    std::array<std::optional<Entry>, 16> m_known;
    std::size_t m_next = 0;
};

}  // namespace

CommitmentKeys derive_keys(const ChannelParams& params, Party broadcaster,
                           const crypto::PublicKey& per_commitment_point) {
    static thread_local DerivedLately lately;
    return lately.get(params.keys(broadcaster), params.keys(other(broadcaster)),
                      per_commitment_point);
}

bitcoin::Script funding_script(const crypto::PublicKey& a, const crypto::PublicKey& b) {
    const auto& lesser = std::min(a, b);
    const auto& greater = std::max(a, b);
    return ScriptBuilder()
        .op(bitcoin::OP_2)
        .push(lesser.view())
        .push(greater.view())
        .op(bitcoin::OP_2)
        .op(bitcoin::OP_CHECKMULTISIG)
        .take();
}

std::vector<Bytes> funding_witness(const crypto::PublicKey& a, const crypto::Signature& signature_a,
                                   const crypto::PublicKey& b,
                                   const crypto::Signature& signature_b) {
    const auto& first = a < b ? signature_a : signature_b;
    const auto& second = a < b ? signature_b : signature_a;
    return {Bytes(), bitcoin::witness_signature(first, bitcoin::sighash_all),
            bitcoin::witness_signature(second, bitcoin::sighash_all), funding_script(a, b)};
}

bitcoin::Script to_local_script(const CommitmentKeys& keys, std::uint16_t to_self_delay) {
    return ScriptBuilder()
        .op(bitcoin::OP_IF)
        .push(keys.revocation.view())
        .op(bitcoin::OP_ELSE)
        .number(to_self_delay)
        .op(bitcoin::OP_CHECKSEQUENCEVERIFY)
        .op(bitcoin::OP_DROP)
        .push(keys.broadcaster_delayed.view())
        .op(bitcoin::OP_ENDIF)
        .op(bitcoin::OP_CHECKSIG)
        .take();
}

bitcoin::Script to_remote_script(const crypto::PublicKey& payment_basepoint) {
    return ScriptBuilder()
        .push(payment_basepoint.view())
        .op(bitcoin::OP_CHECKSIGVERIFY)
        .op(bitcoin::OP_1)
        .op(bitcoin::OP_CHECKSEQUENCEVERIFY)
        .take();
}

bitcoin::Script anchor_script(const crypto::PublicKey& funding_pubkey) {
    return ScriptBuilder()
        .push(funding_pubkey.view())
        .op(bitcoin::OP_CHECKSIG)
        .op(bitcoin::OP_IFDUP)
        .op(bitcoin::OP_NOTIF)
        .op(bitcoin::OP_16)
        .op(bitcoin::OP_CHECKSEQUENCEVERIFY)
        .op(bitcoin::OP_ENDIF)
        .take();
}

HtlcScripts::HtlcScripts(const CommitmentKeys& keys) {
    // Both begin with the penalty branch: <signature> <revocation key> spends at once.
    const auto penalty = crypto::hash160(keys.revocation.view());
    const Hash160 unknown;
    ScriptBuilder head;
    head.op(bitcoin::OP_DUP)
        .op(bitcoin::OP_HASH160)
        .push(penalty.view())
        .op(bitcoin::OP_EQUAL)
        .op(bitcoin::OP_IF)
        .op(bitcoin::OP_CHECKSIG)
        .op(bitcoin::OP_ELSE)
        .push(keys.countersigner_htlc.view())
        .op(bitcoin::OP_SWAP)
        .op(bitcoin::OP_SIZE)
        .number(32)
        .op(bitcoin::OP_EQUAL);

    m_offered = ScriptBuilder(head)
                    .op(bitcoin::OP_NOTIF)
                    .op(bitcoin::OP_DROP)
                    .op(bitcoin::OP_2)
                    .op(bitcoin::OP_SWAP)
                    .push(keys.broadcaster_htlc.view())
                    .op(bitcoin::OP_2)
                    .op(bitcoin::OP_CHECKMULTISIG)
                    .op(bitcoin::OP_ELSE)
                    .op(bitcoin::OP_HASH160)
                    .push(unknown.view())
                    .take();
    m_offered_hash_at = m_offered.size() - Hash160::size_bytes;
    append(m_offered, ScriptBuilder()
                          .op(bitcoin::OP_EQUALVERIFY)
                          .op(bitcoin::OP_CHECKSIG)
                          .op(bitcoin::OP_ENDIF)
                          .op(bitcoin::OP_1)
                          .op(bitcoin::OP_CHECKSEQUENCEVERIFY)
                          .op(bitcoin::OP_DROP)
                          .op(bitcoin::OP_ENDIF)
                          .take());

    m_received = head.op(bitcoin::OP_IF).op(bitcoin::OP_HASH160).push(unknown.view()).take();
    m_received_hash_at = m_received.size() - Hash160::size_bytes;
    append(m_received, ScriptBuilder()
                           .op(bitcoin::OP_EQUALVERIFY)
                           .op(bitcoin::OP_2)
                           .op(bitcoin::OP_SWAP)
                           .push(keys.broadcaster_htlc.view())
                           .op(bitcoin::OP_2)
                           .op(bitcoin::OP_CHECKMULTISIG)
                           .op(bitcoin::OP_ELSE)
                           .op(bitcoin::OP_DROP)
                           .take());
}

bitcoin::Script HtlcScripts::offered(const PaymentHash& payment_hash) const {
    auto script = m_offered;
    const auto hash = crypto::ripemd160(payment_hash.view());
    std::copy_n(hash.data(), hash.size(),
                script.begin() + static_cast<std::ptrdiff_t>(m_offered_hash_at));
    return script;
}

bitcoin::Script HtlcScripts::received(const PaymentHash& payment_hash,
                                      std::uint32_t cltv_expiry) const {
    bitcoin::Script script;
    script.reserve(m_received.size() + 16);
    append(script, m_received);
    const auto hash = crypto::ripemd160(payment_hash.view());
    std::copy_n(hash.data(), hash.size(),
                script.begin() + static_cast<std::ptrdiff_t>(m_received_hash_at));
    append(script, ScriptBuilder()
                       .number(cltv_expiry)
                       .op(bitcoin::OP_CHECKLOCKTIMEVERIFY)
                       .op(bitcoin::OP_DROP)
                       .op(bitcoin::OP_CHECKSIG)
                       .op(bitcoin::OP_ENDIF)
                       .op(bitcoin::OP_1)
                       .op(bitcoin::OP_CHECKSEQUENCEVERIFY)
                       .op(bitcoin::OP_DROP)
                       .op(bitcoin::OP_ENDIF)
                       .take());
    return script;
}

bitcoin::Script offered_htlc_script(const CommitmentKeys& keys, const PaymentHash& payment_hash) {
    return HtlcScripts(keys).offered(payment_hash);
}

bitcoin::Script received_htlc_script(const CommitmentKeys& keys, const PaymentHash& payment_hash,
                                     std::uint32_t cltv_expiry) {
    return HtlcScripts(keys).received(payment_hash, cltv_expiry);
}

std::uint64_t obscuring_factor(const ChannelParams& params) {
    const auto hash = crypto::sha256({params.keys(params.funder).payment_basepoint.view(),
                                      params.keys(other(params.funder)).payment_basepoint.view()});
    std::uint64_t factor = 0;
    for (std::size_t i = 26; i < 32; ++i) factor = factor << 8 | hash.raw()[i];
    return factor;
}

std::optional<CommitmentNumber> commitment_number_of(const ChannelParams& params,
                                                     const bitcoin::Transaction& tx) {
    if (tx.inputs.size() != 1 || tx.inputs[0].previous != params.funding) return std::nullopt;
    const auto sequence = tx.inputs[0].sequence;
    if (sequence >> 24 != 0x80 || tx.lock_time >> 24 != 0x20) return std::nullopt;
    const auto obscured = std::uint64_t{sequence & 0xffffff} << 24 | (tx.lock_time & 0xffffff);
    return CommitmentNumber(obscured ^ obscuring_factor(params));
}

}  // namespace runnel::channel
