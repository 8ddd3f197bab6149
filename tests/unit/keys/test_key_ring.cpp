#include "tests/support/test_main.h"

#include "core/bitcoin/interpreter.h"
#include "core/bitcoin/script.h"
#include "core/crypto/derivation.h"
#include "core/crypto/hash.h"
#include "core/crypto/shachain.h"
#include "core/wire/signature_hash.h"
#include "wallet/keys/guarded_signer.h"
#include "wallet/keys/key_ring.h"
#include "wallet/keys/mnemonic.h"

#include <QElapsedTimer>

#include <set>

using namespace runnel;
using namespace runnel::keys;
using ports::SignerGuard;
using ports::SignRefusal;

namespace {

MasterSeed seed_of(std::uint8_t fill) {
    std::array<std::uint8_t, 64> bytes;
    bytes.fill(fill);
    return MasterSeed::make(bytes);
}

crypto::PrivateKey private_key(std::uint8_t fill) {
    Secret32 bytes;
    bytes.reveal().fill(fill);
    return *crypto::PrivateKey::from(bytes);
}

const crypto::PublicKey their_funding = private_key(9).public_key();
constexpr Sat capacity{1'000'000};

/// A transaction with one input and one output that no two arguments share.
bitcoin::Transaction some_tx(std::uint8_t n, std::uint32_t sequence = 0x80aaaaaa,
                             std::uint32_t lock_time = 0x20aaaaaa) {
    bitcoin::Transaction tx;
    tx.lock_time = lock_time;
    bitcoin::TxIn input;
    input.previous.txid.raw().fill(n);
    input.sequence = sequence;
    tx.inputs = {input};
    tx.outputs = {{Sat(1000), bitcoin::p2wpkh(their_funding)}};
    return tx;
}

ports::RemoteCommitmentRequest request(std::uint64_t number, std::uint8_t content,
                                       std::size_t htlcs = 0) {
    ports::RemoteCommitmentRequest out{CommitmentNumber(number),
                                       private_key(3).public_key(),
                                       some_tx(content),
                                       their_funding,
                                       capacity,
                                       {}};
    for (std::size_t i = 0; i < htlcs; ++i) {
        auto tx = some_tx(static_cast<std::uint8_t>(i));
        tx.inputs[0].previous.index = static_cast<std::uint32_t>(i);
        out.htlcs.push_back({tx, bitcoin::Script{bitcoin::OP_1}, Sat(5000 + i)});
    }
    return out;
}

bitcoin::Script funding_script(const crypto::PublicKey& ours) {
    using namespace bitcoin;
    return ScriptBuilder()
        .op(OP_2)
        .push(std::min(ours, their_funding).view())
        .push(std::max(ours, their_funding).view())
        .op(OP_2)
        .op(OP_CHECKMULTISIG)
        .take();
}

Hash256 funding_digest(const bitcoin::Transaction& tx, const crypto::PublicKey& ours) {
    return bitcoin::SegwitSighash(tx).digest(0, funding_script(ours), capacity,
                                             bitcoin::sighash_all);
}

}  // namespace

class TestKeyRing : public QObject {
    Q_OBJECT
    const SeedKeyRing ring{seed_of(1), Network::regtest};

private slots:
    void signers_that_nobody_holds_are_forgotten();
    void every_network_and_seed_has_its_own_keys() {
        std::set<crypto::PublicKey> ids, fundings, payments;
        std::set<Bytes> derived;
        for (const auto network : {Network::mainnet, Network::testnet4, Network::signet,
                                   Network::regtest, Network::practice}) {
            const SeedKeyRing other(seed_of(1), network);
            ids.insert(other.node_id());
            fundings.insert(other.channel({7, 3})->public_keys().funding_pubkey);
            payments.insert(other.channel({7, 3})->public_keys().payment_basepoint);
            derived.insert(to_bytes(other.derive("x", {}).reveal()));
        }
        ids.insert(SeedKeyRing(seed_of(2), Network::regtest).node_id());
        QCOMPARE(ids.size(), std::size_t{6});
        QCOMPARE(fundings.size(), std::size_t{5});
        QCOMPARE(payments.size(), std::size_t{5});
        QCOMPARE(derived.size(), std::size_t{5});
    }

    // What words alone must find again, in every later version: these derivations are never
    // changed.
    void derivation_is_fixed() {
        auto seed = Mnemonic::from_entropy(Secret32()).seed();
        const SeedKeyRing fixed(*seed, Network::regtest);
        QCOMPARE(fixed.node_id().hex(),
                 std::string("03e8b962d1df54a0c8437658edb1312bf48244635ee408515bbeeb5065b2f4143d"));
        const auto& keys =
            fixed.channel({(std::uint64_t{1} << 62) + (std::uint64_t{5} << 31) + 6, 999})
                ->public_keys();
        QCOMPARE(keys.funding_pubkey.hex(),
                 std::string("02c7279cb665a7918464038a5e7d6888d15ed5232916e4ec3bf1f61279ab0d6843"));
        QCOMPARE(keys.payment_basepoint.hex(),
                 std::string("033c876e9a331d5a6a89d318d5ea844de2ce0442dbf2d428b6853509650b7d820f"));
        QCOMPARE(fixed.channel({6, 999})->commitment_point(CommitmentNumber(0)).hex(),
                 std::string("0228bdf7d38195ab3c58f2a0725c954b6183f0eacdde2a8ede51c95c2efbbca1a8"));
        QCOMPARE(to_hex(fixed.derive("payment secret", Bytes{1, 2}).reveal()),
                 std::string("75d55f2505ff8ef081fcb38b93989ae50fad8e6211574d72f62831aa6c2f519f"));
    }

    void channels_are_cached_and_differ() {
        QCOMPARE(ring.channel({1, 2}).get(), ring.channel({1, 2}).get());
        std::set<crypto::PublicKey> all;
        std::size_t count = 0;
        for (const std::uint64_t index :
             {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 31, std::uint64_t{1} << 62,
              UINT64_MAX}) {
            const auto& keys = ring.channel({index, 0})->public_keys();
            for (const auto& key : {keys.funding_pubkey, keys.revocation_basepoint,
                                    keys.htlc_basepoint, keys.delayed_payment_basepoint}) {
                all.insert(key);
                ++count;
            }
        }
        QCOMPARE(all.size(), count);
        // The payment basepoint depends on its own index only.
        QVERIFY(ring.channel({1, 2})->public_keys().payment_basepoint ==
                ring.channel({5, 2})->public_keys().payment_basepoint);
        QVERIFY(ring.channel({1, 2})->public_keys().payment_basepoint == ring.payment_basepoint(2));
        QVERIFY(ring.channel({1, 999}) != nullptr);
        QVERIFY(ring.channel({1, 1000}) == nullptr);
    }

    void purposes_do_not_run_together() {
        QVERIFY(!(ring.derive("ab", bytes_of("c")) == ring.derive("a", bytes_of("bc"))));
        QVERIFY(ring.derive("ab", bytes_of("c")) == ring.derive("ab", bytes_of("c")));
    }

    void node_key_signs_and_agrees() {
        const auto digest = crypto::sha256(Bytes{1});
        QVERIFY(crypto::verify(ring.node_id(), digest, ring.sign_node(digest)));
        QVERIFY(crypto::recover(ring.sign_invoice(digest), digest) == ring.node_id());
        const auto theirs = private_key(4);
        QVERIFY(ring.node_ecdh(theirs.public_key()) == crypto::ecdh(theirs, ring.node_id()));
        QVERIFY(ring.node_key().public_key() == ring.node_id());
    }

    void points_are_those_of_the_secrets() {
        const auto signer = ring.channel({3, 3});
        const SignerGuard guard{0, {}, 10, 0, false};
        for (const std::uint64_t n : {0U, 1U, 4U, 0U, 8U}) {
            const auto point = signer->commitment_point(CommitmentNumber(n));
            SignerGuard at = guard;
            at.released = n;
            const auto secret = signer->release_secret(at, CommitmentNumber(n));
            QVERIFY(secret);
            QVERIFY(crypto::PrivateKey::from(secret->value)->public_key() == point);
        }
        crypto::ShaChain chain;
        SignerGuard at = guard;
        at.local_count = 200;
        for (std::uint64_t n = 0; n < 100; ++n) {
            auto released = signer->release_secret(at, CommitmentNumber(n));
            QVERIFY(chain.insert(released->value));
            at = released->guard;
        }
    }

    void remote_numbers_have_no_gaps() {
        const auto signer = ring.channel({1, 1});
        SignerGuard guard;
        QVERIFY(signer->sign_remote_commitment(guard, request(1, 1)).error() == SignRefusal::gap);
        const auto first = signer->sign_remote_commitment(guard, request(0, 1, 2));
        QVERIFY(first);
        QCOMPARE(first->guard.remote_next, std::uint64_t{1});
        QVERIFY(crypto::verify(signer->public_keys().funding_pubkey,
                               funding_digest(some_tx(1), signer->public_keys().funding_pubkey),
                               first->value.signature));
        // Again, for the same content: identical. Pure: the old guard still gives the same.
        const auto again = signer->sign_remote_commitment(first->guard, request(0, 1, 2));
        QVERIFY(again && again->value == first->value && again->guard == first->guard);
        QVERIFY(signer->sign_remote_commitment(guard, request(0, 1, 2))->value == first->value);
        // Any difference is another content.
        const auto refused = [&](const ports::RemoteCommitmentRequest& other) {
            const auto answer = signer->sign_remote_commitment(first->guard, other);
            return !answer && answer.error() == SignRefusal::other_content;
        };
        QVERIFY(refused(request(0, 2, 2)));
        QVERIFY(refused(request(0, 1, 1)));
        auto changed = request(0, 1, 2);
        changed.htlcs[1].amount = Sat(1);
        QVERIFY(refused(changed));
        changed = request(0, 1, 2);
        changed.htlcs[0].witness_script.push_back(bitcoin::OP_1);
        QVERIFY(refused(changed));
        changed = request(0, 1, 2);
        changed.htlcs[0].tx.lock_time += 1;
        QVERIFY(refused(changed));
        changed = request(0, 1, 2);
        changed.per_commitment_point = private_key(5).public_key();
        QVERIFY(refused(changed));
        changed = request(0, 1, 2);
        changed.funding_amount = Sat(5);
        QVERIFY(refused(changed));

        const auto second = signer->sign_remote_commitment(first->guard, request(1, 2));
        QVERIFY(second);
        QCOMPARE(second->guard.remote_next, std::uint64_t{2});
        // Number 0 is history now.
        QVERIFY(signer->sign_remote_commitment(second->guard, request(0, 1, 2)).error() ==
                SignRefusal::gap);
        auto empty = request(2, 3);
        empty.commitment.inputs.clear();
        QVERIFY(signer->sign_remote_commitment(second->guard, empty).error() ==
                SignRefusal::bad_request);
    }

    void secrets_leave_only_when_superseded() {
        const auto signer = ring.channel({1, 1});
        SignerGuard guard;
        const auto n = [](std::uint64_t number) { return CommitmentNumber(number); };
        QVERIFY(signer->release_secret(guard, n(0)).error() == SignRefusal::not_superseded);
        QVERIFY(signer->accept_local_commitment(guard, n(1)).error() == SignRefusal::gap);
        guard = *signer->accept_local_commitment(guard, n(0));
        QCOMPARE(guard.local_count, std::uint64_t{1});
        QVERIFY(signer->accept_local_commitment(guard, n(0)).error() == SignRefusal::gap);
        QVERIFY(signer->release_secret(guard, n(0)).error() == SignRefusal::not_superseded);
        guard = *signer->accept_local_commitment(guard, n(1));
        QVERIFY(signer->release_secret(guard, n(1)).error() == SignRefusal::gap);
        const auto released = signer->release_secret(guard, n(0));
        QVERIFY(released);
        QCOMPARE(released->guard.released, std::uint64_t{1});
        guard = released->guard;
        QVERIFY(signer->release_secret(guard, n(1)).error() == SignRefusal::not_superseded);
        const auto again = signer->release_secret(guard, n(0));
        QVERIFY(again && again->value == released->value && again->guard == guard);
        QVERIFY(signer->release_secret(guard, n(7)).error() == SignRefusal::gap);
    }

    void revoked_states_are_never_signed() {
        const auto signer = ring.channel({1, 1});
        const auto n = [](std::uint64_t number) { return CommitmentNumber(number); };
        const auto sign = [&](const SignerGuard& guard, std::uint64_t number) {
            return signer->sign_local_commitment(guard, n(number), some_tx(5), their_funding,
                                                 capacity);
        };
        QVERIFY(sign({}, 0).error() == SignRefusal::gap);
        const SignerGuard guard{0, {}, 4, 2, false};  // Holds 0 to 3; 0 and 1 are revoked.
        QVERIFY(sign(guard, 0).error() == SignRefusal::revoked);
        QVERIFY(sign(guard, 1).error() == SignRefusal::revoked);
        QVERIFY(sign(guard, 2).error() == SignRefusal::gap);
        QVERIFY(sign(guard, 4).error() == SignRefusal::gap);
        const auto signed_latest = sign(guard, 3);
        QVERIFY(signed_latest && signed_latest->guard.local_signed);
        QVERIFY(crypto::verify(signer->public_keys().funding_pubkey,
                               funding_digest(some_tx(5), signer->public_keys().funding_pubkey),
                               signed_latest->value));
        const auto closing = signed_latest->guard;
        QVERIFY(sign(closing, 3)->value == signed_latest->value);
        QVERIFY(signer->accept_local_commitment(closing, n(4)).error() == SignRefusal::closing);
        // Revoking 2 would still be allowed by the numbers, but nothing moves on; what was given
        // away may be given again.
        QVERIFY(signer->release_secret(closing, n(2)).error() == SignRefusal::closing);
        QVERIFY(signer->release_secret(closing, n(1)));
    }

    void claims_and_closes_cannot_pose_as_commitments() {
        const auto signer = ring.channel({1, 1});
        const auto& keys = signer->public_keys();
        using namespace bitcoin;
        const auto anchor = ScriptBuilder()
                                .push(keys.funding_pubkey.view())
                                .op(OP_CHECKSIG)
                                .op(OP_IFDUP)
                                .op(OP_NOTIF)
                                .op(OP_16)
                                .op(OP_CHECKSEQUENCEVERIFY)
                                .op(OP_ENDIF)
                                .take();
        const auto tx = some_tx(6, 0xfffffffd, 0);
        QVERIFY(signer->sign_claim({tx, 0, anchor, Sat(330), ports::ClaimAnchor{}}));
        const auto funding = funding_script(keys.funding_pubkey);
        QVERIFY(signer->sign_claim({tx, 0, funding, capacity, ports::ClaimAnchor{}}).error() ==
                SignRefusal::bad_request);
        QVERIFY(signer->sign_claim({tx, 1, anchor, Sat(330), ports::ClaimAnchor{}}).error() ==
                SignRefusal::bad_request);
        QVERIFY(signer->sign_claim({tx, 0, anchor, Sat(330), ports::ClaimAnchor{}, sighash_none})
                    .error() == SignRefusal::bad_request);

        const auto close = some_tx(7, 0xffffffff, 0);
        const auto signature = signer->sign_close(close, their_funding, capacity);
        QVERIFY(signature &&
                crypto::verify(keys.funding_pubkey, funding_digest(close, keys.funding_pubkey),
                               *signature));
        QVERIFY(signer->sign_close(some_tx(7), their_funding, capacity).error() ==
                SignRefusal::bad_request);
        auto many = close;
        many.outputs.resize(3, many.outputs[0]);
        QVERIFY(signer->sign_close(many, their_funding, capacity).error() ==
                SignRefusal::bad_request);
    }

    void claims_use_the_right_key() {
        const auto signer = ring.channel({2, 4});
        const auto& keys = signer->public_keys();
        const auto tx = some_tx(8, 0, 0);
        const bitcoin::Script script{bitcoin::OP_1};
        const auto point = private_key(3).public_key();
        const auto made_by = [&](const ports::ClaimKey& claim, const crypto::PublicKey& expected) {
            const auto signature = signer->sign_claim({tx, 0, script, Sat(700), claim});
            const auto digest =
                bitcoin::SegwitSighash(tx).digest(0, script, Sat(700), bitcoin::sighash_all);
            return signature && crypto::verify(expected, digest, *signature);
        };
        QVERIFY(made_by(ports::ClaimDelayed{point},
                        crypto::derive_public_key(keys.delayed_payment_basepoint, point)));
        QVERIFY(made_by(ports::ClaimHtlc{point},
                        crypto::derive_public_key(keys.htlc_basepoint, point)));
        QVERIFY(made_by(ports::ClaimPayment{}, keys.payment_basepoint));
        QVERIFY(made_by(ports::ClaimRevoked{private_key(3).secret()},
                        crypto::derive_revocation_public_key(keys.revocation_basepoint, point)));
        QVERIFY(signer->sign_claim({tx, 0, script, Sat(700), ports::ClaimRevoked{Secret32()}})
                    .error() == SignRefusal::bad_request);
    }

    void the_funding_key_announces_its_own_channel_only() {
        const auto signer = ring.channel({1, 1});
        const auto& keys = signer->public_keys();
        wire::ChannelAnnouncement announcement;
        announcement.bitcoin_key_1 = private_key(4).public_key();
        announcement.bitcoin_key_2 = private_key(5).public_key();
        QVERIFY(signer->sign_announcement(announcement).error() == SignRefusal::bad_request);
        for (auto* const key : {&announcement.bitcoin_key_1, &announcement.bitcoin_key_2}) {
            const auto before = *key;
            *key = keys.funding_pubkey;
            const auto signature = signer->sign_announcement(announcement);
            QVERIFY(signature && crypto::verify(keys.funding_pubkey,
                                                wire::signature_hash(announcement), *signature));
            *key = before;
        }
        // The node key or any other of the channel is not what an announcement is signed with.
        announcement.node_id_1 = announcement.bitcoin_key_1 = keys.payment_basepoint;
        QVERIFY(signer->sign_announcement(announcement).error() == SignRefusal::bad_request);
    }

    void many_htlcs_are_signed_alike() {
        const auto signer = ring.channel({1, 1});
        const auto& keys = signer->public_keys();
        const auto many = request(0, 1, 483);
        QElapsedTimer timer;
        timer.start();
        const auto answer = signer->sign_remote_commitment({}, many);
        qInfo("483 HTLC signatures: %lld us", timer.nsecsElapsed() / 1000);
        QVERIFY(answer);
        const auto key = crypto::derive_public_key(keys.htlc_basepoint, many.per_commitment_point);
        for (std::size_t i = 0; i < many.htlcs.size(); ++i) {
            const auto digest =
                bitcoin::SegwitSighash(many.htlcs[i].tx)
                    .digest(0, many.htlcs[i].witness_script, many.htlcs[i].amount,
                            bitcoin::sighash_single | bitcoin::sighash_anyonecanpay);
            QVERIFY(crypto::verify(key, digest, answer->value.htlc_signatures[i]));
        }
        // One by one, on one thread, gives the same bytes.
        for (const std::size_t i : {0U, 16U, 17U, 482U}) {
            auto one = request(0, 1);
            one.htlcs = {many.htlcs[i]};
            QVERIFY(signer->sign_remote_commitment({}, one)->value.htlc_signatures[0] ==
                    answer->value.htlc_signatures[i]);
        }
    }

    void coins_are_spendable() {
        const std::vector<ports::KeyPath> own{{ports::AddressType::p2wpkh, false, 0},
                                              {ports::AddressType::p2tr, false, 5},
                                              {ports::AddressType::p2wpkh, true, 7},
                                              {ports::AddressType::p2tr, true, 2147483647}};
        bitcoin::Transaction tx;
        std::vector<bitcoin::TxOut> spent;
        std::vector<std::optional<ports::KeyPath>> paths;
        for (std::size_t i = 0; i < own.size(); ++i) {
            bitcoin::TxIn input;
            input.previous.index = static_cast<std::uint32_t>(i);
            tx.inputs.push_back(input);
            spent.push_back({Sat(10'000 + i), ring.script_of(own[i])});
            paths.push_back(own[i]);
        }
        // An input of somebody else keeps its witness.
        bitcoin::TxIn foreign;
        foreign.previous.index = 77;
        foreign.witness = {Bytes{1}};
        tx.inputs.push_back(foreign);
        spent.push_back({Sat(1), bitcoin::p2wpkh(their_funding)});
        paths.push_back(std::nullopt);
        tx.outputs = {{Sat(20'000), bitcoin::p2wpkh(their_funding)}};

        const auto done = ring.sign_inputs(tx, spent, paths);
        QVERIFY(done);
        for (std::size_t i = 0; i < own.size(); ++i) {
            const auto verified = bitcoin::verify_input(*done, i, spent);
            QVERIFY2(verified,
                     verified ? "" : std::string(bitcoin::to_string(verified.error())).c_str());
        }
        QVERIFY(done->inputs[4].witness == foreign.witness);
        QVERIFY(*ring.sign_inputs(tx, spent, paths) == *done);

        auto wrong = spent;
        wrong[0].script = ring.script_of(own[2]);
        QVERIFY(ring.sign_inputs(tx, wrong, paths).error() == SignRefusal::bad_request);
        paths.pop_back();
        QVERIFY(ring.sign_inputs(tx, spent, paths).error() == SignRefusal::bad_request);
    }
};

/// Anybody may begin openings without end, each with keys of its own.
void TestKeyRing::signers_that_nobody_holds_are_forgotten() {
    const SeedKeyRing fresh(seed_of(1), Network::regtest);
    const auto held = fresh.channel({0, 0});
    const auto funding_key = fresh.channel({1, 1})->public_keys().funding_pubkey;
    const std::weak_ptr<const ports::ChannelSigner> let_go = fresh.channel({1, 1});
    QVERIFY(!let_go.expired());
    for (std::uint64_t index = 2; index < 1'100; ++index) (void)fresh.channel({index, 0});
    QVERIFY(let_go.expired());
    // What somebody holds is the same object still, and what is derived again has the same keys.
    QVERIFY(fresh.channel({0, 0}) == held);
    QVERIFY(fresh.channel({1, 1})->public_keys().funding_pubkey == funding_key);
}

RUNNEL_TEST(TestKeyRing)
#include "test_key_ring.moc"
