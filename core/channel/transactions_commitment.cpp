// Commitment transactions of transactions.h: what is trimmed, who pays, in which order outputs
// stand.
#include "core/channel/transactions.h"

#include "core/bitcoin/script.h"
#include "core/channel/htlc_scripts.h"

#include <algorithm>
#include <numeric>

namespace runnel::channel {
namespace {

enum class Kind : std::uint8_t {
    to_local,
    to_remote,
    broadcaster_anchor,
    countersigner_anchor,
    htlc
};

struct Output {
    Kind kind = Kind::htlc;
    Sat value;
    bitcoin::Script script;
    const Htlc* htlc = nullptr;      ///< Of kind htlc only.
    bitcoin::Script witness_script;  ///< Of kind htlc only.

    std::uint32_t cltv() const { return htlc == nullptr ? 0 : htlc->cltv_expiry; }
};

/// BOLT 3, Transaction Output Ordering. Two HTLCs that compare equal here have identical
/// second-stage transactions too.
bool stands_before(const Output& a, const Output& b) {
    if (a.value != b.value) return a.value < b.value;
    if (const auto order = a.script <=> b.script; order != 0) return order < 0;
    return a.cltv() < b.cltv();
}

std::vector<Output> htlc_outputs(const CommitmentKeys& keys, Party broadcaster, Sat dust_limit,
                                 const CommitmentSpec& spec) {
    std::vector<Output> outputs;
    outputs.reserve(spec.htlcs.size() + 4);
    const HtlcScripts scripts(keys);
    for (const auto& htlc : spec.htlcs) {
        if (is_dust(htlc, broadcaster, dust_limit)) continue;
        auto& output = outputs.emplace_back();
        output.value = htlc.amount_msat.floor_sat();
        output.witness_script = htlc.offered_by == broadcaster
                                    ? scripts.offered(htlc.payment_hash)
                                    : scripts.received(htlc.payment_hash, htlc.cltv_expiry);
        output.script = bitcoin::p2wsh(output.witness_script);
        output.htlc = &htlc;
    }
    return outputs;
}

/// The balance after what the funder pays for the commitment.
Sat balance_after_fee(const ChannelParams& params, Party party, const CommitmentSpec& spec,
                      std::size_t untrimmed) {
    const auto balance = spec.balance(party).floor_sat();
    if (party != params.funder) return balance;
    return sub_or_zero(balance, funder_cost(spec.feerate_per_kw, untrimmed));
}

void add_main_outputs(std::vector<Output>& outputs, const ChannelParams& params, Party broadcaster,
                      const CommitmentKeys& keys, const CommitmentSpec& spec) {
    const auto countersigner = other(broadcaster);
    const auto dust_limit = params.terms(broadcaster).dust_limit_satoshis;
    const auto untrimmed = outputs.size();
    const auto to_local = balance_after_fee(params, broadcaster, spec, untrimmed);
    const auto to_remote = balance_after_fee(params, countersigner, spec, untrimmed);
    const auto put = [&](Kind kind, Sat value, const bitcoin::Script& witness_script) {
        auto& output = outputs.emplace_back();
        output.kind = kind;
        output.value = value;
        output.script = bitcoin::p2wsh(witness_script);
    };
    const bool has_local = to_local >= dust_limit && !to_local.is_zero();
    const bool has_remote = to_remote >= dust_limit && !to_remote.is_zero();
    if (has_local)
        put(Kind::to_local, to_local,
            to_local_script(keys, params.terms(countersigner).to_self_delay));
    if (has_remote) put(Kind::to_remote, to_remote, to_remote_script(keys.countersigner_payment));
    // An anchor serves whoever has something to lose: with HTLCs that is both.
    if (has_local || untrimmed > 0) {
        put(Kind::broadcaster_anchor, anchor_value,
            anchor_script(params.keys(broadcaster).funding_pubkey));
    }
    if (has_remote || untrimmed > 0) {
        put(Kind::countersigner_anchor, anchor_value,
            anchor_script(params.keys(countersigner).funding_pubkey));
    }
}

void place(CommitmentTx& commitment, Output& output) {
    const auto index = static_cast<std::uint32_t>(commitment.tx.outputs.size());
    switch (output.kind) {
        case Kind::to_local: commitment.to_local_index = index; break;
        case Kind::to_remote: commitment.to_remote_index = index; break;
        case Kind::broadcaster_anchor: commitment.broadcaster_anchor_index = index; break;
        case Kind::countersigner_anchor: commitment.countersigner_anchor_index = index; break;
        case Kind::htlc:
            commitment.htlcs.push_back({*output.htlc, index, std::move(output.witness_script)});
            break;
    }
    commitment.tx.outputs.push_back({output.value, std::move(output.script)});
}

}  // namespace

bool is_dust(const Htlc& htlc, Party, Sat broadcaster_dust_limit) {
    return htlc.amount_msat.floor_sat() < broadcaster_dust_limit;
}

Sat commitment_fee(FeeratePerKw feerate, std::size_t untrimmed_htlcs) {
    return feerate.fee_floor(commitment_base_weight + weight_per_htlc * untrimmed_htlcs);
}

Sat funder_cost(FeeratePerKw feerate, std::size_t untrimmed_htlcs) {
    return commitment_fee(feerate, untrimmed_htlcs) + anchor_value * 2;
}

CommitmentTx build_commitment(const ChannelParams& params, Party broadcaster,
                              CommitmentNumber number,
                              const crypto::PublicKey& per_commitment_point,
                              const CommitmentSpec& spec) {
    CommitmentTx commitment;
    commitment.broadcaster = broadcaster;
    commitment.number = number;
    commitment.keys = derive_keys(params, broadcaster, per_commitment_point);

    auto outputs = htlc_outputs(commitment.keys, broadcaster,
                                params.terms(broadcaster).dust_limit_satoshis, spec);
    commitment.htlcs.reserve(outputs.size());
    add_main_outputs(outputs, params, broadcaster, commitment.keys, spec);

    // Sorting indexes moves four bytes where sorting outputs would move a hundred.
    std::vector<std::uint32_t> order(outputs.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return stands_before(outputs[a], outputs[b]);
    });

    const auto obscured = (number.raw() ^ obscuring_factor(params)) & 0xffffffffffff;
    auto& input = commitment.tx.inputs.emplace_back();
    input.previous = params.funding;
    input.sequence = 0x80000000U | static_cast<std::uint32_t>(obscured >> 24);
    commitment.tx.lock_time = 0x20000000U | static_cast<std::uint32_t>(obscured & 0xffffff);
    commitment.tx.outputs.reserve(outputs.size());
    Sat spent;
    for (const auto index : order) {
        spent += outputs[index].value;
        place(commitment, outputs[index]);
    }
    commitment.fee = sub_or_zero(params.funding_satoshis, spent);
    return commitment;
}

Hash256 funding_spend_digest(const ChannelParams& params, const bitcoin::Transaction& tx) {
    const auto script =
        funding_script(params.our_keys.funding_pubkey, params.their_keys.funding_pubkey);
    return bitcoin::SegwitSighash(tx).digest(0, script, params.funding_satoshis,
                                             bitcoin::sighash_all);
}

}  // namespace runnel::channel
