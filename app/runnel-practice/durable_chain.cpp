#include "app/runnel-practice/durable_chain.h"

#include "core/crypto/hash.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace runnel::practice {

using namespace bitcoin;

namespace {

constexpr std::string_view magic = "runnel-practice-chain";
constexpr std::uint8_t format_version = 2;
constexpr std::size_t checksum_size = 8;
constexpr std::size_t head_check_size = 4;
constexpr std::size_t head_size = 4 + 1 + head_check_size;
/// More than any block weighs.
constexpr std::uint32_t most_payload = 8'000'000;
/// The first blocks lie ten minutes apart, so that the tip of a new chain is no older than that.
constexpr std::int64_t first_blocks_last = 101 * 600;

Bytes header_of(UnixTime start, std::uint32_t salt) {
    Writer out;
    out.bytes(bytes_of(magic))
        .u8(format_version)
        .u64(static_cast<std::uint64_t>(start.raw()))
        .u32(salt);
    return out.take();
}

void append_check(Bytes& bytes, std::size_t size) {
    const auto sum = crypto::sha256(ByteView(bytes));
    runnel::append(bytes, sum.view().first(size));
}

/// Whether these are the first bytes of the hash.
bool is_check(ByteView check, ByteView of) {
    const auto sum = crypto::sha256(of);
    return std::equal(check.begin(), check.end(), sum.view().begin());
}

/// Space that a file system had given but not filled when the power went.
bool is_blank(ByteView bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; });
}

std::string words_of(const store::IoError& error) {
    return fmt::format("{}: {}", error.operation, std::strerror(error.code));
}

Unexpected<ChainFileError> damaged(std::string_view cause, std::uint64_t offset) {
    return fail(
        ChainFileError{fmt::format("the chain's file is damaged at byte {}: {}", offset, cause)});
}

Result<std::uint8_t, ChainFileError> version_of(ByteView file) {
    Reader in(file);
    const auto head = in.bytes(magic.size());
    const auto version = in.u8();
    if (!in.ok() || !std::equal(head.begin(), head.end(), magic.begin(), magic.end()))
        return damaged("it does not begin as one", 0);
    if (version == 0 || version > format_version)
        return fail(ChainFileError{fmt::format(
            "the chain's file has format {}, this version knows {}", version, format_version)});
    return version;
}

}  // namespace

Bytes DurableChain::record(Kind kind, ByteView payload) {
    Writer out;
    out.u32(static_cast<std::uint32_t>(payload.size())).u8(static_cast<std::uint8_t>(kind));
    Bytes bytes = out.take();
    append_check(bytes, head_check_size);
    runnel::append(bytes, payload);
    append_check(bytes, checksum_size);
    return bytes;
}

bool DurableChain::take(sim::SimChain& chain, Kind kind, ByteView payload) {
    switch (kind) {
        case Kind::block: {
            const auto block = Block::parse(payload);
            return block && chain.connect(*block);
        }
        case Kind::transaction: {
            const auto tx = Transaction::parse(payload);
            // One that is not accepted any more by other rules of relay is no damage: whoever wants
            // it sends it again.
            if (tx) (void)chain.submit(*tx);
            return tx.has_value();
        }
        case Kind::package: {
            Reader in(payload);
            const auto parent = Transaction::parse(in.bytes(in.u32()));
            const auto child = Transaction::parse(in.bytes(in.remaining()));
            if (!in.ok() || !parent || !child) return false;
            (void)chain.submit_package(*parent, *child);
            return true;
        }
    }
    return false;
}

Result<std::uint64_t, ChainFileError> DurableChain::replay(sim::SimChain& chain, ByteView records,
                                                           std::uint64_t offset) {
    std::uint64_t done = offset;
    while (records.size() >= head_size && !is_blank(records)) {
        Reader in(records);
        const std::uint32_t size = in.u32();
        const auto kind = static_cast<Kind>(in.u8());
        // Only a length that is known to be right may say that the rest was never finished.
        if (!is_check(in.bytes(head_check_size), records.first(head_size - head_check_size)) ||
            size > most_payload)
            return damaged("a record of impossible length", done);
        const std::size_t whole = head_size + size + checksum_size;
        if (whole > records.size()) break;
        const auto payload = in.bytes(size);
        if (!is_check(in.bytes(checksum_size), records.first(head_size + size))) {
            if (whole == records.size()) break;
            return damaged("a record's checksum is wrong", done);
        }
        if (!take(chain, kind, payload))
            return damaged("a record that does not follow the one before", done);
        records = records.subspan(whole);
        done += whole;
    }
    return done;
}

Result<Bytes, ChainFileError> DurableChain::upgraded(ByteView file) {
    Reader in(file);
    (void)in.bytes(magic.size() + 1);
    const auto start = in.u64();
    if (!in.ok()) return damaged("it does not begin as one", 0);
    auto out = header_of(UnixTime(static_cast<std::int64_t>(start)), 0);
    while (in.remaining() > 0) {
        const auto at = file.size() - in.remaining();
        if (is_blank(file.subspan(at))) break;
        const std::uint32_t size = in.u32();
        const auto kind = static_cast<Kind>(in.u8());
        const auto payload = in.bytes(size);
        const auto check = in.bytes(checksum_size);
        if (!in.ok()) break;
        if (!is_check(check, file.subspan(at, 4 + 1 + payload.size()))) {
            if (in.remaining() == 0) break;
            return damaged("a record's checksum is wrong", at);
        }
        runnel::append(out, record(kind, payload));
    }
    return out;
}

Result<DurableChain, ChainFileError> DurableChain::open(const std::filesystem::path& path,
                                                        UnixTime now, std::uint32_t salt) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
        const auto made =
            store::replace_file(path, header_of(UnixTime(now.raw() - first_blocks_last), salt));
        if (!made) return fail(ChainFileError{words_of(made.error())});
    }
    const auto size = std::filesystem::file_size(path, ignored);
    auto bytes = store::read_file(path, ignored ? 0 : static_cast<std::size_t>(size));
    if (!bytes) return fail(ChainFileError{words_of(bytes.error())});
    RUNNEL_TRY(const auto version, version_of(*bytes));
    if (version == 1) {
        RUNNEL_TRY(*bytes, upgraded(*bytes));
        if (const auto made = store::replace_file(path, *bytes); !made)
            return fail(ChainFileError{words_of(made.error())});
    }
    const ByteView all(*bytes);
    Reader in(all);
    (void)in.bytes(magic.size() + 1);
    const auto start = in.u64();
    salt = in.u32();
    if (!in.ok()) return damaged("it does not begin as one", 0);
    if (start > UINT32_MAX) return damaged("its time", magic.size());
    auto file = store::File::open(path, O_RDWR);
    if (!file) return fail(ChainFileError{words_of(file.error())});
    // An equal start gives an equal chain: the first blocks need not be stored.
    sim::SimChain chain({}, UnixTime(static_cast<std::int64_t>(start)), salt);
    const auto begin = all.size() - in.remaining();
    RUNNEL_TRY(const auto end, replay(chain, all.subspan(begin), begin));
    if (end < all.size() && ::ftruncate(file->fd(), static_cast<off_t>(end)) != 0) {
        return fail(ChainFileError{
            fmt::format("cutting off an unfinished record: {}", std::strerror(errno))});
    }
    return DurableChain(std::move(chain), std::move(*file), end);
}

void DurableChain::write(ByteView records) {
    auto written = m_file.write_at(m_size, records);
    if (written) written = m_file.sync();
    if (!written)
        throw ChainWriteError("the chain's file cannot be written: " + words_of(written.error()));
    m_size += records.size();
    ++m_mempool_changes;
}

Result<sim::Accepted, sim::Rejection> DurableChain::submit(const Transaction& tx) {
    RUNNEL_TRY(auto accepted, m_chain.submit(tx));
    write(record(Kind::transaction, tx.serialise()));
    return accepted;
}

sim::PackageResult DurableChain::submit_package(const Transaction& parent,
                                                const Transaction& child) {
    auto result = m_chain.submit_package(parent, child);
    if (result.parent || result.child) {
        const auto first = parent.serialise();
        Writer out;
        out.u32(static_cast<std::uint32_t>(first.size())).bytes(first).bytes(child.serialise());
        write(record(Kind::package, out.take()));
    }
    return result;
}

Result<OutPoint, sim::Rejection> DurableChain::faucet(const Script& script, Sat amount) {
    RUNNEL_TRY(const auto outpoint, m_chain.faucet(script, amount));
    write(record(Kind::transaction, m_chain.transaction(outpoint.txid)->tx->serialise()));
    return outpoint;
}

void DurableChain::mine(unsigned count, UnixTime now) {
    Bytes records;
    sim::MineOptions options;
    options.time = now;
    // One coin a block, not many: the chain of a network that runs for months stays small.
    options.reward_to = sim::faucet_script();
    for (unsigned i = 0; i < count; ++i) {
        m_chain.mine(1, options);
        runnel::append(records, record(Kind::block, m_chain.block(m_chain.height())->serialise()));
    }
    write(records);
}

}  // namespace runnel::practice
