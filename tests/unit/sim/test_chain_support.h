// A person with one key on a simulated chain, for the tests of SimChain.
#pragma once

#include "tests/support/test_main.h"

#include "core/bitcoin/script.h"
#include "core/crypto/hash.h"
#include "core/sim/chain.h"

namespace runnel::test {

inline crypto::PrivateKey test_key(std::uint8_t byte) {
    std::array<std::uint8_t, 32> bytes{};
    bytes[31] = byte;
    return *crypto::PrivateKey::from(Secret32(bytes));
}

struct Person {
    explicit Person(std::uint8_t number)
        : key(test_key(number)), script(bitcoin::p2wpkh(key.public_key())) {}

    /// Signs all inputs, which all must be this person's.
    void sign(bitcoin::Transaction& tx, const std::vector<Sat>& values) const {
        const auto code = bitcoin::p2wpkh_script_code(crypto::hash160(key.public_key().view()));
        const bitcoin::SegwitSighash sighash(tx);
        for (std::size_t i = 0; i < tx.inputs.size(); ++i) {
            const auto digest = sighash.digest(i, code, values[i], bitcoin::sighash_all);
            tx.inputs[i].witness = {
                bitcoin::witness_signature(crypto::sign(key, digest), bitcoin::sighash_all),
                to_bytes(key.public_key().view())};
        }
    }

    crypto::PrivateKey key;
    bitcoin::Script script;
};

/// A coin by outpoint and value.
struct Held {
    bitcoin::OutPoint outpoint;
    Sat value;
};

/// Spends coins of `person` to outputs; what is missing between them is the fee.
inline bitcoin::Transaction spend(const Person& person, const std::vector<Held>& coins,
                                  std::vector<bitcoin::TxOut> outputs,
                                  std::uint32_t sequence = 0xfffffffd, std::uint32_t lock_time = 0,
                                  std::uint32_t version = 2) {
    bitcoin::Transaction tx;
    tx.version = version;
    tx.lock_time = lock_time;
    std::vector<Sat> values;
    for (const auto& coin : coins) {
        tx.inputs.push_back({coin.outpoint, {}, sequence, {}});
        values.push_back(coin.value);
    }
    tx.outputs = std::move(outputs);
    person.sign(tx, values);
    return tx;
}

/// One coin back to the same person, less `fee`.
inline bitcoin::Transaction pass_on(const Person& person, const Held& coin, std::uint64_t fee,
                                    std::uint32_t version = 2) {
    return spend(person, {coin}, {{coin.value - Sat(fee), person.script}}, 0xfffffffd, 0, version);
}

inline Held output_of(const bitcoin::Transaction& tx, std::uint32_t index = 0) {
    return {{tx.txid(), index}, tx.outputs.at(index).value};
}

/// A confirmed coin from the faucet.
inline Held funded(sim::SimChain& chain, const Person& person, std::uint64_t value = 1'000'000) {
    const auto outpoint = chain.faucet(person.script, Sat(value));
    if (!outpoint) qFatal("the faucet is dry");
    chain.mine();
    return {*outpoint, Sat(value)};
}

template <typename T>
QString why(const Result<T, sim::Rejection>& result) {
    if (result) return QStringLiteral("ok");
    return QString::fromLatin1(to_string(result.error().reason).data());
}
template <typename T>
QString why(const Result<T, sim::BlockRejection>& result) {
    if (result) return QStringLiteral("ok");
    const auto& error = result.error();
    const auto text = error.cause ? to_string(error.cause->reason) : to_string(error.reason);
    return QString::fromLatin1(text.data());
}

}  // namespace runnel::test
