#include "core/bitcoin/transaction.h"

#include "core/crypto/hash.h"

namespace runnel::bitcoin {
namespace {

// The least bytes one of these takes on the wire: a count that promises more than is left is a lie,
// and is refused before anything is allocated for it.
constexpr std::size_t least_input = 32 + 4 + 1 + 4;
constexpr std::size_t least_output = 8 + 1;
constexpr std::size_t least_transaction = 4 + 1 + least_input + 1 + 4;

constexpr std::uint64_t compact_size_length(std::uint64_t value) {
    return value < 0xfd ? 1 : value < 0x10000 ? 3 : value < 0x100000000 ? 5 : 9;
}

std::uint64_t prefixed(const Bytes& bytes) {
    return compact_size_length(bytes.size()) + bytes.size();
}

std::uint64_t base_size(const Transaction& tx) {
    std::uint64_t size =
        4 + 4 + compact_size_length(tx.inputs.size()) + compact_size_length(tx.outputs.size());
    for (const auto& input : tx.inputs) size += 32 + 4 + 4 + prefixed(input.script_sig);
    for (const auto& output : tx.outputs) size += 8 + prefixed(output.script);
    return size;
}

std::uint64_t witness_size(const Transaction& tx) {
    std::uint64_t size = 2;  // marker and flag
    for (const auto& input : tx.inputs) {
        size += compact_size_length(input.witness.size());
        for (const auto& element : input.witness) size += prefixed(element);
    }
    return size;
}

std::uint64_t read_count(Reader& in, std::size_t least_each) {
    const std::uint64_t count = in.compact_size();
    if (in.ok() && count > in.remaining() / least_each) in.fail(DecodeError::truncated);
    return in.ok() ? count : 0;
}

Bytes read_prefixed(Reader& in) { return to_bytes(in.bytes(in.compact_size())); }

void write_prefixed(Writer& out, const Bytes& bytes) {
    out.compact_size(bytes.size()).bytes(bytes);
}

void write(Writer& out, const Transaction& tx, bool with_witness) {
    out.le32(tx.version);
    if (with_witness) out.u8(0).u8(1);
    out.compact_size(tx.inputs.size());
    for (const auto& input : tx.inputs) {
        out.fixed(input.previous.txid).le32(input.previous.index);
        write_prefixed(out, input.script_sig);
        out.le32(input.sequence);
    }
    out.compact_size(tx.outputs.size());
    for (const auto& output : tx.outputs) {
        out.le64(output.value.raw());
        write_prefixed(out, output.script);
    }
    if (with_witness) {
        for (const auto& input : tx.inputs) {
            out.compact_size(input.witness.size());
            for (const auto& element : input.witness) write_prefixed(out, element);
        }
    }
    out.le32(tx.lock_time);
}

void read_inputs(Reader& in, std::uint64_t count, std::vector<TxIn>& inputs) {
    inputs.reserve(static_cast<std::size_t>(count));
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
        auto& input = inputs.emplace_back();
        in.fixed(input.previous.txid);
        input.previous.index = in.le32();
        input.script_sig = read_prefixed(in);
        input.sequence = in.le32();
    }
}

void read_outputs(Reader& in, std::vector<TxOut>& outputs) {
    const std::uint64_t count = read_count(in, least_output);
    outputs.reserve(static_cast<std::size_t>(count));
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
        auto& output = outputs.emplace_back();
        output.value = Sat(in.le64());
        // No such coin can exist; refused here so that no sum later on starts from nonsense.
        if (output.value > max_money) in.fail(DecodeError::bad_value);
        output.script = read_prefixed(in);
    }
}

void read_witnesses(Reader& in, std::vector<TxIn>& inputs) {
    for (auto& input : inputs) {
        const std::uint64_t count = read_count(in, 1);
        input.witness.reserve(static_cast<std::size_t>(count));
        for (std::uint64_t i = 0; i < count && in.ok(); ++i)
            input.witness.push_back(read_prefixed(in));
        if (!in.ok()) return;
    }
}

}  // namespace

Transaction Transaction::read(Reader& in) {
    Transaction tx;
    tx.version = in.le32();
    std::uint64_t count = read_count(in, least_input);
    bool segwit = false;
    if (in.ok() && count == 0) {
        // Not a transaction without inputs (there is none) but the marker of BIP 144.
        if (in.u8() != 1) in.fail(DecodeError::bad_value);
        segwit = true;
        count = read_count(in, least_input);
        if (in.ok() && count == 0) in.fail(DecodeError::bad_value);
    }
    read_inputs(in, count, tx.inputs);
    read_outputs(in, tx.outputs);
    if (segwit) {
        read_witnesses(in, tx.inputs);
        // The same transaction in two encodings would have two sizes.
        if (in.ok() && !tx.has_witness()) in.fail(DecodeError::not_minimal);
    }
    tx.lock_time = in.le32();
    return tx;
}

Result<Transaction, DecodeError> Transaction::parse(ByteView bytes) {
    Reader in(bytes);
    auto tx = read(in);
    in.expect_end();
    return in.finish(std::move(tx));
}

Bytes Transaction::serialise() const {
    const bool with_witness = has_witness();
    Writer out;
    out.reserve(
        static_cast<std::size_t>(base_size(*this) + (with_witness ? witness_size(*this) : 0)));
    write(out, *this, with_witness);
    return out.take();
}

Bytes Transaction::serialise_without_witness() const {
    Writer out;
    out.reserve(static_cast<std::size_t>(base_size(*this)));
    write(out, *this, false);
    return out.take();
}

Txid Transaction::txid() const { return Txid(crypto::sha256d(serialise_without_witness()).raw()); }

Hash256 Transaction::wtxid() const { return crypto::sha256d(serialise()); }

std::uint64_t Transaction::weight() const {
    return base_size(*this) * 4 + (has_witness() ? witness_size(*this) : 0);
}

bool Transaction::has_witness() const {
    return std::any_of(inputs.begin(), inputs.end(),
                       [](const TxIn& input) { return !input.witness.empty(); });
}

namespace {

BlockHeader read_header(Reader& in) {
    BlockHeader header;
    header.version = in.le32();
    in.fixed(header.previous);
    in.fixed(header.merkle_root);
    header.time = in.le32();
    header.bits = in.le32();
    header.nonce = in.le32();
    return header;
}

}  // namespace

Result<BlockHeader, DecodeError> BlockHeader::parse(ByteView bytes) {
    Reader in(bytes);
    auto header = read_header(in);
    in.expect_end();
    return in.finish(std::move(header));
}

Bytes BlockHeader::serialise() const {
    Writer out;
    out.reserve(80);
    out.le32(version).fixed(previous).fixed(merkle_root).le32(time).le32(bits).le32(nonce);
    return out.take();
}

BlockHash BlockHeader::hash() const { return BlockHash(crypto::sha256d(serialise()).raw()); }

Result<Block, DecodeError> Block::parse(ByteView bytes) {
    Reader in(bytes);
    Block block;
    block.header = read_header(in);
    const std::uint64_t count = read_count(in, least_transaction);
    for (std::uint64_t i = 0; i < count && in.ok(); ++i)
        block.transactions.push_back(Transaction::read(in));
    in.expect_end();
    return in.finish(std::move(block));
}

Bytes Block::serialise() const {
    Writer out;
    out.bytes(header.serialise()).compact_size(transactions.size());
    for (const auto& tx : transactions) out.bytes(tx.serialise());
    return out.take();
}

Hash256 merkle_root(const std::vector<Txid>& txids) {
    if (txids.empty()) return {};
    std::vector<Hash256> level;
    level.reserve(txids.size() + 1);
    for (const auto& txid : txids) level.emplace_back(txid.raw());
    while (level.size() > 1) {
        if (level.size() % 2 != 0) level.push_back(level.back());
        for (std::size_t i = 0; i < level.size() / 2; ++i) {
            std::array<std::uint8_t, 64> pair;
            std::copy_n(level[2 * i].data(), 32, pair.begin());
            std::copy_n(level[2 * i + 1].data(), 32, pair.begin() + 32);
            level[i] = crypto::sha256d(pair);
        }
        level.resize(level.size() / 2);
    }
    return level.front();
}

}  // namespace runnel::bitcoin
