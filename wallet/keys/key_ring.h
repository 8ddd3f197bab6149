// SeedKeyRing: every key of the wallet, from one seed and for one network.
//
//   m/84'/coin'/0'/branch/index          P2WPKH addresses (BIP 84)
//   m/86'/coin'/0'/branch/index          P2TR addresses, key path only (BIP 86)
//   m/5394252'/network'/0'               node key
//                      /1'/i'            payment basepoint i of 1,000: words alone find every
//                                        to_remote output
//                      /2'/a'/b'/c'/k'   channel (index in three parts): 0 funding, 1 revocation,
//                                        2 htlc, 3 delayed, 4 shachain
//                      /3'               secrets for purposes, by HMAC
//
// The network's number is part of the path, so nothing signed on one network means anything on
// another. Channel signers come out guarded only. The seed itself is not kept; the roots lie in
// guarded memory. Safe to use from several threads.
#pragma once

#include "core/ports/signer.h"
#include "wallet/keys/bip32.h"
#include "wallet/keys/guarded.h"

#include <map>
#include <mutex>
#include <string_view>

namespace runnel::keys {

class SeedKeyRing final : public ports::KeyRing {
public:
    static constexpr std::uint32_t payment_indexes = 1000;

    SeedKeyRing(const MasterSeed& seed, Network network);

    const crypto::PublicKey& node_id() const override { return m_node_id; }
    /// Always the same object for the same id; null when payment_index is not below
    /// payment_index_count().
    std::shared_ptr<const ports::ChannelSigner> channel(
        const ports::ChannelKeyId& id) const override;
    std::uint32_t payment_index_count() const override { return payment_indexes; }
    Secret32 node_ecdh(const crypto::PublicKey& theirs) const override;
    crypto::Signature sign_node(const Hash256& digest) const override;
    crypto::RecoverableSignature sign_invoice(const Hash256& digest) const override;
    Secret32 derive(std::string_view purpose, ByteView index) const override;
    bitcoin::Script script_of(const ports::KeyPath& path) const override;
    Result<bitcoin::Transaction, ports::SignRefusal> sign_inputs(
        const bitcoin::Transaction& tx, const std::vector<bitcoin::TxOut>& spent,
        const std::vector<std::optional<ports::KeyPath>>& paths) const override;

    /// The node's private key, for BOLT 8 in the shell.
    const crypto::PrivateKey& node_key() const { return m_roots.reveal().node; }
    /// For a rescan from words: the point whose to_remote output may be on the chain. `index` below
    /// payment_index_count().
    crypto::PublicKey payment_basepoint(std::uint32_t index) const;
    /// m/84'/c'/0' or m/86'/c'/0', public: what a watch-only copy of the wallet needs.
    ExtendedPublicKey account(ports::AddressType type) const;

private:
    struct Roots {
        crypto::PrivateKey node;
        ExtendedPrivateKey payment;
        ExtendedPrivateKey channels;
        crypto::PrivateKey purposes;
        ExtendedPrivateKey segwit_account;
        ExtendedPrivateKey taproot_account;
        std::array<ExtendedPrivateKey, 4> branches;  ///< By branch_of(path).
    };
    static Guarded<Roots> derive_roots(const MasterSeed& seed, Network network);
    static std::size_t branch_of(const ports::KeyPath& path);

    crypto::PrivateKey wallet_key(const ports::KeyPath& path) const;

    Guarded<Roots> m_roots;
    crypto::PublicKey m_node_id;
    std::array<ExtendedPublicKey, 4> m_branches;
    static constexpr std::size_t most_known = 1024;
    mutable std::mutex m_mutex;
    mutable std::map<ports::ChannelKeyId, std::shared_ptr<const ports::ChannelSigner>>
        m_channels;  ///< Fewer than most_known that nobody holds.
    mutable std::map<ports::KeyPath, bitcoin::Script> m_scripts;
};

}  // namespace runnel::keys
