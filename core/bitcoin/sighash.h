// What a signature in a transaction commits to: BIP 143 (segwit v0), BIP 341 (taproot key path),
// and the original digest of bare scripts, which only the interpreter uses.
#pragma once

#include "core/bitcoin/transaction.h"
#include "core/crypto/keys.h"

#include <cstdint>
#include <span>

namespace runnel::bitcoin {

inline constexpr std::uint8_t sighash_default = 0x00;  ///< Taproot only: ALL, in 64 bytes.
inline constexpr std::uint8_t sighash_all = 0x01;
inline constexpr std::uint8_t sighash_none = 0x02;
inline constexpr std::uint8_t sighash_single = 0x03;
inline constexpr std::uint8_t sighash_anyonecanpay = 0x80;

/// The parts of BIP 143 that all inputs of a transaction share, computed once.
class SegwitSighash {
public:
    explicit SegwitSighash(const Transaction& tx);
    /// Digest for input `index` (must exist), which spends `value` and whose script code is
    /// `script_code`.
    Hash256 digest(std::size_t index, ByteView script_code, Sat value, std::uint8_t type) const;

private:
    const Transaction& m_tx;
    Hash256 m_prevouts, m_sequences, m_outputs;
};

/// BIP 341 key path digest; `spent` are the outputs spent by all inputs, in order. Nothing for a
/// type BIP 341 forbids or a SINGLE without its output.
std::optional<Hash256> taproot_sighash(const Transaction& tx, std::size_t index,
                                       std::span<const TxOut> spent, std::uint8_t type,
                                       std::optional<ByteView> annex = std::nullopt);

/// The digest before segwit. `script_code` still holds its OP_CODESEPARATORs; a SINGLE without its
/// output gives the number one, as it always has.
Hash256 legacy_sighash(const Transaction& tx, std::size_t index, ByteView script_code,
                       std::uint32_t type);

/// DER and the type byte, as a witness carries it.
Bytes witness_signature(const crypto::Signature& signature, std::uint8_t type);

}  // namespace runnel::bitcoin
