// BIP 39 (English), BIP 32, BIP 84 and BIP 86 by their published vectors.
#include "tests/support/vector_file.h"

#include "core/bitcoin/address.h"
#include "wallet/keys/key_ring.h"
#include "wallet/keys/mnemonic.h"

#include <QJsonValue>

using namespace runnel;
using namespace runnel::keys;

namespace {

std::string text(const QJsonValue& object, const char* key) {
    return test::text(object[QLatin1String(key)]);
}

std::string text_of(const SecretBytes& secret) {
    const auto bytes = secret.reveal();
    return std::string(bytes.begin(), bytes.end());
}

constexpr ExtendedVersions zpub{0x04b24746, 0x04b2430c};

/// The seed of words without a passphrase.
MasterSeed seed_of(const std::string& words) {
    auto seed = Mnemonic::parse(words)->seed();
    return std::move(*seed);
}

}  // namespace

class TestKeyVectors : public QObject {
    Q_OBJECT
private slots:
    void bip39() {
        const auto data = test::vector_object("keys/bip39.json");
        const auto passphrase = data["passphrase"].toString().toStdString();
        const auto rows = data["english"].toArray();
        QCOMPARE(rows.size(), 24);
        const auto versions = ExtendedVersions::of(params_of(Network::mainnet));
        for (const auto& row : rows) {
            const auto entropy = *from_hex(text(row, "entropy"));
            const auto words = text(row, "words");
            const auto made = Mnemonic::from_entropy(entropy);
            QVERIFY(made);
            QCOMPARE(text_of(made->sentence()), words);
            const auto parsed = Mnemonic::parse(words);
            QVERIFY(parsed);
            QCOMPARE(to_hex(parsed->entropy().reveal()), text(row, "entropy"));
            const auto seed = parsed->seed(bytes_of(passphrase));
            QVERIFY(seed);
            QCOMPARE(to_hex(seed->reveal()), text(row, "seed"));
            const auto root = ExtendedPrivateKey::from_seed(seed->reveal());
            QCOMPARE(text_of(root->to_text(versions)), text(row, "root"));
        }
    }

    void bip32_valid() {
        const auto versions = ExtendedVersions::of(params_of(Network::mainnet));
        const auto rows = test::vector_object("keys/bip32.json")["valid"].toArray();
        QVERIFY(rows.size() >= 17);
        for (const auto& row : rows) {
            const auto path = parse_path(text(row, "path"));
            QVERIFY(path);
            const auto root = ExtendedPrivateKey::from_seed(*from_hex(text(row, "seed")));
            const auto key = root->descend(*path);
            QCOMPARE(text_of(key->to_text(versions)), text(row, "xprv"));
            QCOMPARE(key->neuter().to_text(versions), text(row, "xpub"));

            const auto parsed_private = parse_extended(text(row, "xprv"), versions);
            QVERIFY(parsed_private && std::holds_alternative<ExtendedPrivateKey>(*parsed_private));
            QCOMPARE(text_of(std::get<ExtendedPrivateKey>(*parsed_private).to_text(versions)),
                     text(row, "xprv"));
            const auto parsed_public = parse_extended(text(row, "xpub"), versions);
            QVERIFY(parsed_public && std::holds_alternative<ExtendedPublicKey>(*parsed_public));
            QCOMPARE(std::get<ExtendedPublicKey>(*parsed_public).to_text(versions),
                     text(row, "xpub"));

            // The last step, if it is not hardened, can be made from the public parent alone.
            if (!path->empty() && (path->back() & hardened_bit) == 0) {
                const auto parent = root->descend({path->data(), path->size() - 1});
                const auto child = parent->neuter().child(path->back());
                QCOMPARE(child->to_text(versions), text(row, "xpub"));
                const auto key_only = parent->child_key(path->back(), parent->key().public_key());
                QVERIFY(*key_only == key->key());
            }
        }
    }

    void bip32_invalid() {
        const auto versions = ExtendedVersions::of(params_of(Network::mainnet));
        const auto rows = test::vector_object("keys/bip32.json")["invalid"].toArray();
        QCOMPARE(rows.size(), 16);
        for (const auto& row : rows) {
            QVERIFY2(!parse_extended(text(row, "key"), versions), text(row, "reason").c_str());
        }
    }

    void bip84() {
        const auto data = test::vector_object("keys/bip84.json");
        const auto seed = seed_of(text(data, "mnemonic"));
        QCOMPARE(to_hex(seed.reveal()), text(data, "seed"));
        const auto root = ExtendedPrivateKey::from_seed(seed.reveal());
        QCOMPARE(text_of(root->to_text(zpub)), text(data, "root_zprv"));
        const auto account = root->descend(*parse_path(text(data, "account_path")));
        QCOMPARE(text_of(account->to_text(zpub)), text(data, "account_zprv"));
        QCOMPARE(account->neuter().to_text(zpub), text(data, "account_zpub"));

        const SeedKeyRing ring(seed, Network::mainnet);
        const auto versions = ExtendedVersions::of(params_of(Network::mainnet));
        QCOMPARE(ring.account(ports::AddressType::p2wpkh).to_text(versions),
                 text(data, "account_xpub"));
        for (const auto& row : data["addresses"].toArray()) {
            const auto path = *parse_path(text(row, "path"));
            const ports::KeyPath own{ports::AddressType::p2wpkh, path[3] == 1, path[4]};
            QCOMPARE(*bitcoin::address_of(ring.script_of(own), Network::mainnet),
                     text(row, "address"));
            QCOMPARE(to_hex(root->descend(path)->key().secret().reveal()), text(row, "privkey"));
        }
    }

    void bip86() {
        const auto data = test::vector_object("keys/bip86.json");
        const auto seed = seed_of(text(data, "mnemonic"));
        const SeedKeyRing ring(seed, Network::mainnet);
        const auto versions = ExtendedVersions::of(params_of(Network::mainnet));
        QCOMPARE(ring.account(ports::AddressType::p2tr).to_text(versions),
                 text(data, "account_xpub"));
        QCOMPARE(data["addresses"].toArray().size(), 3);
        for (const auto& row : data["addresses"].toArray()) {
            const auto path = *parse_path(text(row, "path"));
            const ports::KeyPath own{ports::AddressType::p2tr, path[3] == 1, path[4]};
            QCOMPARE(to_hex(ring.script_of(own)), text(row, "script_pubkey"));
            QCOMPARE(*bitcoin::address_of(ring.script_of(own), Network::mainnet),
                     text(row, "address"));
        }
    }
};

RUNNEL_TEST(TestKeyVectors)
#include "test_key_vectors.moc"
