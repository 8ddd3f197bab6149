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
constexpr std::uint8_t format_version = 1;
constexpr std::size_t checksum_size = 8;
constexpr std::size_t frame = 4 + 1 + checksum_size;
/// More than any block weighs.
constexpr std::uint32_t most_payload = 8'000'000;
/// The first blocks lie ten minutes apart, so that the tip of a new chain is no older than that.
constexpr std::int64_t first_blocks_last = 101 * 600;

Bytes header_of(UnixTime start) {
    Writer out;
    out.bytes(bytes_of(magic)).u8(format_version).u64(static_cast<std::uint64_t>(start.raw()));
    return out.take();
}

std::string words_of(const store::IoError& error) {
    return fmt::format("{}: {}", error.operation, std::strerror(error.code));
}

Unexpected<ChainFileError> damaged(std::string_view cause, std::uint64_t offset) {
    return fail(
        ChainFileError{fmt::format("the chain's file is damaged at byte {}: {}", offset, cause)});
}

}  // namespace

Bytes DurableChain::record(Kind kind, ByteView payload) {
    Writer out;
    out.u32(static_cast<std::uint32_t>(payload.size()))
        .u8(static_cast<std::uint8_t>(kind))
        .bytes(payload);
    Bytes bytes = out.take();
    const auto sum = crypto::sha256(ByteView(bytes));
    runnel::append(bytes, sum.view().first(checksum_size));
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
    while (!records.empty()) {
        // Space that a file system had given but not filled when the power went.
        const bool blank =
            std::all_of(records.begin(), records.end(), [](std::uint8_t b) { return b == 0; });
        if (blank || records.size() < frame) break;
        Reader in(records);
        const std::uint32_t size = in.u32();
        const auto kind = static_cast<Kind>(in.u8());
        if (size > most_payload) return damaged("a record of impossible length", done);
        const std::size_t whole = frame + size;
        if (whole > records.size()) break;
        const auto expected = record(kind, records.subspan(5, size));
        if (!std::equal(expected.begin(), expected.end(), records.begin())) {
            if (whole == records.size()) break;
            return damaged("a record's checksum is wrong", done);
        }
        if (!take(chain, kind, records.subspan(5, size)))
            return damaged("a record that does not follow the one before", done);
        records = records.subspan(whole);
        done += whole;
    }
    return done;
}

Result<DurableChain, ChainFileError> DurableChain::open(const std::filesystem::path& path,
                                                        UnixTime now) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
        const auto made =
            store::replace_file(path, header_of(UnixTime(now.raw() - first_blocks_last)));
        if (!made) return fail(ChainFileError{words_of(made.error())});
    }
    const auto size = std::filesystem::file_size(path, ignored);
    const auto bytes = store::read_file(path, ignored ? 0 : static_cast<std::size_t>(size));
    if (!bytes) return fail(ChainFileError{words_of(bytes.error())});
    const ByteView all(*bytes);
    Reader in(all);
    const auto head = in.bytes(magic.size());
    const auto version = in.u8();
    const auto start = in.u64();
    if (!in.ok() || !std::equal(head.begin(), head.end(), magic.begin(), magic.end())) {
        return damaged("it does not begin as one", 0);
    }
    if (version != format_version)
        return fail(ChainFileError{fmt::format(
            "the chain's file has format {}, this version knows {}", version, format_version)});
    if (start > UINT32_MAX) return damaged("its time", magic.size());
    auto file = store::File::open(path, O_RDWR);
    if (!file) return fail(ChainFileError{words_of(file.error())});
    // Equal start times give equal chains: the first blocks need not be stored.
    sim::SimChain chain({}, UnixTime(static_cast<std::int64_t>(start)));
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
