// Bitcoin transactions: the value types, their serialisation (BIP 144) and sizes. Scripts are
// opaque bytes here.
#pragma once

#include "core/base/amount.h"
#include "core/base/codec.h"
#include "core/base/ids.h"

#include <compare>
#include <cstdint>
#include <vector>

namespace runnel::bitcoin {

/// A script as bytes; what it means is for script.h and interpreter.h.
using Script = Bytes;

struct OutPoint {
    Txid txid;
    std::uint32_t index = 0;
    friend auto operator<=>(const OutPoint&, const OutPoint&) = default;
};

struct TxIn {
    OutPoint previous;
    Script script_sig;
    std::uint32_t sequence = 0xffffffff;
    std::vector<Bytes> witness;
    friend bool operator==(const TxIn&, const TxIn&) = default;
};

struct TxOut {
    Sat value;
    Script script;
    friend bool operator==(const TxOut&, const TxOut&) = default;
};

struct Transaction {
    std::uint32_t version = 2;
    std::vector<TxIn> inputs;
    std::vector<TxOut> outputs;
    std::uint32_t lock_time = 0;

    /// Strict: nothing after the transaction, no more elements than the bytes can hold, the segwit
    /// form only with a witness.
    static Result<Transaction, DecodeError> parse(ByteView bytes);
    /// Reads one transaction off a longer stream (a block).
    static Transaction read(Reader& in);
    /// With witness when any input has one.
    Bytes serialise() const;
    Bytes serialise_without_witness() const;

    Txid txid() const;
    Hash256 wtxid() const;
    /// BIP 141 weight units.
    std::uint64_t weight() const;
    std::uint64_t vsize() const { return (weight() + 3) / 4; }
    bool has_witness() const;

    friend bool operator==(const Transaction&, const Transaction&) = default;
};

/// The 80 byte block header.
struct BlockHeader {
    std::uint32_t version = 0;
    BlockHash previous;
    Hash256 merkle_root;
    std::uint32_t time = 0;
    std::uint32_t bits = 0;
    std::uint32_t nonce = 0;

    static Result<BlockHeader, DecodeError> parse(ByteView bytes);
    Bytes serialise() const;
    BlockHash hash() const;
};

struct Block {
    BlockHeader header;
    std::vector<Transaction> transactions;

    static Result<Block, DecodeError> parse(ByteView bytes);
    Bytes serialise() const;
};

/// Root of the tree over the transaction ids, in block order (not empty).
Hash256 merkle_root(const std::vector<Txid>& txids);

}  // namespace runnel::bitcoin

template <>
struct std::hash<runnel::bitcoin::OutPoint> {
    std::size_t operator()(const runnel::bitcoin::OutPoint& o) const noexcept {
        return std::hash<runnel::Txid>{}(o.txid) ^ (o.index * 0x9e3779b97f4a7c15ULL);
    }
};
