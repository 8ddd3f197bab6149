// Second-stage transactions of transactions.h and the check of their signatures.
#include "core/channel/transactions.h"

#include "core/bitcoin/script.h"

namespace runnel::channel {
namespace {

constexpr std::uint8_t their_htlc_sighash = bitcoin::sighash_single | bitcoin::sighash_anyonecanpay;

/// What all second-stage transactions of a commitment share; a commitment's txid is a hash over
/// every output.
class SecondStage {
public:
    SecondStage(const ChannelParams& params, const CommitmentTx& commitment)
        : m_broadcaster(commitment.broadcaster),
          m_txid(commitment.tx.txid()),
          m_script(bitcoin::p2wsh(to_local_script(
              commitment.keys, params.terms(other(commitment.broadcaster)).to_self_delay))) {}

    bitcoin::Transaction build(const HtlcOutput& output) const {
        bitcoin::Transaction tx;
        auto& input = tx.inputs.emplace_back();
        input.previous = {m_txid, output.output_index};
        input.sequence = 1;
        tx.outputs.push_back({output.htlc.amount_msat.floor_sat(), m_script});
        tx.lock_time = output.htlc.offered_by == m_broadcaster ? output.htlc.cltv_expiry : 0;
        return tx;
    }

private:
    Party m_broadcaster;
    Txid m_txid;
    bitcoin::Script m_script;
};

}  // namespace

bitcoin::Transaction build_htlc_tx(const ChannelParams& params, const CommitmentTx& commitment,
                                   const HtlcOutput& output) {
    return SecondStage(params, commitment).build(output);
}

std::vector<ports::HtlcSigningJob> htlc_signing_jobs(const ChannelParams& params,
                                                     const CommitmentTx& commitment) {
    std::vector<ports::HtlcSigningJob> jobs;
    if (commitment.htlcs.empty()) return jobs;
    jobs.reserve(commitment.htlcs.size());
    const SecondStage second_stage(params, commitment);
    for (const auto& output : commitment.htlcs) {
        jobs.push_back({second_stage.build(output), output.witness_script,
                        output.htlc.amount_msat.floor_sat()});
    }
    return jobs;
}

std::vector<Bytes> htlc_tx_witness(const bitcoin::Script& witness_script,
                                   const crypto::Signature& their_signature,
                                   const crypto::Signature& our_signature,
                                   const std::optional<Secret32>& preimage) {
    return {Bytes(), bitcoin::witness_signature(their_signature, their_htlc_sighash),
            bitcoin::witness_signature(our_signature, bitcoin::sighash_all),
            preimage ? to_bytes(preimage->reveal()) : Bytes(), witness_script};
}

std::optional<std::size_t> first_bad_signature(const ChannelParams& params,
                                               const CommitmentTx& commitment,
                                               const ports::CommitmentSignatures& signatures) {
    const auto signer = other(commitment.broadcaster);
    if (signatures.htlc_signatures.size() != commitment.htlcs.size()) return wrong_signature_count;
    if (!crypto::verify(params.keys(signer).funding_pubkey,
                        funding_spend_digest(params, commitment.tx), signatures.signature)) {
        return 0;
    }
    if (commitment.htlcs.empty()) return std::nullopt;
    const SecondStage second_stage(params, commitment);
    for (std::size_t i = 0; i < commitment.htlcs.size(); ++i) {
        const auto& output = commitment.htlcs[i];
        const auto tx = second_stage.build(output);
        const auto digest = bitcoin::SegwitSighash(tx).digest(
            0, output.witness_script, output.htlc.amount_msat.floor_sat(), their_htlc_sighash);
        if (!crypto::verify(commitment.keys.countersigner_htlc, digest,
                            signatures.htlc_signatures[i]))
            return i + 1;
    }
    return std::nullopt;
}

}  // namespace runnel::channel
