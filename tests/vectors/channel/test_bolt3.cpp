// BOLT 3, Appendices B, E and F: key derivation, the funding output, nine commitments with anchors
// and their fifteen second-stage transactions, byte for byte.
#include "tests/support/vector_file.h"

#include "core/bitcoin/interpreter.h"
#include "core/bitcoin/script.h"
#include "core/channel/transactions.h"
#include "core/crypto/hash.h"

#include <QJsonValue>

using namespace runnel;
using namespace runnel::channel;

namespace {

std::string text(const QJsonValue& object, const char* name) {
    return test::text(object[QLatin1String(name)]);
}

std::uint64_t number(const QJsonValue& object, const char* name) {
    return test::number(object[QLatin1String(name)]);
}

crypto::PublicKey point(const QJsonValue& object, const char* name) {
    return crypto::PublicKey::parse_hex(text(object, name)).value();
}

crypto::PrivateKey key(const QJsonValue& object, const char* name) {
    return crypto::PrivateKey::from(*secret32_from(*from_hex(text(object, name)))).value();
}

crypto::Signature signature(const QJsonValue& object, const char* name) {
    return crypto::Signature::from_hex(text(object, name)).value();
}

struct Vectors {
    QJsonObject json = test::vector_object("channel/anchors.json");
    QJsonValue channel = json[QLatin1String("channel")];
    QJsonValue local = json[QLatin1String("keys")].toObject()[QLatin1String("local")];
    QJsonValue remote = json[QLatin1String("keys")].toObject()[QLatin1String("remote")];
    QJsonArray htlcs = json[QLatin1String("htlcs")].toArray();
    QJsonArray commitments = json[QLatin1String("commitments")].toArray();

    ChannelParams params() const {
        ChannelParams out;
        out.funder = Party::ours;
        out.funding_satoshis = Sat(number(channel, "funding_amount_sat"));
        out.theirs.to_self_delay = static_cast<std::uint16_t>(number(channel, "to_self_delay"));
        out.ours.to_self_delay = 1;  // theirs to wait, on the commitment that is not built here
        out.funding = {*from_display_hex<Txid>(text(channel, "funding_txid")), 0};
        out.our_keys = {point(local, "funding_pubkey"), point(local, "payment_basepoint"),
                        point(local, "payment_basepoint"),
                        point(local, "delayed_payment_basepoint"), point(local, "htlc_basepoint")};
        out.their_keys = {point(remote, "funding_pubkey"), point(remote, "revocation_basepoint"),
                          point(remote, "payment_basepoint"), point(remote, "payment_basepoint"),
                          point(remote, "htlc_basepoint")};
        return out;
    }

    CommitmentSpec spec(const QJsonValue& commitment) const {
        CommitmentSpec out;
        out.feerate_per_kw =
            FeeratePerKw(static_cast<std::uint32_t>(number(commitment, "feerate_per_kw")));
        out.to_ours = Msat(number(commitment, "to_local_msat"));
        out.to_theirs = Msat(number(commitment, "to_remote_msat"));
        for (const auto& id : commitment.toObject()[QLatin1String("htlc_ids")].toArray()) {
            const QJsonValue htlc = htlcs[id.toInt()];
            out.htlcs.push_back({text(htlc, "offered_by") == "local" ? Party::ours : Party::theirs,
                                 HtlcId(number(htlc, "id")), Msat(number(htlc, "amount_msat")),
                                 PaymentHash::from_hex(text(htlc, "payment_hash")).value(),
                                 static_cast<std::uint32_t>(number(htlc, "cltv_expiry"))});
        }
        return out;
    }
};

}  // namespace

class TestBolt3 : public QObject {
    Q_OBJECT

private slots:
    void derives_keys();
    void funds_the_channel();
    void derives_the_keys_of_a_commitment();
    void builds_commitments_data();
    void builds_commitments();
    void builds_second_stage_transactions();
    void checks_signatures();
};

void TestBolt3::derives_keys() {
    const QJsonValue json = test::vector_object("channel/key-derivation.json");
    const auto base = key(json, "base_secret");
    const auto secret = key(json, "per_commitment_secret");
    QVERIFY(base.public_key() == point(json, "base_point"));
    QVERIFY(secret.public_key() == point(json, "per_commitment_point"));
    QVERIFY(derive_public_key(base.public_key(), secret.public_key()) == point(json, "pubkey"));
    QVERIFY(derive_private_key(base, secret.public_key()) == key(json, "private_key"));
    QVERIFY(derive_revocation_public_key(base.public_key(), secret.public_key()) ==
            point(json, "revocation_pubkey"));
    QVERIFY(derive_revocation_private_key(base, secret) == key(json, "revocation_private_key"));
}

void TestBolt3::funds_the_channel() {
    const QJsonValue json = test::vector_object("channel/funding.json");
    const auto ours = point(json, "local_funding_pubkey");
    const auto theirs = point(json, "remote_funding_pubkey");
    const auto script = funding_script(ours, theirs);
    QCOMPARE(to_hex(script), text(json, "funding_witness_script"));
    QCOMPARE(funding_script(theirs, ours), script);
    const auto tx = bitcoin::Transaction::parse(*from_hex(text(json, "funding_tx"))).value();
    QCOMPARE(display_hex(tx.txid()), text(json, "funding_txid"));
    const auto& output = tx.outputs.at(number(json, "funding_output_index"));
    QCOMPARE(output.value.raw(), number(json, "funding_sat"));
    QCOMPARE(output.script, bitcoin::p2wsh(script));
}

void TestBolt3::derives_the_keys_of_a_commitment() {
    const Vectors vectors;
    const auto keys =
        derive_keys(vectors.params(), Party::ours, point(vectors.local, "per_commitment_point"));
    QVERIFY(keys.broadcaster_htlc == point(vectors.local, "htlc_pubkey"));
    QVERIFY(keys.countersigner_htlc == point(vectors.remote, "htlc_pubkey"));
    QVERIFY(keys.broadcaster_delayed == point(vectors.local, "delayed_pubkey"));
    QVERIFY(keys.revocation == point(vectors.local, "revocation_pubkey"));
    QCOMPARE(obscuring_factor(vectors.params()),
             std::stoull(text(vectors.channel, "commitment_number_obscuring_factor"), nullptr, 16));
}

void TestBolt3::builds_commitments_data() {
    QTest::addColumn<int>("index");
    const Vectors vectors;
    QCOMPARE(vectors.commitments.size(), 9);
    for (int i = 0; i < vectors.commitments.size(); ++i) {
        QTest::newRow(text(vectors.commitments[i], "name").c_str()) << i;
    }
}

void TestBolt3::builds_commitments() {
    QFETCH(int, index);
    const Vectors vectors;
    const QJsonValue expected = vectors.commitments[index];
    auto params = vectors.params();
    params.ours.dust_limit_satoshis = Sat(number(expected, "dust_limit_sat"));
    const auto spec = vectors.spec(expected);
    const auto built = build_commitment(
        params, Party::ours, CommitmentNumber(number(vectors.channel, "commitment_number")),
        point(vectors.local, "per_commitment_point"), spec);

    QCOMPARE(commitment_fee(spec.feerate_per_kw, built.htlcs.size()).raw(),
             number(expected, "base_fee_sat"));
    QCOMPARE(built.fee.raw(), number(expected, "actual_fee_sat"));
    QCOMPARE(display_hex(built.tx.txid()), text(expected, "txid"));
    QVERIFY(commitment_number_of(params, built.tx) ==
            CommitmentNumber(number(vectors.channel, "commitment_number")));

    const auto digest = funding_spend_digest(params, built.tx);
    QCOMPARE(digest.hex(), text(expected, "sighash"));
    const auto ours = signature(expected, "local_signature");
    const auto theirs = signature(expected, "remote_signature");
    QVERIFY(crypto::verify(params.our_keys.funding_pubkey, digest, ours));
    QVERIFY(crypto::verify(params.their_keys.funding_pubkey, digest, theirs));
    auto tx = built.tx;
    tx.inputs[0].witness = funding_witness(params.our_keys.funding_pubkey, ours,
                                           params.their_keys.funding_pubkey, theirs);
    QCOMPARE(to_hex(tx.serialise()), text(expected, "commitment_tx"));
    QCOMPARE(tx.weight(), number(expected, "weight"));
    const std::vector<bitcoin::TxOut> spent{
        {params.funding_satoshis,
         bitcoin::p2wsh(
             funding_script(params.our_keys.funding_pubkey, params.their_keys.funding_pubkey))}};
    QVERIFY(bitcoin::verify_input(tx, 0, spent).has_value());

    const auto kinds = expected.toObject()[QLatin1String("outputs")].toArray();
    QCOMPARE(static_cast<qsizetype>(built.tx.outputs.size()), kinds.size());
    for (std::uint32_t i = 0; i < built.tx.outputs.size(); ++i) {
        const auto kind = kinds[static_cast<qsizetype>(i)].toString();
        QCOMPARE(built.to_local_index == i, kind == QLatin1String("to_local"));
        QCOMPARE(built.to_remote_index == i, kind == QLatin1String("to_remote"));
        QCOMPARE(built.broadcaster_anchor_index == i, kind == QLatin1String("local_anchor"));
        QCOMPARE(built.countersigner_anchor_index == i, kind == QLatin1String("remote_anchor"));
    }
}

void TestBolt3::builds_second_stage_transactions() {
    const Vectors vectors;
    int seen = 0;
    for (const auto& commitment : vectors.commitments) {
        auto params = vectors.params();
        params.ours.dust_limit_satoshis = Sat(number(commitment, "dust_limit_sat"));
        const auto built = build_commitment(params, Party::ours, CommitmentNumber(42),
                                            point(vectors.local, "per_commitment_point"),
                                            vectors.spec(commitment));
        const auto jobs = htlc_signing_jobs(params, built);
        const auto expected = commitment.toObject()[QLatin1String("htlc_txs")].toArray();
        QCOMPARE(static_cast<qsizetype>(jobs.size()), expected.size());
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            const QJsonValue htlc = expected[static_cast<qsizetype>(i)];
            const auto& output = built.htlcs[i];
            QCOMPARE(output.htlc.id.raw(), number(htlc, "htlc_id"));
            QCOMPARE(std::uint64_t{output.output_index}, number(htlc, "commitment_output_index"));
            QVERIFY(build_htlc_tx(params, built, output) == jobs[i].tx);
            const auto ours = signature(htlc, "local_htlc_signature");
            const auto theirs = signature(htlc, "remote_htlc_signature");
            const bitcoin::SegwitSighash sighash(jobs[i].tx);
            const auto digest =
                sighash.digest(0, jobs[i].witness_script, jobs[i].amount, bitcoin::sighash_all);
            QCOMPARE(digest.hex(), text(htlc, "local_sighash"));
            QCOMPARE(sighash.digest(0, jobs[i].witness_script, jobs[i].amount, 0x83).hex(),
                     text(htlc, "remote_sighash"));
            std::optional<Secret32> preimage;
            if (text(htlc, "kind") == "htlc_success") {
                const QJsonValue source =
                    vectors.htlcs[static_cast<qsizetype>(output.htlc.id.raw())];
                preimage = secret32_from(*from_hex(text(source, "payment_preimage")));
            }
            auto tx = jobs[i].tx;
            tx.inputs[0].witness = htlc_tx_witness(jobs[i].witness_script, theirs, ours, preimage);
            QCOMPARE(to_hex(tx.serialise()), text(htlc, "tx"));
            QCOMPARE(display_hex(tx.txid()), text(htlc, "txid"));
            const auto our_key = key(vectors.local, "htlc_privkey");
            QVERIFY(crypto::verify(our_key.public_key(), digest, ours));
            const std::vector<bitcoin::TxOut> spent{built.tx.outputs[output.output_index]};
            QVERIFY(bitcoin::verify_input(tx, 0, spent).has_value());
            ++seen;
        }
    }
    QCOMPARE(seen, 15);
}

void TestBolt3::checks_signatures() {
    const Vectors vectors;
    for (const auto& commitment : vectors.commitments) {
        auto params = vectors.params();
        params.ours.dust_limit_satoshis = Sat(number(commitment, "dust_limit_sat"));
        const auto built = build_commitment(params, Party::ours, CommitmentNumber(42),
                                            point(vectors.local, "per_commitment_point"),
                                            vectors.spec(commitment));
        ports::CommitmentSignatures good;
        good.signature = signature(commitment, "remote_signature");
        for (const auto& htlc : commitment.toObject()[QLatin1String("htlc_txs")].toArray()) {
            good.htlc_signatures.push_back(signature(htlc, "remote_htlc_signature"));
        }
        QVERIFY(!first_bad_signature(params, built, good));
        auto bad = good;
        bad.signature.raw()[40] ^= 1;
        QVERIFY(first_bad_signature(params, built, bad) == std::size_t{0});
        for (std::size_t i = 0; i < good.htlc_signatures.size(); ++i) {
            bad = good;
            bad.htlc_signatures[i].raw()[40] ^= 1;
            QVERIFY(first_bad_signature(params, built, bad) == i + 1);
        }
        bad = good;
        bad.htlc_signatures.push_back(good.signature);
        QVERIFY(first_bad_signature(params, built, bad) == wrong_signature_count);
    }
}

RUNNEL_TEST(TestBolt3)
#include "test_bolt3.moc"
