// A channel between two signers with real commitments of both, a wallet with coins, and a judge
// that runs every script.
#pragma once

#include "core/bitcoin/interpreter.h"
#include "core/bitcoin/script.h"
#include "core/crypto/hash.h"
#include "core/onchain/build.h"
#include "core/onchain/follow.h"
#include "tests/support/test_signer.h"

#include <map>

namespace runnel::test {

using channel::Party;

/// Lays fixed inputs and outputs in front, takes coins in the order given until the fee is paid,
/// puts change behind.
class TestPlanner : public ports::CoinPlanner {
public:
    Result<ports::SpendPlan, ports::SpendError> plan(std::span<const ports::Coin> coins,
                                                     const ports::SpendRequest& request,
                                                     const Hash256&) const override {
        ports::SpendPlan plan;
        plan.tx.version = request.version;
        plan.tx.lock_time = request.lock_time;
        plan.tx.outputs = request.outputs;
        plan.tx.outputs.push_back({Sat(), request.change_script});
        plan.change_index = static_cast<std::uint32_t>(request.outputs.size());
        Sat in, out;
        std::uint64_t witness = 2;
        for (const auto& output : request.outputs) out += output.value;
        for (const auto& fixed : request.fixed) {
            plan.tx.inputs.push_back(fixed.input);
            plan.spent.push_back(fixed.output);
            plan.paths.emplace_back();
            in += fixed.output.value;
            witness += fixed.witness_weight;
        }
        for (const auto& coin : coins) {
            if (request.confirmed_only && !coin.confirmed) continue;
            plan.tx.inputs.push_back({coin.outpoint, {}, request.sequence, {}});
            plan.spent.push_back(coin.output);
            plan.paths.emplace_back(coin.path);
            plan.coins.push_back(coin.outpoint);
            in += coin.output.value;
            witness += 108;
            plan.weight = plan.tx.weight() + witness;
            const auto whole = request.feerate.fee_ceil(plan.weight + request.parent_weight);
            plan.fee = sub_or_zero(whole, request.parent_fee);
            if (in >= out + plan.fee + Sat(294)) {
                plan.tx.outputs.back().value = in - out - plan.fee;
                return plan;
            }
        }
        return fail(ports::SpendError(ports::InsufficientFunds{in, out + plan.fee}));
    }
};

/// One P2WPKH key for everything.
class TestKeyRing : public ports::KeyRing {
public:
    crypto::PrivateKey key() const { return TestSigner(99).key("wallet"); }
    bitcoin::Script script() const { return bitcoin::p2wpkh(key().public_key()); }
    const crypto::PublicKey& node_id() const override { return m_node_id; }
    std::shared_ptr<const ports::ChannelSigner> channel(const ports::ChannelKeyId&) const override {
        return nullptr;
    }
    std::uint32_t payment_index_count() const override { return 1; }
    Secret32 node_ecdh(const crypto::PublicKey& theirs) const override {
        return crypto::ecdh(key(), theirs);
    }
    crypto::Signature sign_node(const Hash256& digest) const override {
        return crypto::sign(key(), digest);
    }
    crypto::RecoverableSignature sign_invoice(const Hash256& digest) const override {
        return crypto::sign_recoverable(key(), digest);
    }
    Secret32 derive(std::string_view, ByteView) const override { return {}; }
    bitcoin::Script script_of(const ports::KeyPath&) const override { return script(); }
    Result<bitcoin::Transaction, ports::SignRefusal> sign_inputs(
        const bitcoin::Transaction& tx, const std::vector<bitcoin::TxOut>& spent,
        const std::vector<std::optional<ports::KeyPath>>& paths) const override {
        auto out = tx;
        const bitcoin::SegwitSighash sighash(tx);
        const auto code = bitcoin::p2wpkh_script_code(crypto::hash160(key().public_key().view()));
        for (std::size_t i = 0; i < paths.size(); ++i) {
            if (!paths[i]) continue;
            const auto digest = sighash.digest(i, code, spent[i].value, bitcoin::sighash_all);
            out.inputs[i].witness = {
                bitcoin::witness_signature(crypto::sign(key(), digest), bitcoin::sighash_all),
                to_bytes(key().public_key().view())};
        }
        return out;
    }

private:
    crypto::PublicKey m_node_id = TestSigner(99).key("node").public_key();
};

struct World {
    TestSigner us{1}, them{2};
    TestKeyRing keys;
    TestPlanner planner;
    bitcoin::Script wallet_script = keys.script();
    std::vector<bitcoin::Script> close_scripts{keys.script(), bitcoin::p2wpkh(Hash160())};
    channel::ChannelParams params;
    channel::CommitmentSpec spec;
    std::vector<wire::Preimage> preimages;  ///< Of HTLC i in the spec.
    std::vector<channel::Htlc> offered_by_us;
    crypto::ShaChain revealed;
    channel::CommitmentTx ours, theirs;
    std::optional<channel::CommitmentTx> theirs_next;
    ports::CommitmentSignatures our_signatures;
    std::vector<ports::Coin> coins;
    std::vector<onchain::Spend> spends;
    onchain::Preimages known;
    BlockHeight tip{1000};

    /// Three HTLCs each way above dust, one below, two of ours alike but for their expiry.
    explicit World(Party funder = Party::ours, std::uint64_t number = 3) {
        params.funder = funder;
        params.funding_satoshis = Sat(2'000'000);
        params.ours = {Sat(354), Msat(1'000'000'000), Sat(20'000), Msat(1), 720, 483};
        params.theirs = {Sat(546), Msat(1'000'000'000), Sat(20'000), Msat(1), 144, 483};
        params.our_keys = us.public_keys();
        params.their_keys = them.public_keys();
        params.funding.txid.raw().fill(0x55);
        params.funding.index = 1;
        spec.feerate_per_kw = FeeratePerKw(500);
        add_htlc(Party::ours, Msat(30'000'999), 1100);
        add_htlc(Party::ours, Msat(20'000'000), 1110);
        add_htlc(Party::ours, Msat(20'000'000), 1120, spec.htlcs.back().payment_hash);
        add_htlc(Party::theirs, Msat(40'000'000), 1200);
        add_htlc(Party::theirs, Msat(50'000'000), 1210);
        add_htlc(Party::theirs, Msat(60'000'500), 1220);
        add_htlc(Party::ours, Msat(300'000), 1130);
        Msat in_htlcs;
        for (const auto& htlc : spec.htlcs) in_htlcs += htlc.amount_msat;
        spec.to_ours = Msat(1'000'000'000);
        spec.to_theirs = params.funding_satoshis.msat() - spec.to_ours - in_htlcs;
        for (std::uint64_t n = 0; n < number; ++n) {
            if (!revealed.insert(them.commitment_secret(CommitmentNumber(n)))) std::abort();
        }
        ours = commitment(Party::ours, CommitmentNumber(number + 4));
        theirs = commitment(Party::theirs, CommitmentNumber(number));
        our_signatures = sign_by(them, ours);
        for (std::uint8_t i = 0; i < 4; ++i) add_coin(i, Sat(50'000));
    }

    void add_htlc(Party offered_by, Msat amount, std::uint32_t cltv,
                  std::optional<PaymentHash> hash = std::nullopt) {
        wire::Preimage preimage;
        preimage.raw().fill(static_cast<std::uint8_t>(100 + spec.htlcs.size()));
        if (hash) preimage = preimages.back();
        preimages.push_back(preimage);
        const channel::Htlc htlc{offered_by, HtlcId(spec.htlcs.size()), amount,
                                 PaymentHash(crypto::sha256(preimage.view()).raw()), cltv};
        spec.htlcs.push_back(htlc);
        if (offered_by == Party::ours) offered_by_us.push_back(htlc);
    }

    void add_coin(std::uint8_t name, Sat value) {
        ports::Coin coin;
        coin.outpoint.txid.raw().fill(name);
        coin.output = {value, wallet_script};
        coin.confirmed = BlockHeight(10);
        coins.push_back(coin);
    }

    channel::CommitmentTx commitment(Party broadcaster, CommitmentNumber n) const {
        return channel::build_commitment(
            params, broadcaster, n, (broadcaster == Party::ours ? us : them).commitment_point(n),
            spec);
    }

    ports::CommitmentSignatures sign_by(const TestSigner& signer,
                                        const channel::CommitmentTx& commitment) const {
        const auto& other = &signer == &us ? them : us;
        return signer
            .sign_remote_commitment(
                {}, {commitment.number, commitment.keys.per_commitment_point, commitment.tx,
                     other.public_keys().funding_pubkey, params.funding_satoshis,
                     channel::htlc_signing_jobs(params, commitment)})
            ->value;
    }

    /// Their second stage for output i of their own commitment, with a preimage or after its
    /// expiry.
    bitcoin::Transaction their_second_stage(const channel::CommitmentTx& commitment, std::size_t i,
                                            const std::optional<Secret32>& preimage) const {
        const auto signatures = sign_by(us, commitment);
        const auto job = channel::htlc_signing_jobs(params, commitment).at(i);
        const auto signature = *them.sign_claim(
            {job.tx, 0, job.witness_script, job.amount,
             ports::ClaimHtlc{commitment.keys.per_commitment_point}, bitcoin::sighash_all});
        auto tx = job.tx;
        tx.inputs[0].witness = channel::htlc_tx_witness(
            job.witness_script, signatures.htlc_signatures[i], signature, preimage);
        return tx;
    }

    onchain::Purse purse(FeeratePerKw feerate = FeeratePerKw(1000)) const {
        return {planner, coins, wallet_script, feerate, Hash256()};
    }

    onchain::Situation situation() const {
        return {{params, ours, theirs, theirs_next ? &*theirs_next : nullptr, revealed},
                our_signatures,
                spends,
                known,
                offered_by_us,
                spec.htlcs,
                tip};
    }
    onchain::Progress progress() const { return onchain::follow(situation()).value(); }

    /// Puts a transaction into block `height`; every input counts as watched.
    void mine(const bitcoin::Transaction& tx, BlockHeight height) {
        const auto shared = std::make_shared<const bitcoin::Transaction>(tx);
        for (const auto& input : tx.inputs) spends.push_back({input.previous, shared, height});
        tip = std::max(tip, height);
    }

    /// Runs the script of every input.
    static bool is_valid(const bitcoin::Transaction& tx, const std::vector<bitcoin::TxOut>& spent) {
        for (std::size_t i = 0; i < tx.inputs.size(); ++i) {
            if (!bitcoin::verify_input(tx, i, spent)) return false;
        }
        return spent.size() == tx.inputs.size();
    }
};

}  // namespace runnel::test
