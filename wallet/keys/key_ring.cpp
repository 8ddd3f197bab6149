#include "wallet/keys/key_ring.h"

#include "core/bitcoin/sighash.h"
#include "core/crypto/hash.h"
#include "wallet/keys/guarded_signer.h"
#include "wallet/keys/seed_signer.h"

#include <cstdlib>

namespace runnel::keys {

using ports::AddressType;
using ports::KeyPath;
using ports::SignRefusal;

namespace {

constexpr std::uint32_t purpose_runnel = 5394252;  // "RNL" in ASCII.
enum Branch : std::uint32_t {
    branch_node = 0,
    branch_payment = 1,
    branch_channels = 2,
    branch_purposes = 3
};

/// Part of every stored wallet's derivation: never renumber.
std::uint32_t number_of(Network network) {
    switch (network) {
        case Network::mainnet: return 0;
        case Network::testnet4: return 1;
        case Network::signet: return 2;
        case Network::regtest: return 3;
        case Network::practice: return 4;
    }
    std::abort();
}

/// A path that has no key (once in 2^127) ends the process: no seed is known that has one.
ExtendedPrivateKey descend(const ExtendedPrivateKey& from,
                           std::initializer_list<std::uint32_t> path) {
    auto out = from.descend({path.begin(), path.size()});
    if (!out) std::abort();
    return std::move(*out);
}

ExtendedPrivateKey root_of(const MasterSeed& seed) {
    auto out = ExtendedPrivateKey::from_seed(seed.reveal());
    if (!out) std::abort();
    return std::move(*out);
}

bitcoin::Script script_for(AddressType type, const crypto::PublicKey& key) {
    if (type == AddressType::p2wpkh) return bitcoin::p2wpkh(key);
    const auto output = crypto::taproot_output(crypto::x_only(key), std::nullopt);
    if (!output) std::abort();
    return bitcoin::p2tr(output->key);
}

}  // namespace

Guarded<SeedKeyRing::Roots> SeedKeyRing::derive_roots(const MasterSeed& seed, Network network) {
    const auto root = root_of(seed);
    const auto coin = hardened(params_of(network).coin_type);
    const auto own = descend(root, {hardened(purpose_runnel), hardened(number_of(network))});
    const auto segwit = descend(root, {hardened(84), coin, hardened(0)});
    const auto taproot = descend(root, {hardened(86), coin, hardened(0)});
    return Guarded<Roots>::make(
        descend(own, {hardened(branch_node)}).key(), descend(own, {hardened(branch_payment)}),
        descend(own, {hardened(branch_channels)}), descend(own, {hardened(branch_purposes)}).key(),
        segwit, taproot,
        std::array<ExtendedPrivateKey, 4>{descend(segwit, {0}), descend(segwit, {1}),
                                          descend(taproot, {0}), descend(taproot, {1})});
}

SeedKeyRing::SeedKeyRing(const MasterSeed& seed, Network network)
    : m_roots(derive_roots(seed, network)),
      m_node_id(m_roots.reveal().node.public_key()),
      m_branches{m_roots.reveal().branches[0].neuter(), m_roots.reveal().branches[1].neuter(),
                 m_roots.reveal().branches[2].neuter(), m_roots.reveal().branches[3].neuter()} {}

std::size_t SeedKeyRing::branch_of(const KeyPath& path) {
    return (path.type == AddressType::p2tr ? 2U : 0U) + (path.change ? 1U : 0U);
}

std::shared_ptr<const ports::ChannelSigner> SeedKeyRing::channel(
    const ports::ChannelKeyId& id) const {
    if (id.payment_index >= payment_indexes) return nullptr;
    const std::lock_guard lock(m_mutex);
    // Anybody may begin openings without end, each with keys of its own: what nobody holds any more
    // goes, and is derived again.
    if (m_channels.size() >= most_known && !m_channels.contains(id)) {
        std::erase_if(m_channels, [](const auto& entry) { return entry.second.use_count() == 1; });
    }
    auto& known = m_channels[id];
    if (!known) {
        const auto& roots = m_roots.reveal();
        constexpr std::uint64_t low_bits = hardened_bit - 1;
        const auto part = [&](unsigned shift) {
            return hardened(static_cast<std::uint32_t>(id.index >> shift & low_bits));
        };
        const auto root = descend(roots.channels, {part(62), part(31), part(0)});
        const auto key = [&](std::uint32_t n) { return descend(root, {hardened(n)}).key(); };
        ChannelSecrets secrets{
            key(0), key(1), descend(roots.payment, {hardened(id.payment_index)}).key(),
            key(3), key(2), key(4).secret()};
        std::unique_ptr<const SeedChannelSigner> bare(new SeedChannelSigner(std::move(secrets)));
        known = std::make_shared<GuardedSigner>(std::move(bare));
    }
    return known;
}

crypto::PublicKey SeedKeyRing::payment_basepoint(std::uint32_t index) const {
    return descend(m_roots.reveal().payment, {hardened(index)}).key().public_key();
}

Secret32 SeedKeyRing::node_ecdh(const crypto::PublicKey& theirs) const {
    return crypto::ecdh(m_roots.reveal().node, theirs);
}

crypto::Signature SeedKeyRing::sign_node(const Hash256& digest) const {
    return crypto::sign(m_roots.reveal().node, digest);
}

crypto::RecoverableSignature SeedKeyRing::sign_invoice(const Hash256& digest) const {
    return crypto::sign_recoverable(m_roots.reveal().node, digest);
}

Secret32 SeedKeyRing::derive(std::string_view purpose, ByteView index) const {
    Writer size;  // So that no purpose and index run together to another pair.
    size.u64(purpose.size());
    return crypto::hmac_sha256(m_roots.reveal().purposes.secret().reveal(),
                               {size.view(), bytes_of(purpose), index});
}

ExtendedPublicKey SeedKeyRing::account(AddressType type) const {
    const auto& roots = m_roots.reveal();
    return (type == AddressType::p2tr ? roots.taproot_account : roots.segwit_account).neuter();
}

bitcoin::Script SeedKeyRing::script_of(const KeyPath& path) const {
    const std::lock_guard lock(m_mutex);
    auto& known = m_scripts[path];
    if (known.empty()) {
        const auto child = m_branches[branch_of(path)].child(path.index);
        // An index beyond 2^31 has no address, and no coin of ours can name one.
        if (!child) std::abort();
        known = script_for(path.type, child->key());
    }
    return known;
}

crypto::PrivateKey SeedKeyRing::wallet_key(const KeyPath& path) const {
    const auto branch = branch_of(path);
    auto key = m_roots.reveal().branches[branch].child_key(path.index, m_branches[branch].key());
    if (!key) std::abort();
    return std::move(*key);
}

Result<bitcoin::Transaction, SignRefusal> SeedKeyRing::sign_inputs(
    const bitcoin::Transaction& tx, const std::vector<bitcoin::TxOut>& spent,
    const std::vector<std::optional<KeyPath>>& paths) const {
    if (spent.size() != tx.inputs.size() || paths.size() != tx.inputs.size())
        return fail(SignRefusal::bad_request);
    for (std::size_t i = 0; i < paths.size(); ++i) {
        if (!paths[i]) continue;
        if (paths[i]->index >= hardened_bit) return fail(SignRefusal::bad_request);
        if (spent[i].script != script_of(*paths[i])) return fail(SignRefusal::bad_request);
    }
    auto out = tx;
    const bitcoin::SegwitSighash segwit(tx);
    for (std::size_t i = 0; i < paths.size(); ++i) {
        if (!paths[i]) continue;
        const auto key = wallet_key(*paths[i]);
        if (paths[i]->type == AddressType::p2wpkh) {
            const auto public_key = key.public_key();
            const auto code = bitcoin::p2wpkh_script_code(crypto::hash160(public_key.view()));
            const auto digest = segwit.digest(i, code, spent[i].value, bitcoin::sighash_all);
            out.inputs[i].witness = {
                bitcoin::witness_signature(crypto::sign(key, digest), bitcoin::sighash_all),
                to_bytes(public_key.view())};
            continue;
        }
        const auto digest = bitcoin::taproot_sighash(tx, i, spent, bitcoin::sighash_default);
        const auto output_key = crypto::taproot_private(key, std::nullopt);
        if (!digest || !output_key) return fail(SignRefusal::bad_request);
        // No auxiliary randomness (BIP 340 allows it): the same question must have the same answer.
        const auto signature = crypto::sign_schnorr(*output_key, *digest, Secret32());
        out.inputs[i].witness = {to_bytes(signature.view())};
    }
    return out;
}

}  // namespace runnel::keys
